import { AdaptiveModel } from '@omega-tv/embedding-codec/coding';

/** A field with few values: what is expected of each before anything was seen. */
export interface SymbolField {
  readonly name: string;
  /** At least 1 each; the more, the likelier. */
  readonly counts: readonly number[];
  readonly increment: number;
}

/** A field that holds a whole number: how many bits it is expected to have. */
export interface IntegerField {
  readonly name: string;
  readonly typicalBits: number;
}

/** Numbers up to 2^53 - 1 have at most this many bits. */
const MAX_INTEGER_BITS = 53;

export function symbolField(name: string, counts: readonly number[], increment = 16): SymbolField {
  return { name, counts, increment };
}

/** Symbol 0 is false. */
export function flagField(name: string, falseCount: number, trueCount: number): SymbolField {
  return symbolField(name, [falseCount, trueCount], 12);
}

/** The models of a section, by field and use; made when first used. */
export class FieldModels {
  readonly #bySymbol = new Map<string, AdaptiveModel>();
  readonly #byBits = new Map<string, AdaptiveModel>();
  readonly #byText = new Map<string, AdaptiveModel>();

  ofSymbol({ name, counts, increment }: SymbolField): AdaptiveModel {
    const known = this.#bySymbol.get(name);
    return known ?? keep(this.#bySymbol, name, new AdaptiveModel(counts, increment));
  }

  /** The model of the number's bit length. */
  ofBits({ name, typicalBits }: IntegerField): AdaptiveModel {
    const known = this.#byBits.get(name);
    return known ?? keep(this.#byBits, name, new AdaptiveModel(lengthCounts(typicalBits), 24));
  }

  ofText(name: string): AdaptiveModel {
    const known = this.#byText.get(name);
    return known ?? keep(this.#byText, name, new AdaptiveModel(BYTE_COUNTS, 24));
  }
}

function keep(
  models: Map<string, AdaptiveModel>,
  name: string,
  model: AdaptiveModel,
): AdaptiveModel {
  models.set(name, model);
  return model;
}

const lengthCountsByBits = new Map<number, readonly number[]>();

/** Half as likely for each bit more or less; from six bits on, as unlikely as can be. */
function lengthCounts(typicalBits: number): readonly number[] {
  const known = lengthCountsByBits.get(typicalBits);
  if (known !== undefined) return known;
  const counts = Array.from({ length: MAX_INTEGER_BITS + 1 }, (_, bits) =>
    Math.max(1, Math.floor(32 / 2 ** Math.abs(bits - typicalBits))),
  );
  lengthCountsByBits.set(typicalBits, counts);
  return counts;
}

/** Names are mostly small letters, then digits and joining signs, then capitals. */
const BYTE_COUNTS = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (/[a-z]/.test(character)) return 12;
  if (/[0-9\-_:. ]/.test(character)) return 6;
  return /[A-Z]/.test(character) ? 3 : 1;
});
