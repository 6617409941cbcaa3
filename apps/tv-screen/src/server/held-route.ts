import type { FastifyInstance } from 'fastify';
import type { LearnedConstellation } from './learned-constellation.js';

/** Tells a page what the server holds of its TV: how often it told something, and of how many titles. */
export function addHeldRoute(app: FastifyInstance, { constellation }: LearnedConstellation): void {
  app.get<{ Params: { deviceId: string } }>('/held/:deviceId', async (request, reply) => {
    const [record] = await constellation.recordsOf(request.params.deviceId);
    const { devices } = constellation.report();
    const device = record && {
      lastMessage: record.last?.seq ?? 0,
      titlesToday: record.activity?.completions ?? 0,
    };
    const tvs = devices - (record === undefined ? 0 : 1);
    return reply.header('cache-control', 'no-store').send({ tvs, ...(device && { device }) });
  });
}
