/** What a command refuses, for its user to read: what was wrong, what was expected, what to do. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

/** A command line that asks for what cannot be: the user has to type another one. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
}
