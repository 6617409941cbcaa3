// What a user of NATS may write: checked and run like the program beside it.
import { openBus, type Bus } from '@omega-tv/nats';

// No NATS runs here; a name that cannot be is refused before it is asked.
const refused = await openBus({ connection: {} as Bus['connection'], cluster: 'A cluster' }).catch(
  (error: unknown) => (error as Error).message,
);
console.log(refused);
