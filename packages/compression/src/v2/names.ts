import { MAX_NAME_LENGTH } from '@omega-tv/types';

/** A character takes at most so many bytes in UTF-8. */
const MAX_CHARACTER_BYTES = 4;
/** A name of the longest kind, in UTF-8. */
export const MAX_NAME_BYTES = MAX_CHARACTER_BYTES * MAX_NAME_LENGTH;

const LONE_SURROGATE = /\p{Surrogate}/u;

/** True for what can be an id or a genre: short enough, and with a UTF-8 form. */
export function isName(text: string): boolean {
  return (
    (text.length <= MAX_NAME_LENGTH || Array.from(text).length <= MAX_NAME_LENGTH) &&
    !LONE_SURROGATE.test(text)
  );
}
