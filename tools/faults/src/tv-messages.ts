import type { SampleBooks } from '@omega-tv/client';

/** What a TV says, one line of JSON each. */
export type TvMessage =
  | { readonly kind: 'opened'; readonly outcome: string; readonly learned: number }
  /** So many samples are on the disk now. */
  | { readonly kind: 'stored'; readonly samples: number }
  | { readonly kind: 'settled'; readonly books: SampleBooks };
