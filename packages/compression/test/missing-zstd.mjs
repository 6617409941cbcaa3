// A machine for which the zstd addon has no binary: importing it fails, as it does there.
import { register } from 'node:module';

const hooks = `export async function resolve(specifier, context, next) {
  if (specifier === '@mongodb-js/zstd') throw new Error('Cannot find native binding');
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
const { createNodeV1Format, createNodeV2Format } = await import('@omega-tv/compression/node');

const delta = {
  deviceId: 'tv-1',
  patterns: [
    {
      id: 'evening',
      embedding: new Float32Array(384).fill(0.05),
      successRate: 0.9,
      sampleCount: 12,
      genre: 'drama',
    },
  ],
  version: 1,
  timestamp: '2026-11-22T10:00:00Z',
};
const { bytes } = await createNodeV2Format().encodeDelta(delta);
console.log(`v2 ${bytes.length > 0}`);
for (const work of [
  (v1) => v1.encodeDelta(delta),
  // One empty raw block.
  (v1) => v1.decodeAnswer(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, 1, 0, 0)),
]) {
  try {
    await work(createNodeV1Format());
  } catch ({ name, code, details, message }) {
    console.log(name, code, details.field, message);
  }
}
