import type { TransportResponse } from '@omega-tv/protocol';
import { monotonicMs, type Clock } from '@omega-tv/types';
import { type QuicAnswer } from '../wire/answer.js';
import type { QuicRequest } from '../wire/request.js';
import type { AnsweredQuicRequest, QuicHandler } from './handler.js';
import { problemOf } from './problem.js';

interface AnswerOptions<Answer extends TransportResponse> {
  readonly handler: QuicHandler<Answer>;
  readonly clock: Clock;
  readonly onAnswered?: (exchange: AnsweredQuicRequest<Answer>) => void;
}

/** Asks the handler; never rejects. */
export function answersOf<Answer extends TransportResponse>({
  handler,
  clock,
  onAnswered,
}: AnswerOptions<Answer>): (request: QuicRequest) => Promise<QuicAnswer> {
  return async ({ isRepeatable: _, ...request }) => {
    const startMs = monotonicMs(clock);
    try {
      const answer = await handler.respond(request);
      onAnswered?.({ request, answer, durationMs: monotonicMs(clock) - startMs });
      return answer;
    } catch (error) {
      return problemOf(error);
    }
  };
}
