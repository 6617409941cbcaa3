/** Records that cannot be read as what was written. */
export class CorruptStoreError extends Error {
  override readonly name = 'CorruptStoreError';
}
