import { CommandError } from '@omega-tv/command-line';
import { askRunning } from '../operations/ask-running.js';
import type { WatchRequest } from '../operations/control-server.js';
import type { Television } from '../tv/television.js';
import type { OwnedViewing } from '../tv/viewing-journal.js';
import { openTelevision } from './report.js';

/** From this share on a title was watched to its end: the rest are its credits. */
const COMPLETED_FRACTION = 0.9;

/** @throws CommandError for a title that this TV does not play. */
export function toViewing(television: Television, request: WatchRequest): OwnedViewing {
  const { titleId, watchedFraction, profile } = request;
  const title = television.findTitle(titleId);
  if (title === undefined) {
    throw new CommandError(
      `This TV plays no title "${titleId}", or more than one; name it by its id, such as "recommend --json" prints`,
    );
  }
  const completed = watchedFraction >= COMPLETED_FRACTION;
  const whose = profile === undefined ? {} : { profile };
  return { titleId: title.id, watchedFraction, completed, ...whose };
}

/**
 * Feeds a viewing to the TV of a folder: to the process that runs there, or else to its stores.
 * @returns within how many milliseconds it is durable.
 */
export async function watch(
  directory: string,
  request: WatchRequest,
): Promise<{ readonly durableWithinMs: number }> {
  const answer = await askRunning(directory, 'POST /watch', request);
  if (answer !== undefined) return JSON.parse(answer) as { readonly durableWithinMs: number };
  const television = await openTelevision(directory);
  try {
    const { profile, ...viewing } = toViewing(television, request);
    await television.remember([viewing], profile === undefined ? {} : { profile });
    return { durableWithinMs: 0 };
  } finally {
    await television.close();
  }
}
