import { isNativeError } from 'node:util/types';

/**
 * Equal to any error, also to one that Node made: Jest runs tests in a realm of their own, and
 * `expect.any(Error)` knows that realm's errors alone.
 */
export function anyError(): Error {
  const matcher = {
    asymmetricMatch: isNativeError,
    toString: () => 'anyError',
    toAsymmetricMatcher: () => 'anyError',
  };
  return matcher as unknown as Error;
}
