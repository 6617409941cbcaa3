import { runDocExamples } from '@omega-tv/readme-examples';
import { itUnless } from '@omega-tv/test-support';
import { missing } from './support.js';

itUnless(
  missing,
  'every everyday export has an example, which prints what it promises',
  async () => {
    await runDocExamples(new URL('../', import.meta.url));
  },
);
