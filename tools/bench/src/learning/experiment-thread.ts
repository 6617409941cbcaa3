import { answerFromThread } from '@omega-tv/command-line';
import { ATTACKS, measureLiars, type LiarsRow } from './liars.js';
import { measurePrivacy, type PrivacyRow } from './privacy.js';
import { checkTrials, createSplit } from './trials.js';
import { loadWorld } from './viewers.js';

/** An experiment on one split. */
export type ExperimentOrder = { readonly folder: string; readonly split: number } & (
  | { readonly kind: 'liars'; readonly attack: string; readonly share: number }
  | { readonly kind: 'privacy' }
);

await answerFromThread((order: ExperimentOrder, onPart): LiarsRow | readonly PrivacyRow[] => {
  const world = loadWorld(order.folder);
  checkTrials(world);
  const split = createSplit(world, order.split, 'time');
  if (order.kind === 'privacy') return measurePrivacy(world, split, onPart);
  const attack = ATTACKS.find(({ name }) => name === order.attack);
  if (attack === undefined) throw new RangeError(`There is no attack "${order.attack}"`);
  return measureLiars(world, split, attack, order.share, onPart);
});
