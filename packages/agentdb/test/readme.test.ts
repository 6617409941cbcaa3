import { expect } from '@jest/globals';
import { runDocExamples, runReadmeExamples } from '@omega-tv/readme-examples';
import { itUnless } from '@omega-tv/test-support';
import { missingAgentDb } from './support.js';
import { serve } from './serve.js';
import { createUserFolder } from './user-folder.js';

itUnless(missingAgentDb, 'the examples of the README print what it says', async () => {
  const { constellation, url } = await serve();
  const readme = new URL('README.md', await createUserFolder());
  await runReadmeExamples(readme, { CONSTELLATION_URL: url });
  expect(constellation.report()).toMatchObject({ devices: 1, samplesAccepted: 12 });
});

itUnless(
  missingAgentDb,
  'every everyday export has an example, which prints what it promises',
  async () => {
    await runDocExamples(await createUserFolder());
  },
);
