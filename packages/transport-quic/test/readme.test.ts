import { runReadmeExamples } from '@omega-tv/readme-examples';
import { expect } from '@jest/globals';
import { itUnless } from '@omega-tv/test-support';
import { missing } from './support.js';

itUnless(missing, 'the examples of the README print what it says', async () => {
  const [run] = await runReadmeExamples(new URL('../README.md', import.meta.url));
  expect(run?.printed).toEqual(run?.promised);
});
