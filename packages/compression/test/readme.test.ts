import { runReadmeExamples } from '@omega-tv/readme-examples';
import { expect, it } from '@jest/globals';

it('the examples of the README print what it says', async () => {
  const runs = await runReadmeExamples(new URL('../README.md', import.meta.url));
  expect(runs).toHaveLength(2);
  for (const { printed, promised } of runs) expect(printed).toEqual(promised);
});
