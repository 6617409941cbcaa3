// Assembles src/klt/kernel.wat into src/klt/kernel-bytes.ts: npm run build-kernel -w packages/embedding-codec
// With --print it prints the module as base64, and writes nothing.
import { readFile, writeFile } from 'node:fs/promises';
import openWabt from 'wabt';

const folder = new URL('../src/klt/', import.meta.url);
const wabt = await openWabt();
const source = await readFile(new URL('kernel.wat', folder), 'utf8');
const { buffer } = wabt.parseWat('kernel.wat', source, { simd: true }).toBinary({});
const base64 = Buffer.from(buffer).toString('base64');

if (process.argv.includes('--print')) {
  console.log(base64);
} else {
  const lines = base64.match(/.{1,88}/g).map((line) => `  '${line}'`);
  const text = `/** kernel.wat, assembled by scripts/build-kernel.mjs; base64. */\nexport const KERNEL =\n${lines.join(' +\n')};\n`;
  await writeFile(new URL('kernel-bytes.ts', folder), text);
}
