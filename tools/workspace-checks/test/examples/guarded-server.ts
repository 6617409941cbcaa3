import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
  createTokenKey,
  mintDeviceToken,
  ServerMetrics,
  TokenAuthenticator,
} from '@omega-tv/constellation';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import { onTestFinished, temporaryFolder } from '@omega-tv/test-support';

/** A server on the loopback that lets in who shows a token, until the test ends. */
export async function serveGuarded() {
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    federation: { minDevices: 1 },
  });
  const keys = [await createTokenKey()];
  const metrics = new ServerMetrics(constellation);
  const authenticator = new TokenAuthenticator({ keys });
  const server = createServer(constellation, {
    authenticator,
    metrics,
    trustProxies: ['127.0.0.1'],
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await server.close();
    await constellation.close();
  });
  /** Writes a token of a device into a file. */
  const writeToken = async (deviceId: string): Promise<string> => {
    const file = path.join(await temporaryFolder(), `${deviceId}.token`);
    await writeFile(file, `${await mintDeviceToken({ keys, deviceId, expiresInS: 3600 })}\n`);
    return file;
  };
  return { constellation, metrics, url, writeToken };
}
