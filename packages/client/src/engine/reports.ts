import type { Engagement } from '@omega-tv/types';
import type { CompletionReport } from './state.js';

/** What a report says on the wire, beside the viewer. */
export function engagementsOf({ contentId }: CompletionReport): {
  readonly engagements: readonly [Engagement];
} {
  return { engagements: [{ contentId, count: 1, completed: true }] };
}
