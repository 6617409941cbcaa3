import type { Contents, Messages } from './messages.js';

/** What pushes bring: so many parts of all. */
export type Mix = readonly (readonly [part: number, contents: Contents])[];

/** What TVs send on an evening: 70 % nothing, 25 % one to three patterns, 5 % ten. */
export const EVENING: Mix = [
  [0.7, 0],
  [0.0834, 1],
  [0.0833, 2],
  [0.0833, 3],
  [0.05, 10],
];

export function only(contents: Contents): Mix {
  return [[1, contents]];
}

/** A push on its way. */
export interface Push {
  readonly body: Uint8Array;
  readonly token: string | undefined;
}

/** A question for what is newest, without a push. */
export interface Poll {
  readonly path: string;
}

/** Thousands of TVs that take turns; each sends its pushes in order. */
export class Tvs {
  readonly #messages: Messages;
  readonly #tokens: readonly (string | undefined)[];
  readonly #seqs: Uint32Array;
  readonly #random: { next(): number };
  readonly #deviceEpoch: number;
  #next = 0;

  constructor(
    messages: Messages,
    tokens: readonly (string | undefined)[],
    random: { next(): number },
    deviceEpoch = 1,
  ) {
    this.#messages = messages;
    this.#tokens = tokens;
    this.#seqs = new Uint32Array(tokens.length);
    this.#random = random;
    this.#deviceEpoch = deviceEpoch;
  }

  /** The next TV's next push. */
  next(mix: Mix): Push {
    const tv = this.#next;
    this.#next = (tv + 1) % this.#tokens.length;
    const contents = this.#draw(mix);
    const last = this.#seqs[tv] ?? 0;
    const seq = contents === 'poll' && last > 0 ? last : last + 1;
    this.#seqs[tv] = seq;
    const body = this.#messages.frame(nameOfTv(tv), seq, contents, this.#deviceEpoch);
    return { body, token: this.#tokens[tv] };
  }

  #draw(mix: Mix): Contents {
    let left = this.#random.next();
    for (const [part, contents] of mix) {
      left -= part;
      if (left < 0) return contents;
    }
    return 0;
  }
}

export function nameOfTv(index: number): string {
  return `tv-${index}`;
}
