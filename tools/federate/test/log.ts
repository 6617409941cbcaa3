import { loadCatalogue } from '@omega-tv/catalogue';
import { syncDeltaToWire, type SyncDeltaWire } from '@omega-tv/types';

const titles = loadCatalogue();

/** One delta of a device: a pattern that is one title of the catalogue. */
export function deltaOf(
  deviceId: string,
  changes: { title?: number; id?: string; samples?: number; hour?: number } = {},
): SyncDeltaWire {
  const { title = 0, id = 'p1', samples = 12, hour = 0 } = changes;
  const { embedding, genres } = titles[title]!;
  return syncDeltaToWire({
    deviceId,
    patterns: [{ id, embedding, successRate: 0.9, sampleCount: samples, genre: genres[0] }],
    version: 1,
    timestamp: new Date(Date.UTC(2026, 0, 1, hour)).toISOString(),
  });
}

export function toLines(deltas: readonly unknown[]): string {
  return deltas.map((delta) => `${JSON.stringify(delta)}\n`).join('');
}
