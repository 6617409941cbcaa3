// A machine for which LevelDB has no binary: importing it fails, as it does there.
import { existsSync } from 'node:fs';
import { register } from 'node:module';

const hooks = `export async function resolve(specifier, context, next) {
  if (specifier === 'classic-level') throw new Error('No native build was found');
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
const { openRecords } = await import('@omega-tv/level/node');
const { openMemoryRecords } = await import('@omega-tv/level/memory');

const layout = { kind: 'test', layout: 1 };
const [, , directory] = process.argv;
try {
  await openRecords({ ...layout, directory });
} catch ({ name, code, details, message }) {
  console.log(name, code, details.field, message);
}
console.log('folder', existsSync(directory));
await (await openMemoryRecords(layout)).close();
console.log('in memory');
