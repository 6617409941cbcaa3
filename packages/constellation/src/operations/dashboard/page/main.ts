import type { DashboardEvents } from '../event-feed.js';
import { drawCharts } from './charts.js';
import { listenToDeviceForm } from './device-form.js';
import { byId } from './elements.js';
import { readEvents, UnauthorizedError, type ServerEvent } from './event-stream.js';
import { drawMap } from './pattern-map.js';
import { Rates } from './rates.js';
import { showPublished, showSample } from './tables.js';

const TOKEN_KEY = 'admin-token';
const RETRY_MS = 2000;

const rates = new Rates();
const draw = drawCharts();

type Handlers = {
  readonly [Name in keyof DashboardEvents]: (data: DashboardEvents[Name]) => void;
};

const handlers: Handlers = {
  history: (samples) => {
    rates.restart(samples);
    draw(rates.points);
    const last = samples[samples.length - 1];
    if (last !== undefined) showSample(last);
  },
  sample: (sample) => {
    rates.add(sample);
    draw(rates.points);
    showSample(sample);
  },
  published: (published) => {
    showPublished(published);
    drawMap(published.patterns);
  },
};

function onEvent({ name, data }: ServerEvent): void {
  showState('live');
  const handle = (handlers as Readonly<Record<string, ((data: unknown) => void) | undefined>>)[
    name
  ];
  handle?.(JSON.parse(data));
}

/** Reads events for as long as the page is open; waits for a token where one is asked for. */
async function follow(): Promise<void> {
  for (;;) {
    try {
      await readEvents(sessionStorage.getItem(TOKEN_KEY), onEvent);
      showState('the server has ended the connection; trying again');
    } catch (error) {
      if (error instanceof UnauthorizedError) {
        await askForToken();
        continue;
      }
      showState(`not connected (${error instanceof Error ? error.message : String(error)})`);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function askForToken(): Promise<void> {
  const form = byId('token-form') as HTMLFormElement;
  const field = byId('token') as HTMLInputElement;
  const isFirst = sessionStorage.getItem(TOKEN_KEY) === null;
  showState(isFirst ? 'needs the admin token' : 'this is not the admin token');
  form.hidden = false;
  field.focus();
  return new Promise((resolve) => {
    form.addEventListener(
      'submit',
      (event) => {
        event.preventDefault();
        sessionStorage.setItem(TOKEN_KEY, field.value.trim());
        field.value = '';
        form.hidden = true;
        resolve();
      },
      { once: true },
    );
  });
}

/** Said once each time it changes: it is read aloud. */
function showState(text: string): void {
  const state = byId('state');
  if (state.textContent !== text) state.textContent = text;
}

listenToDeviceForm(() => sessionStorage.getItem(TOKEN_KEY));
void follow();
