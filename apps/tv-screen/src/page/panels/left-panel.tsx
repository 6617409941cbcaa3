import type { Title } from '@omega-tv/catalogue/web';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { heldThere, type HeldThere } from '../television/held-there.js';
import { leftHere, type LeftHere } from '../television/left-here.js';
import type { ScreenTv } from '../television/screen-tv.js';
import { Panel } from './panel.js';

interface LeftPanelProps {
  readonly tv: ScreenTv;
  readonly traffic: Traffic;
  readonly onClose: () => void;
}

/** Bytes of bodies since the page was opened. */
export interface Traffic {
  readonly sent: number;
  readonly received: number;
}

const NAMED = 4;

interface Known {
  readonly here: LeftHere;
  /** Absent where the server cannot be asked. */
  readonly there: HeldThere | undefined;
}

/** What left this TV, and what the server holds of it, as both say themselves. */
export function LeftPanel({ tv, traffic, onClose }: LeftPanelProps) {
  const [known, setKnown] = useState<Known>();
  useEffect(() => {
    let isOpen = true;
    void Promise.all([leftHere(tv), heldThere(tv.client.deviceId)]).then(([here, there]) => {
      if (isOpen) setKnown({ here, there });
    });
    return () => {
      isOpen = false;
    };
  }, [tv, traffic]);
  return (
    <Panel heading="What left this TV" onClose={onClose}>
      <div data-row class="actions">
        <button type="button" onClick={onClose}>
          Back
        </button>
      </div>
      {known === undefined ? <p>Counting…</p> : <Here here={known.here} traffic={traffic} />}
      <h3>What the server holds of it</h3>
      {known === undefined ? null : <There there={known.there} />}
    </Panel>
  );
}

function Here({ here, traffic }: { readonly here: LeftHere; readonly traffic: Traffic }) {
  const { told, waiting, kept, samples } = here;
  return (
    <dl>
      <Fact name="Titles told">{list(told)}</Fact>
      <Fact name="Titles that go out at the next sync">{list(waiting)}</Fact>
      <Fact name="Titles that stay here">{list(kept)}</Fact>
      <Fact name="Viewings behind tastes that were told">
        {samples.acknowledged} of {samples.learned}; {samples.waiting} wait, {samples.withheld} stay
        here
      </Fact>
      <Fact name="Since this page was opened">
        {traffic.sent} bytes sent, {traffic.received} received
      </Fact>
    </dl>
  );
}

function There({ there }: { readonly there: HeldThere | undefined }) {
  if (there === undefined) return <p>The server cannot be asked just now.</p>;
  const { device, tvs } = there;
  if (device === undefined) return <p>No record of this TV. It has records of {tvs} others.</p>;
  if (device.lastMessage === 0) {
    return (
      <p>
        That this TV asked for lists, under a number made from its own, and nothing that it told.
      </p>
    );
  }
  return (
    <p>
      A record under a number made from this TV's own: it told something {device.lastMessage} times,
      and of {device.titlesToday} titles today. Which titles is not in the record: they were added
      to sums over {tvs + 1} TVs.
    </p>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function list(titles: readonly Title[]): string {
  if (titles.length === 0) return 'none';
  const named = titles.slice(0, NAMED).map(({ title }) => title);
  const more = titles.length - named.length;
  return `${titles.length}: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
