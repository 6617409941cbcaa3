import Table from 'cli-table3';
import type { FrameInspection, FramePart } from '@omega-tv/compression';

/** A frame's parts as a table: what each takes, in bits and as a share, and what it says. */
export function toTable({ kind, bytes, parts }: FrameInspection): string {
  const table = new Table({
    head: ['part', 'bits', 'bytes', 'share', 'holds'],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  const add = (name: string, bits: number, value: string): void => {
    const share = `${((100 * bits) / (8 * bytes)).toFixed(1)} %`;
    table.push([name, bits.toFixed(1), (bits / 8).toFixed(1), share, value]);
  };
  const addAll = (some: readonly FramePart[], depth: number): void => {
    for (const part of some) {
      add(`${'  '.repeat(depth)}${part.name}`, part.bits, part.value ?? '');
      addAll(part.parts, depth + 1);
    }
  };
  addAll(parts, 0);
  add('whole frame', 8 * bytes, kind);
  return `${table.toString()}\n`;
}
