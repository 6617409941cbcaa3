import { it } from '@jest/globals';
import { runReadmeExamples } from '@omega-tv/readme-examples';

it('the examples of the README run and print what they promise', async () => {
  await runReadmeExamples(new URL('../README.md', import.meta.url));
});
