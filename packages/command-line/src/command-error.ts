/** What a command refuses, for its user to read: one line says what was wrong and what was expected. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
