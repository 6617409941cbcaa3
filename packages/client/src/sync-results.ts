import type { SyncResult } from '@omega-tv/protocol';

/** The result of an exchange that had nothing to move. */
export function nothingMoved(globalVersion: number): SyncResult {
  return {
    patternsPushed: 0,
    patternsReceived: 0,
    trendsReceived: 0,
    globalVersion,
    bytesSent: 0,
    bytesReceived: 0,
    durationMs: 0,
    fidelity: { meanCosine: 1, minCosine: 1, gridStep: null },
  };
}

/** The result of two messages of one exchange, the later one second. */
export function addResults(a: SyncResult, b: SyncResult): SyncResult {
  const patternsPushed = a.patternsPushed + b.patternsPushed;
  const meanCosine =
    patternsPushed === 0
      ? 1
      : (a.fidelity.meanCosine * a.patternsPushed + b.fidelity.meanCosine * b.patternsPushed) /
        patternsPushed;
  return {
    ...b,
    patternsPushed,
    bytesSent: a.bytesSent + b.bytesSent,
    bytesReceived: a.bytesReceived + b.bytesReceived,
    durationMs: a.durationMs + b.durationMs,
    fidelity: {
      meanCosine,
      minCosine: Math.min(a.fidelity.minCosine, b.fidelity.minCosine),
      gridStep: coarser(a.fidelity.gridStep, b.fidelity.gridStep),
    },
  };
}

function coarser(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
