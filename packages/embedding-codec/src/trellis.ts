/** A rate-1/2 convolutional code (Ungerboeck 1982), as parity-check polynomials. */
export interface TrellisCode {
  /** A power of two from 4 to 256. */
  readonly states: number;
  readonly h0: number;
  readonly h1: number;
}

/**
 * The state machine of a code. The quantiser in use is `state & 1`, a branch is the parity of the
 * symbol sent; an edge is 2 * quantiser + branch.
 */
export interface Trellis {
  readonly states: number;
  /** The state after `2 * state + branch`. */
  readonly next: Uint16Array;
  /** The two ways into each state: states they come from and edges, at 2 * state and after. */
  readonly from: Uint16Array;
  readonly edge: Uint8Array;
}

/** Lays out the state machine of a code. */
export function createTrellis({ states, h0, h1 }: TrellisCode): Trellis {
  const next = new Uint16Array(2 * states);
  const from = new Uint16Array(2 * states);
  const edge = new Uint8Array(2 * states);
  const ways = new Uint8Array(states);
  for (let state = 0; state < states; state += 1) {
    for (let branch = 0; branch < 2; branch += 1) {
      const to = (state >> 1) ^ (state & 1 ? h0 >> 1 : 0) ^ (branch === 1 ? h1 >> 1 : 0);
      const way = 2 * to + (ways[to] ?? 0);
      next[2 * state + branch] = to;
      from[way] = state;
      edge[way] = 2 * (state & 1) + branch;
      ways[to] = (ways[to] ?? 0) + 1;
    }
  }
  return { states, next, from, edge };
}

/** Finds the cheapest path through a trellis (Viterbi 1967). Reused from vector to vector. */
export class TrellisSearch {
  private readonly decisions: Uint8Array;
  private readonly symbols: Int32Array;
  private cost: Float64Array;
  private nextCost: Float64Array;
  private length = 0;

  constructor(
    private readonly trellis: Trellis,
    dimension: number,
  ) {
    this.decisions = new Uint8Array(dimension * trellis.states);
    this.symbols = new Int32Array(4 * dimension);
    this.cost = new Float64Array(trellis.states);
    this.nextCost = new Float64Array(trellis.states);
  }

  /** Starts a new path in state 0. */
  start(): void {
    this.length = 0;
    this.cost.fill(Infinity);
    this.cost[0] = 0;
  }

  /** Takes one step: the best symbol of each edge, and what it costs. */
  step(candidates: Int32Array, costs: Float64Array): void {
    const { trellis, cost, nextCost, decisions, symbols } = this;
    const { states, from, edge } = trellis;
    const place = 4 * this.length;
    for (let i = 0; i < 4; i += 1) symbols[place + i] = candidates[i] ?? 0;
    const base = this.length * states;
    for (let state = 0; state < states; state += 1) {
      const way = 2 * state;
      const first = (cost[from[way] ?? 0] ?? 0) + (costs[edge[way] ?? 0] ?? 0);
      const second = (cost[from[way + 1] ?? 0] ?? 0) + (costs[edge[way + 1] ?? 0] ?? 0);
      nextCost[state] = first <= second ? first : second;
      decisions[base + state] = first <= second ? 0 : 1;
    }
    this.cost = nextCost;
    this.nextCost = cost;
    this.length += 1;
  }

  /** Writes the symbols of the cheapest path and returns its cost; it may end in any state. */
  finish(symbols: Int32Array): number {
    const { trellis, cost } = this;
    let state = 0;
    for (let i = 1; i < trellis.states; i += 1) {
      if ((cost[i] ?? 0) < (cost[state] ?? 0)) state = i;
    }
    const best = cost[state] ?? 0;
    for (let i = this.length - 1; i >= 0; i -= 1) {
      const way = 2 * state + (this.decisions[i * trellis.states + state] ?? 0);
      symbols[i] = this.symbols[4 * i + (trellis.edge[way] ?? 0)] ?? 0;
      state = trellis.from[way] ?? 0;
    }
    return best;
  }
}
