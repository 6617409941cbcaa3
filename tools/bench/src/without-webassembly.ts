import type { EmbeddingCodec } from '@omega-tv/embedding-codec';

/**
 * A codec as engines without WebAssembly have it, whose transform runs in plain loops.
 * @param create makes the codec and uses it once, so that it looks for the engine's WebAssembly.
 */
export function withoutWebAssembly(create: () => EmbeddingCodec): EmbeddingCodec {
  const engine = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly');
  if (engine === undefined) return create();
  Reflect.deleteProperty(globalThis, 'WebAssembly');
  try {
    return create();
  } finally {
    Object.defineProperty(globalThis, 'WebAssembly', engine);
  }
}
