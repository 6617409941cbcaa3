import { runReadmeExamples } from '@omega-tv/readme-examples';
import { itUnless } from '@omega-tv/test-support';
import { missingNats } from '@omega-tv/test-support/nats';
import { startNats } from './support.js';

itUnless(missingNats(), 'the examples of the README run and print what they promise', async () => {
  const { url } = await startNats();
  await runReadmeExamples(new URL('../README.md', import.meta.url), { NATS_URL: url });
});
