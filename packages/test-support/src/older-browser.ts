/**
 * Runs in the page before its script: takes away what Chromium 68 did not have yet. One thing
 * remains that its pages must bring themselves: `globalThis`.
 */
export function becomeChromium68(): void {
  const newer: readonly (readonly [owner: object, names: readonly PropertyKey[]])[] = [
    [Array.prototype, ['flat', 'flatMap', 'at', 'findLast', 'toSorted', 'toReversed', 'with']],
    [String.prototype, ['matchAll', 'replaceAll', 'at', 'isWellFormed', 'toWellFormed']],
    [Object, ['fromEntries', 'hasOwn', 'groupBy']],
    [Promise, ['allSettled', 'any', 'withResolvers', 'try']],
    [AbortSignal, ['any', 'timeout', 'abort']],
    [AbortSignal.prototype, ['throwIfAborted', 'reason']],
    [ReadableStream.prototype, [Symbol.asyncIterator, 'values']],
    [Blob.prototype, ['arrayBuffer', 'text', 'stream']],
    [Symbol.prototype, ['description']],
    [window, ['structuredClone', 'queueMicrotask', 'WeakRef', 'AggregateError']],
  ];
  for (const [owner, names] of newer) {
    for (const name of names) Reflect.deleteProperty(owner, name);
  }
}
