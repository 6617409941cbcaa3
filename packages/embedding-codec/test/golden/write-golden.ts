// Writes golden.json anew, for a codebook or a format that changed on purpose:
// UPDATE_GOLDEN=1 npm test -w packages/embedding-codec -- golden
import { writeFileSync } from 'node:fs';
import { closePairs } from '@omega-tv/catalogue';
import { codec, unseen } from '../support.js';
import { codeGoldenCase, floatsToHex, type GoldenCase } from './golden-cases.js';

export function writeGolden(file: URL): void {
  const pairs = closePairs(unseen, 2, 0.06);
  const titles = unseen.slice(0, 3);
  const odd = [
    new Float32Array(384),
    new Float32Array(384).fill(3.4028234663852886e38),
    Float32Array.from({ length: 384 }, (_, i) => (i === 7 ? 1 : 0)),
    Float32Array.from({ length: 384 }, (_, i) => (i % 2 ? 1e-40 : -1e-40)),
  ];
  const moved = pairs.map(([, vector]) => vector);
  const references = pairs.map(([reference]) => reference);
  const cases = (['download', 'upload'] as const).flatMap((mode) => [
    { name: `${mode}, titles`, mode, rate: { step: 0.026 }, vectors: titles, references: [] },
    {
      name: `${mode}, 64 bytes`,
      mode,
      rate: { budgetBytes: 64 },
      vectors: titles.slice(0, 1),
      references: [],
    },
    { name: `${mode}, references`, mode, rate: { step: 0.024 }, vectors: moved, references },
    { name: `${mode}, no texts`, mode, rate: { step: 0.02 }, vectors: odd, references: [] },
  ]);
  const golden = cases.map((one): GoldenCase => {
    const inputs = {
      ...one,
      vectors: one.vectors.map(floatsToHex),
      references: one.references.map(floatsToHex),
    };
    return { ...inputs, ...codeGoldenCase(codec, inputs) };
  });
  writeFileSync(file, `${JSON.stringify(golden, undefined, 1)}\n`);
}
