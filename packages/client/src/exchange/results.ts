import type { SyncResult } from '@omega-tv/protocol';
import type { GlobalPatterns } from '@omega-tv/types';
import type { OutboxItem } from '../engine/state.js';

/** The result of an exchange that had nothing to move. */
export function nothingMoved(globalVersion: number, protocolVersion: 1 | 2): SyncResult {
  return {
    protocolVersion,
    patternsPushed: 0,
    patternsReceived: 0,
    trendsReceived: 0,
    titlesReported: 0,
    globalVersion,
    bytesSent: 0,
    bytesReceived: 0,
    durationMs: 0,
    fidelity: { meanCosine: 1, minCosine: 1 },
  };
}

/** The result of a snapshot that was fetched on its own. */
export function snapshotFetched(
  { patterns, trends, version }: GlobalPatterns,
  bytesReceived: number,
  durationMs: number,
): SyncResult {
  return {
    ...nothingMoved(version, 2),
    patternsReceived: patterns.length,
    trendsReceived: trends.length,
    bytesReceived,
    durationMs,
  };
}

/** The result without pushes of which the server decided nothing: they go out again. */
export function withoutPushes(result: SyncResult, left: readonly OutboxItem[]): SyncResult {
  const patterns = left.reduce((sum, { patterns: { length } }) => sum + length, 0);
  const titles = left.filter(({ report }) => report !== undefined).length;
  return {
    ...result,
    patternsPushed: result.patternsPushed - patterns,
    titlesReported: result.titlesReported - titles,
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
  const isIdle = b.bytesSent === 0 && b.bytesReceived === 0;
  return {
    ...(isIdle ? { ...a, globalVersion: b.globalVersion } : b),
    patternsPushed,
    titlesReported: a.titlesReported + b.titlesReported,
    patternsReceived: isIdle ? a.patternsReceived : b.patternsReceived,
    bytesSent: a.bytesSent + b.bytesSent,
    bytesReceived: a.bytesReceived + b.bytesReceived,
    durationMs: a.durationMs + b.durationMs,
    fidelity: { meanCosine, minCosine: Math.min(a.fidelity.minCosine, b.fidelity.minCosine) },
  };
}
