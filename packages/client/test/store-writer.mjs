// Stores patterns in a loop, one durable step after another, and prints each step's outcome.
// Usage: node store-writer.mjs DIRECTORY FIRST_STEP
import { writeSync } from 'node:fs';
import { loadCatalogue } from '@omega-tv/catalogue';
import { emptySyncState } from '@omega-tv/client';
import { openLevelPatternStore } from '@omega-tv/client/node';

const PATTERNS = 4;
const [directory, firstStep] = process.argv.slice(2);
const titles = loadCatalogue();
const { store, outcome } = await openLevelPatternStore({ directory, clock: { nowMs: Date.now } });
writeSync(1, `${outcome}\n`);

const patternOf = (number, sampleCount) => ({
  id: `p${number}`,
  embedding: titles[number].embedding,
  successRate: 0.9,
  sampleCount,
  genre: 'drama',
});

// Each step raises all patterns together, then the state names the step: both must survive.
for (let step = Number(firstStep); ; step += 1) {
  try {
    const patterns = Array.from({ length: PATTERNS }, (_, number) => patternOf(number, 10 + step));
    await store.skillStore(...patterns);
    writeSync(1, `stored ${step}\n`);
    await store.saveSyncState({ ...emptySyncState, lastVersion: step });
    writeSync(1, `saved ${step}\n`);
  } catch (error) {
    writeSync(1, `failed ${step} ${error.code} ${error.cause?.code}\n`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
