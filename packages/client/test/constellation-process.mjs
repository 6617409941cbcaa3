// A Constellation on a level store. Usage: node constellation-process.mjs DIRECTORY PORT [CERTIFICATE]
// Prints its URL when it listens; with a certificate (JSON, cert and key) it serves QUIC instead, and
// prints "udp PORT". Ends by a signal only.
import { writeSync } from 'node:fs';
import { createNodeV1Format } from '@omega-tv/compression/node';
import { Constellation, createServer, openLevelConstellationStore } from '@omega-tv/constellation';
import { startQuicServer } from '@omega-tv/transport-quic';

const [directory, port, certificate] = process.argv.slice(2);
const constellation = await Constellation.open({
  store: await openLevelConstellationStore({ directory }),
  format: createNodeV1Format(),
  clock: { nowMs: Date.now },
});
const server = createServer(constellation);
if (certificate === undefined) {
  writeSync(1, `${await server.listen({ host: '127.0.0.1', port: Number(port) })}\n`);
} else {
  const options = { handler: server, certificate: JSON.parse(certificate), port: Number(port) };
  writeSync(1, `udp ${(await startQuicServer(options)).port}\n`);
}
