import { CommandError } from '@omega-tv/command-line';
import { forgetTelevision } from '../tv/forget.js';
import { openTelevision } from './report.js';

/**
 * Erases a profile, or all, of a TV that is not running.
 * @throws CommandError for a profile that nobody watched under.
 */
export async function forget(directory: string, profile: string | undefined): Promise<string> {
  // Opened to be sure that a TV's stores lie there and no process uses them.
  const television = await openTelevision(directory);
  try {
    if (profile !== undefined) {
      const isKnown =
        television.watched.some((one) => one.profile === profile) ||
        (await television.store.skillList(Number.MAX_SAFE_INTEGER, 'learned')).some(
          (one) => one.profile === profile,
        );
      if (!isKnown) {
        throw new CommandError(`No profile "${profile}" ever watched on the TV of ${directory}`);
      }
      await television.forgetProfile(profile);
    }
  } finally {
    await television.close();
  }
  if (profile !== undefined) {
    return `forgotten: ${directory} holds nothing of the profile "${profile}" any more`;
  }
  await forgetTelevision(directory);
  return `forgotten: ${directory} holds nothing of this TV any more`;
}
