import { useEffect, useState } from 'preact/hooks';
import { Screen } from './screen.js';
import { startTv, type StartedTv } from './television/start-tv.js';

type Stage =
  | { readonly kind: 'says'; readonly text: string }
  | { readonly kind: 'runs'; readonly started: StartedTv };

const STARTING: Stage = { kind: 'says', text: 'Starting…' };
const IN_USE =
  'This TV is open in another tab. Close that one, and it goes on here within seconds.';

/** Opens the TV, and says what it waits for meanwhile. */
export function Start() {
  const [stage, setStage] = useState<Stage>(STARTING);
  useEffect(() => {
    const say = (text: string): void => {
      setStage({ kind: 'says', text });
    };
    startTv(() => {
      say(IN_USE);
    }).then(
      (started) => {
        setStage({ kind: 'runs', started });
      },
      (error: unknown) => {
        say(`The TV cannot start: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
  }, []);
  if (stage.kind === 'runs') return <Screen {...stage.started} />;
  return (
    <main class="says">
      <h1>Omega TV</h1>
      <p role="status">{stage.text}</p>
    </main>
  );
}
