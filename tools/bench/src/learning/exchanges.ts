import {
  decodeAnswerFrame,
  heldTitles,
  receiveTitles,
  type TitleHoldings,
  type TitleList,
} from '@omega-tv/compression';
import type { LearningServer } from './learning-server.js';

/** What an exchange left a TV with. */
export interface Exchanged {
  readonly holdings: TitleHoldings;
  /** Of the answer's frame. */
  readonly bytes: number;
}

/**
 * Answers of a server to TVs that hold the same: they are the same, byte for byte, so that one of
 * them is made and read, and all get what it left.
 */
export class Exchanges {
  readonly #results = new WeakMap<
    TitleHoldings,
    { list: TitleList | undefined; result: Exchanged }
  >();
  readonly #byHeld = new Map<string, Exchanged>();
  #list: TitleList | undefined;

  constructor(
    private readonly server: LearningServer,
    private readonly answerBytes: number,
  ) {}

  /** What a TV that holds this has after one answer. */
  exchange(holdings: TitleHoldings): Exchanged {
    const { list } = this.server;
    const known = this.#results.get(holdings);
    if (known !== undefined && known.list === list) return known.result;
    if (this.#list !== list) this.#byHeld.clear();
    this.#list = list;
    const key = JSON.stringify([heldTitles(holdings), holdings.current?.head.generation]);
    const result = this.#byHeld.get(key) ?? this.#answer(holdings);
    this.#byHeld.set(key, result);
    this.#results.set(holdings, { list, result });
    return result;
  }

  #answer(holdings: TitleHoldings): Exchanged {
    const bytes = this.server.answer(heldTitles(holdings), this.answerBytes);
    const { titles } = decodeAnswerFrame(bytes);
    return {
      holdings: titles === undefined ? holdings : receiveTitles(holdings, titles),
      bytes: bytes.length,
    };
  }
}
