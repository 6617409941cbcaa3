import { runReadmeExamples } from '@omega-tv/readme-examples';
import { it } from '@jest/globals';

it('runs the examples of the README', async () => {
  await runReadmeExamples(new URL('../README.md', import.meta.url));
});
