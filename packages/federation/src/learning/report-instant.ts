import type { RandomSource } from '@omega-tv/types';
import { LEARNING_MODEL } from './model.js';

/**
 * When a TV reports a completion: at an instant drawn evenly from the day after it, with the factors
 * of its viewer as of then but for this title. Told at once, titles that come early in everybody's
 * history would never meet those that come late; and the server does not learn when it was watched.
 * @param completedAtMs Unix ms.
 */
export function reportInstantMs(completedAtMs: number, random: RandomSource): number {
  return completedAtMs + random.next() * LEARNING_MODEL.reportSpreadMs;
}
