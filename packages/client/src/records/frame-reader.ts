import type { ClientFormat } from '@omega-tv/compression';
import type { PatternData } from '@omega-tv/types';

/** The patterns of a published frame; undefined where no codebook reads it. */
export type ReadFrame = (frame: Uint8Array) => readonly PatternData[] | undefined;

/** Reads what a format reads; nothing with one that has no snapshots. */
export function frameReader({ decodeSnapshot }: Pick<ClientFormat, 'decodeSnapshot'>): ReadFrame {
  return (frame) => {
    try {
      return decodeSnapshot?.(frame).globals.patterns;
    } catch {
      return undefined;
    }
  };
}
