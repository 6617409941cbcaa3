import type { Capability, GlobalPatterns, Receipt } from '@omega-tv/types';
import type { TitleHoldings } from '@omega-tv/compression';
import { pushEventOf, serverEventOf, type PushEvent, type ServerEvent } from './events.js';
import type { DrawEpoch, OutboxItem, SyncState } from './state.js';
import { reopened } from './outbox.js';
import {
  outboxStatusOf,
  PUSH_TRANSITIONS,
  SERVER_TRANSITIONS,
  type TransitionContext,
} from './transition.js';

/** What an answer brought. */
export interface AnswerSigns {
  readonly receipt?: Receipt;
  readonly capabilities?: readonly Capability[];
  /** New global patterns; absent where the TV holds the newest, or asked for the receipt alone. */
  readonly globals?: GlobalPatterns;
  readonly frame?: Uint8Array;
  /** What this TV holds of the list of titles with what the answer brought; absent where nothing. */
  readonly holdings?: TitleHoldings;
  /** True where the newest version shows that versions were lost. */
  readonly hasLostVersions: boolean;
  /** True where the snapshot in the answer could not be used: the next one brings the whole. */
  readonly dropsFrame?: boolean;
}

export interface AdoptContext {
  readonly drawEpoch: DrawEpoch;
  /** By this TV's clock: where the server does not say its own. Unix ms. */
  readonly nowMs: number;
}

export interface Adopted {
  readonly state: SyncState;
  readonly server: ServerEvent;
  /** One for each push that the answer speaks of. */
  readonly pushes: readonly PushEvent[];
}

/**
 * Takes an answer over: what it says of the pushes, of the server, and the global patterns that it
 * brings, as one new state.
 * @param items the pushes that it answers, the first of the outbox; none for a poll.
 */
export function answerAdopted(
  before: SyncState,
  items: readonly OutboxItem[],
  signs: AnswerSigns,
  { drawEpoch, nowMs }: AdoptContext,
): Adopted {
  const { receipt } = signs;
  const standing = receipt?.standing;
  const server = serverEventOf(before, signs);
  const context = {
    drawEpoch,
    isPoll: items.length === 0,
    nowMs: standing?.serverTimeMs ?? nowMs,
    ...(standing?.position === undefined ? {} : { standing: standing.position }),
  };
  const { state: pushed, pushes } = pushesAdopted(before, items, receipt, context);
  const acknowledged = items
    .filter((_, i) => pushes[i] === 'acknowledged')
    .map(({ position }) => position)
    .filter((position) => position !== undefined);
  const told = SERVER_TRANSITIONS[server](pushed, { ...context, acknowledged });
  const state = withSnapshot(withServer(told, signs), signs, isLossOf(server));
  return { state, server, pushes };
}

/** In their order, up to the first that was not decided. */
function pushesAdopted(
  before: SyncState,
  items: readonly OutboxItem[],
  receipt: Receipt | undefined,
  context: TransitionContext,
): Pick<Adopted, 'state' | 'pushes'> {
  let state = before;
  let reopens = false;
  const pushes: PushEvent[] = [];
  for (const [i, item] of items.entries()) {
    const one = receipt?.batch === undefined ? receipt : receipt.batch[i];
    if (receipt !== undefined && one === undefined) break;
    const push = pushEventOf(item, one && receipt && { ...receipt, ...one });
    const transition = PUSH_TRANSITIONS[outboxStatusOf(state)][push];
    pushes.push(push);
    state = transition.apply(state, context);
    reopens ||= transition.reopens;
    if (push === 'undecided' || push === 'unclear') break;
  }
  return { state: reopens ? reopened(state, state.outbox, context.drawEpoch) : state, pushes };
}

function isLossOf(event: ServerEvent): boolean {
  return event === 'replaced' || event === 'behind';
}

function withServer(state: SyncState, { receipt, capabilities }: AnswerSigns): SyncState {
  if (receipt === undefined) return state;
  const { server } = state;
  const said = capabilities ?? [];
  const isSame = server?.epoch === receipt.serverEpoch && isSameList(server.capabilities, said);
  return isSame ? state : { ...state, server: { epoch: receipt.serverEpoch, capabilities: said } };
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** A server that lost versions counts its own again: what the TV holds is another content's. */
function withSnapshot(state: SyncState, signs: AnswerSigns, isLoss: boolean): SyncState {
  const { globals, frame, dropsFrame = false, holdings } = signs;
  if (holdings !== undefined && holdings !== state.holdings) {
    return withSnapshot({ ...state, holdings }, signs, isLoss);
  }
  if (globals !== undefined) {
    const { frame: _, ...rest } = state;
    const adopted = { ...rest, lastVersion: globals.version, snapshot: globals };
    return frame === undefined ? adopted : { ...adopted, frame };
  }
  if (!isLoss && !dropsFrame) return state;
  const { frame: _, ...rest } = state;
  return isLoss ? { ...rest, lastVersion: 0 } : rest;
}
