import { it } from '@jest/globals';
import { runDocExamples } from '@omega-tv/readme-examples';

it('every everyday export has an example, which prints what it promises', async () => {
  await runDocExamples(new URL('../', import.meta.url));
});
