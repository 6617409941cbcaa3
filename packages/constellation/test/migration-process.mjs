// Opens a server's store, which migrates it; kills itself before the nth write where it is told one.
// Usage: node migration-process.mjs DIRECTORY [N]
import { ClassicLevel } from 'classic-level';
import { openLevelConstellationStore } from '../dist/index.js';

const [directory, last] = process.argv.slice(2);
const { batch } = ClassicLevel.prototype;
let writes = 0;
ClassicLevel.prototype.batch = function (...operations) {
  writes += 1;
  if (writes === Number(last)) process.kill(process.pid, 'SIGKILL');
  return batch.apply(this, operations);
};
const store = await openLevelConstellationStore({ directory });
await store.close();
