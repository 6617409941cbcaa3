import { sha256 } from '@omega-tv/embedding-codec/coding';
import type { RandomSource } from '@omega-tv/types';

const HEAD_BYTES = 3;
const CHECKSUM_BYTES = 4;
/** A section that holds a frame (docs/FRAMES.md). */
const FRAME_SECTION = 9;
const EXTREMES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
const RAW_SHARE = 0.15;
const SECTION_SHARE = 0.7;

interface Section {
  readonly type: number;
  readonly payload: Uint8Array;
}

export interface Mutator {
  /** Mutates bytes of no known layout. */
  bytes(input: Uint8Array): Uint8Array;
  /** Mutates a frame; the checksum is mostly right again. */
  frame(input: Uint8Array, others: readonly Uint8Array[]): Uint8Array;
}

export function createMutator(random: RandomSource): Mutator {
  const draw = (count: number): number => Math.floor(random.next() * count);
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[draw(items.length)];

  const edits: readonly ((bytes: number[]) => void)[] = [
    (bytes) => {
      const at = draw(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
    },
    (bytes) => (bytes[draw(bytes.length)] = pick(EXTREMES) ?? 0),
    (bytes) => (bytes[draw(bytes.length)] = draw(256)),
    (bytes) => bytes.splice(draw(bytes.length)),
    (bytes) => bytes.splice(draw(bytes.length), 1 + draw(4)),
    (bytes) => bytes.splice(draw(bytes.length), 0, ...bytes.slice(draw(bytes.length)).slice(0, 40)),
    (bytes) => bytes.push(...Array.from({ length: draw(9) }, () => draw(256))),
    (bytes) => bytes.fill(pick(EXTREMES) ?? 0, draw(bytes.length), draw(bytes.length + 1)),
    (bytes) => bytes.splice(0, bytes.length, ...Array.from({ length: draw(60) }, () => draw(256))),
  ];

  function mutateBytes(input: Uint8Array): Uint8Array {
    const bytes = [...input];
    for (let count = 1 + draw(3); count > 0; count -= 1) pick(edits)?.(bytes);
    return Uint8Array.from(bytes);
  }

  function mutateFrame(input: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
    if (random.next() < RAW_SHARE) return mutateBytes(input);
    const body = input.subarray(0, input.length - CHECKSUM_BYTES);
    if (random.next() > SECTION_SHARE) return withChecksum(mutateBytes(body));
    const sections = splitSections(body);
    const at = draw(sections.length);
    const chosen = sections[at];
    const donor = pick(splitSections(pick(others) ?? input));
    if (chosen !== undefined) {
      const kind = draw(10);
      if (kind === 0) sections.splice(at, 1);
      else if (kind === 1) sections.splice(at, 0, donor ?? chosen);
      else if (kind === 2) sections[at] = { ...chosen, payload: donor?.payload ?? chosen.payload };
      else if (kind === 3) sections.splice(at, 0, ...Array<Section>(draw(600)).fill(chosen));
      else sections[at] = { ...chosen, payload: mutatePayload(chosen, others) };
    }
    const parts = sections.flatMap(({ type, payload }) => [
      type,
      ...varint(payload.length),
      ...payload,
    ]);
    return withChecksum(Uint8Array.from([...input.subarray(0, HEAD_BYTES), ...parts]));
  }

  function mutatePayload({ type, payload }: Section, others: readonly Uint8Array[]): Uint8Array {
    const isFrame = type === FRAME_SECTION && payload.length > HEAD_BYTES + CHECKSUM_BYTES;
    return isFrame ? mutateFrame(payload, others) : mutateBytes(payload);
  }

  return { bytes: mutateBytes, frame: mutateFrame };
}

function withChecksum(body: Uint8Array): Uint8Array {
  return Uint8Array.from([...body, ...sha256(body).subarray(0, CHECKSUM_BYTES)]);
}

function splitSections(body: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = HEAD_BYTES; at < body.length;) {
    const type = body[at] ?? 0;
    let [length, factor] = [0, 1];
    for (at += 1; at < body.length; factor *= 128) {
      const byte = body[at] ?? 0;
      at += 1;
      length += (byte % 128) * factor;
      if (byte < 128) break;
    }
    sections.push({ type, payload: body.slice(at, at + length) });
    at += length;
  }
  return sections;
}

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}
