import type { ProfileName } from './profiles.js';

/** What people chose on this TV; kept across restarts. */
export interface Choices {
  /** Whether what adults watch may leave the TV. */
  readonly isShared: boolean;
  readonly profile: ProfileName;
}

const KEY = 'omega-tv-choices';
const FIRST: Choices = { isShared: false, profile: 'Adults' };

/** Anything but a clear yes is a no, an unreadable record too. */
export function readChoices(): Choices {
  try {
    const { isShared, profile } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Choices>;
    return { isShared: isShared === true, profile: profile === 'Children' ? profile : 'Adults' };
  } catch {
    return FIRST;
  }
}

/** Where the page may keep nothing, the choice lasts as long as the page. */
export function keepChoices(choices: Choices): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(choices));
  } catch {
    // A private window: the next start asks again, and shares nothing until then.
  }
}
