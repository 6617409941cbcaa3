import { runReadmeExamples } from '@omega-tv/readme-examples';
import { expect, it } from '@jest/globals';

it('the examples of the README print what it says', async () => {
  const [run] = await runReadmeExamples(new URL('../README.md', import.meta.url));
  expect(run?.printed).toEqual(run?.promised);
});
