import type { Title } from '@omega-tv/catalogue';
import type { PatternData } from '@omega-tv/types';

/** Why a title is on the list, as data. */
export type Reason =
  /**
   * It is near a pattern of this genre that the TV learned. `alike` are the nearest titles that
   * were finished here: up to two, none where none is near enough to name.
   */
  | { readonly kind: 'own'; readonly genre: string; readonly alike: readonly Title[] }
  /** It is near what other TVs learned. */
  | { readonly kind: 'global'; readonly pattern: PatternData }
  /** Its genre is being watched a lot just now. */
  | { readonly kind: 'trend'; readonly genre: string }
  /** Viewers who finished these, as this one did, finish it; none is named that nobody has counted. */
  | { readonly kind: 'viewers'; readonly finished: readonly Title[] }
  /** It is new, or rare: its text says that it is for viewers who finished these. */
  | { readonly kind: 'text'; readonly finished: readonly Title[] };

/** The reasons in one line, such as "like Alien, which you finished; on the rise: horror". */
export function explain(reasons: readonly Reason[]): string {
  if (reasons.length === 0) return 'something new to try';
  return reasons.map(explainReason).join('; ');
}

function explainReason(reason: Reason): string {
  switch (reason.kind) {
    case 'own':
      if (reason.alike.length === 0) return `like the ${reason.genre} that you finish`;
      return `like ${namesOf(reason.alike)}, which you finished`;
    case 'global': {
      const { id, genre, successRate } = reason.pattern;
      const percent = Math.round(100 * successRate);
      return `viewers elsewhere finish ${percent} % of ${genre} like this (${id})`;
    }
    case 'trend':
      return `on the rise: ${reason.genre}`;
    case 'viewers':
      if (reason.finished.length === 0) return 'viewers with a taste like this one finish this';
      return `viewers who finished ${namesOf(reason.finished)} finish this`;
    case 'text':
      if (reason.finished.length === 0) return 'new here, and by its text one for this taste';
      return `new here, and close to ${namesOf(reason.finished)}, which you finished`;
  }
}

function namesOf(titles: readonly Title[]): string {
  return titles.map(({ title }) => title).join(' and ');
}
