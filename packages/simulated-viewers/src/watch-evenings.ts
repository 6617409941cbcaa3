import type { Viewer, Viewing } from './viewer.js';

/**
 * What a viewer watches when it chooses alone, from one evening up to before another.
 * @param seen Title ids that are not chosen again; those watched now are added to it.
 */
export function watchEvenings(
  viewer: Viewer,
  from: number,
  to: number,
  seen = new Set<string>(),
): readonly Viewing[] {
  const viewings: Viewing[] = [];
  for (let number = from; number < to; number += 1) {
    const evening = viewer.watch({ number, offered: [], seen });
    for (const { titleId } of evening) seen.add(titleId);
    viewings.push(...evening);
  }
  return viewings;
}
