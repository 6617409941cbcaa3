/**
 * What one side of the exchange can do beyond the first release of v2, in the order of their bits on
 * the wire. A side that says nothing can do none of it; what a reader does not know it ignores.
 *
 * - `positions`: a server counts what a delta says is new by its position; a TV says that its epoch
 *   is to be counted so.
 * - `batches`: a server takes several deltas in one body.
 * - `titles`: a server takes completions and viewer factors; a TV reads title factors.
 */
export const CAPABILITIES = ['positions', 'batches', 'titles'] as const;

export type Capability = (typeof CAPABILITIES)[number];
