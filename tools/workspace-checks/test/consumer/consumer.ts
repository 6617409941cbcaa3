// What a user of the packages may write: installed, checked and run outside the workspace.
import { readFile } from 'node:fs/promises';
import { MAX_TAKEN_SKILLS, openAgentDbPatternStore } from '@omega-tv/agentdb';
import { SyncClient, type Skill } from '@omega-tv/client';
import { openLevelPatternStore } from '@omega-tv/client/node';
import { openBrowserPatternStore } from '@omega-tv/client/web';
import {
  createV2Format,
  V1_LIMITS,
  type ClientFormat,
  type WireFormat,
} from '@omega-tv/compression';
import { createNodeV1Format } from '@omega-tv/compression/node';
import {
  Constellation,
  createInMemoryTransport,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import {
  createEmbeddingCodec,
  parseCodebook,
  type EncodedVectors,
} from '@omega-tv/embedding-codec';
import { stepOfMessage } from '@omega-tv/embedding-codec/coding';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { CodecContext } from '@omega-tv/embedding-codec/training';
import { miniLmCodebookUrl } from '@omega-tv/embedding-codec/web';
import { scoreContent } from '@omega-tv/federation';
import { bytesCodec, recordSpace, type StoreLayout } from '@omega-tv/level';
import { openBrowserRecords } from '@omega-tv/level/browser';
import { openMemoryRecords } from '@omega-tv/level/memory';
import { openRecords } from '@omega-tv/level/node';
import { createFolder } from '@omega-tv/level/node/folder';
import type { SyncResult, Transport } from '@omega-tv/protocol';
import { ConstellationProtocol } from '@omega-tv/protocol';
import { createQuicTransport } from '@omega-tv/transport-quic';
import {
  patternDataFromWire,
  type Clock,
  type PatternData,
  type PatternDataWire,
} from '@omega-tv/types';

const [patternsFile = '', directory = ''] = process.argv.slice(2);
const wire = JSON.parse(await readFile(patternsFile, 'utf8')) as readonly PatternDataWire[];
const patterns: readonly PatternData[] = wire.map(patternDataFromWire);

const clock: Clock = { nowMs: () => Date.UTC(2026, 0, 1) };
const format: WireFormat = createNodeV1Format();
const codec = createEmbeddingCodec(readMiniLmCodebook());
const frames: ClientFormat = createV2Format({ codecs: [codec] });
const store = createMemoryConstellationStore();
const constellation = await Constellation.open({
  store,
  format,
  snapshots: { codecs: [codec] },
  clock,
  federation: { minDevices: 2 },
});
const server = createServer(constellation);
const transport: Transport = createInMemoryTransport(server);
await new ConstellationProtocol({ transport, format, clock }).healthCheck();

const opened = await openLevelPatternStore({ directory, clock });
await opened.store.skillStore(...patterns);
const url = 'http://constellation.example';
const client = await SyncClient.create({
  url,
  deviceId: 'tv-1',
  format,
  transport,
  clock,
  store: opened.store,
});
const result: SyncResult = await client.syncStore();

const newer = await SyncClient.create({
  url,
  deviceId: 'tv-2',
  format: frames,
  fallback: format,
  transport,
  clock,
});
await newer.store.skillStore(...patterns);
const inFrames: SyncResult = await newer.syncStore();
await constellation.publish();
const received: SyncResult = await newer.syncStore();
const [strongest]: readonly Skill[] = await client.store.skillList(1);
if (strongest === undefined) throw new Error('the store lost its patterns');
const { embedding, genre } = strongest;

const sameCodebook = parseCodebook(await readFile(miniLmCodebookUrl)).id === codec.codebook.id;
const rate = { budgetBytes: 64 };
const coded: EncodedVectors = codec.encode([embedding], { mode: 'download', rate });

const layout: StoreLayout = { kind: 'vectors', layout: 1 };
const vectors = recordSpace('vector!', bytesCodec);
await createFolder(`${directory}-vectors`);
const places = [
  await openMemoryRecords(layout),
  await openRecords({ ...layout, directory: `${directory}-vectors` }),
];
const kept: boolean[] = [];
for (const records of places) {
  await records.write(() => [vectors.put('a', coded.bytes)]);
  kept.push((await vectors.get(records, 'a'))?.length === coded.bytes.length);
  await records.close();
}

// AgentDB is the user's to install, and is not here.
const createDatabase = () => Promise.reject(new Error('no AgentDB'));
const [file, beside] = [`${directory}-brain.db`, `${directory}-brain`];
const brain = await openAgentDbPatternStore({ createDatabase, file, directory: beside }).catch(
  (error: unknown) => (error as Error).message,
);

// Node has no IndexedDB.
const inPage = await openBrowserPatternStore({ format: frames });
const paged = await openBrowserRecords({ ...layout, name: 'vectors' }).catch(() => 'no IndexedDB');

// A machine may have no QUIC; either way this URL is none for it.
const overQuic = await createQuicTransport({ baseUrl: 'http://constellation.example' }).catch(
  () => 'no https',
);

console.log(
  JSON.stringify({
    pushed: result.patternsPushed,
    fits: result.bytesSent <= V1_LIMITS.maxRequestBytes * patterns.length,
    protocols: [result.protocolVersion, inFrames.protocolVersion],
    smaller: inFrames.bytesSent < result.bytesSent,
    received: received.globalVersion === 1 && received.patternsReceived > 0,
    accepted: constellation.report().samplesAccepted,
    small: sameCodebook && coded.bytes.length <= rate.budgetBytes,
    inside: stepOfMessage(coded.bytes) === coded.step && new CodecContext(codec.codebook).dimension,
    kept,
    brain: [brain, MAX_TAKEN_SKILLS],
    inPage: [inPage.outcome, paged],
    overQuic,
    likes: scoreContent({ embedding, genres: [genre] }, patterns).score > 0.5,
  }),
);
await opened.store.close();
await server.close();
await constellation.close();
