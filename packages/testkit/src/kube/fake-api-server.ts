// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { issueAuthority, issueServer } from '@bartizan/adapters/pki';
import { type GivenObject, ObjectStore, type StoredObject } from './object-store.ts';

/** What a request of the fake is about. */
interface Target {
  readonly collection: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly plural: string;
}

/** A fake API server and the faults it can be told to have. */
export interface FakeApiServer {
  readonly url: string;
  readonly caPem: string;
  readonly store: ObjectStore;
  /** Token that may do everything. */
  readonly token: string;
  /** Token that may read nothing but what is not in `forbidden`. */
  readonly restrictedToken: string;
  /** Plurals the restricted token may not touch. */
  readonly forbidden: Set<string>;
  /** Plurals that nobody may watch, with the HTTP status that says so. */
  readonly unwatchable: Map<string, number>;
  /** Plurals that are served. */
  readonly served: Set<string>;
  /** Requests so far, `METHOD path`. */
  readonly requests: readonly string[];
  /** The next requests are answered 429. */
  readonly beBusy: (times: number, retryAfterS?: number) => void;
  /** Ends open watches: cleanly, or in the middle of an event. */
  readonly endWatches: (how: 'end' | 'reset' | 'half-event') => void;
  /** Closes all connections. */
  readonly dropConnections: () => void;
  /** Neither reads nor writes on the connections there are: pings stay without an answer. */
  readonly freeze: () => void;
  /** Tells every watch a bookmark. */
  readonly bookmark: () => void;
  readonly close: () => Promise<void>;
}

interface Watching {
  readonly stream: ServerHttp2Stream;
  readonly stop: () => void;
}

const KINDS = [
  'namespaces',
  'pods',
  'secrets',
  'configmaps',
  'nodes',
  'services',
  'deployments',
  'replicasets',
  'jobs',
  'cronjobs',
  'statefulsets',
  'daemonsets',
];
const YEAR_MS = 365 * 24 * 3_600_000;

/** Starts a fake on 127.0.0.1. */
export async function startFakeApiServer(served: readonly string[] = KINDS): Promise<FakeApiServer> {
  const validity = { nowMs: Date.now(), lifetimeMs: YEAR_MS };
  const authority = await issueAuthority('fake cluster', validity);
  const leaf = await issueServer(authority, ['127.0.0.1'], validity);
  const server = createSecureServer({ key: leaf.keyPem, cert: leaf.certificatePem });
  const fake = new Fake(server, new Set(served));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `https://127.0.0.1:${port}`,
    caPem: authority.certificatePem,
    store: fake.store,
    token: 'all',
    restrictedToken: 'restricted',
    forbidden: fake.forbidden,
    unwatchable: fake.unwatchable,
    served: fake.served,
    requests: fake.requests,
    beBusy: (times, retryAfterS = 0) => {
      fake.busy = { times, retryAfterS };
    },
    endWatches: (how) => fake.endWatches(how),
    dropConnections: () => fake.dropConnections(),
    freeze: () => {
      for (const socket of fake.sockets) socket.pause();
    },
    bookmark: () => fake.bookmark(),
    close: () => fake.close(),
  };
}

/** How objects are told: whole, or their metadata alone. */
type Telling = (object: StoredObject) => object;
const metadataOf: Telling = ({ metadata }) => ({ metadata });

interface Asked {
  readonly url: URL;
  readonly tell: Telling;
}

class Fake {
  readonly store = new ObjectStore();
  readonly forbidden = new Set<string>();
  readonly unwatchable = new Map<string, number>();
  readonly requests: string[] = [];
  readonly served: Set<string>;
  readonly sockets = new Set<Socket>();
  busy = { times: 0, retryAfterS: 0 };
  readonly #server: Http2SecureServer;
  readonly #watches = new Set<Watching>();

  constructor(server: Http2SecureServer, served: Set<string>) {
    this.#server = server;
    this.served = served;
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    server.on('sessionError', () => undefined);
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      stream.on('error', () => undefined);
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () =>
        this.#answer(stream, {
          method: String(headers[':method']),
          url: new URL(String(headers[':path']), 'https://fake'),
          token: String(headers['authorization'] ?? ''),
          tell: /as=PartialObjectMetadata/.test(String(headers['accept'])) ? metadataOf : (one) => one,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
  }

  endWatches(how: 'end' | 'reset' | 'half-event'): void {
    for (const { stream } of [...this.#watches]) {
      if (how === 'end') stream.end();
      else if (how === 'reset') stream.close(2);
      else stream.end('{"type":"ADDED","object":{"metadata":{"na');
    }
  }

  dropConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  bookmark(): void {
    const object = { metadata: { resourceVersion: String(this.store.version) } };
    for (const { stream } of this.#watches) stream.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  async close(): Promise<void> {
    this.dropConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(
    stream: ServerHttp2Stream,
    ask: {
      readonly method: string;
      readonly url: URL;
      readonly token: string;
      readonly body: string;
      readonly tell: Telling;
    },
  ): void {
    this.requests.push(`${ask.method} ${ask.url.pathname}`);
    if (ask.token !== 'Bearer all' && ask.token !== 'Bearer restricted')
      return refuse(stream, 401, 'Unauthorized');
    if (this.busy.times > 0) {
      this.busy.times -= 1;
      return refuse(stream, 429, 'busy', { 'retry-after': String(this.busy.retryAfterS) });
    }
    if (ask.url.pathname === '/version') return send(stream, 200, { gitVersion: 'v1.37.2-fake' });
    const target = targetOf(ask.url.pathname);
    if (target === undefined || !this.served.has(target.plural)) return refuse(stream, 404, 'no such kind');
    if (ask.token === 'Bearer restricted' && this.forbidden.has(target.plural))
      return refuse(stream, 403, `${target.plural} is forbidden`);
    if (ask.method === 'GET' && target.name === undefined) return this.#collection(stream, target, ask);
    this.#object(stream, target, ask);
  }

  #collection(stream: ServerHttp2Stream, target: Target, asked: Asked): void {
    const { collection, namespace } = target;
    const { url, tell } = asked;
    const refusal = this.unwatchable.get(target.plural);
    const isWatch = url.searchParams.get('watch') === 'true';
    if (isWatch && refusal !== undefined) return refuse(stream, refusal, 'may not be watched');
    if (isWatch) return this.#watch(stream, target, asked);
    const all = this.store.list(collection, namespace);
    const [at, version] = (url.searchParams.get('continue') ?? `0:${this.store.version}`)
      .split(':')
      .map(Number);
    const limit = Number(url.searchParams.get('limit') ?? all.length);
    const to = (at ?? 0) + (limit === 0 ? all.length : limit);
    send(stream, 200, {
      metadata: {
        resourceVersion: String(version),
        ...(to < all.length ? { continue: `${to}:${version}` } : {}),
      },
      items: all.slice(at, to).map(tell),
    });
  }

  #watch(stream: ServerHttp2Stream, { collection, namespace }: Target, { url, tell }: Asked): void {
    const expired = { type: 'ERROR', object: { code: 410, message: 'too old resource version' } };
    stream.respond({ ':status': 200, 'content-type': 'application/json' });
    const stop = this.store.follow(Number(url.searchParams.get('resourceVersion') ?? 0), (event) => {
      if (event.collection !== collection) return;
      if (namespace !== undefined && event.object.metadata.namespace !== namespace) return;
      stream.write(`${JSON.stringify({ type: event.type, object: tell(event.object) })}\n`);
    });
    if (stop === undefined) {
      stream.end(`${JSON.stringify(expired)}\n`);
      return;
    }
    const watching = { stream, stop };
    this.#watches.add(watching);
    stream.on('close', () => {
      stop();
      this.#watches.delete(watching);
    });
  }

  #object(
    stream: ServerHttp2Stream,
    { collection, namespace, name }: Target,
    { method, body, url }: { readonly method: string; readonly body: string; readonly url: URL },
  ): void {
    const before = name === undefined ? undefined : this.store.get(collection, namespace, name);
    if (method === 'POST') {
      const given = readGiven(body, namespace);
      if (this.store.get(collection, namespace, given.metadata.name) !== undefined)
        return refuse(stream, 409, 'already exists');
      return send(
        stream,
        201,
        url.searchParams.get('dryRun') === 'All' ? given : this.store.put(collection, given),
      );
    }
    if (before === undefined && method !== 'PATCH') return refuse(stream, 404, 'not found');
    if (method === 'GET') return send(stream, 200, before ?? {});
    if (method === 'DELETE') {
      this.store.remove(collection, namespace, name ?? '');
      return send(stream, 200, { kind: 'Status', status: 'Success' });
    }
    const given = readGiven(body, namespace);
    const version = given.metadata['resourceVersion'];
    if (method === 'PUT' && version !== undefined && version !== before?.metadata.resourceVersion)
      return refuse(stream, 409, 'the object has been modified');
    send(stream, 200, this.store.put(collection, method === 'PATCH' ? merged(before, given) : given));
  }
}

/** Server-side apply, as far as the fake knows it: given fields of the first two levels replace those there. */
const merged = (before: StoredObject | undefined, given: GivenObject): GivenObject => {
  if (before === undefined) return given;
  const parts = Object.entries(given).map(([name, value]): [string, unknown] => {
    const old = before[name];
    return [name, isRecord(old) && isRecord(value) ? { ...old, ...value } : value];
  });
  return { ...before, ...Object.fromEntries(parts), metadata: { ...before.metadata, ...given.metadata } };
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readGiven(body: string, namespace: string | undefined): GivenObject {
  const given: GivenObject = JSON.parse(body);
  const place = namespace === undefined ? {} : { namespace };
  return { ...given, metadata: { ...given.metadata, ...place } };
}

const PATH = /^\/(?:api|apis\/[^/]+)\/[^/]+(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?$/;

function targetOf(path: string): Target | undefined {
  const [, namespace, plural, name] = PATH.exec(path) ?? [];
  if (plural === undefined) return undefined;
  return { collection: plural, namespace, name, plural };
}

function send(stream: ServerHttp2Stream, status: number, value: object, headers: object = {}): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': status, 'content-type': 'application/json', ...headers });
  stream.end(JSON.stringify(value));
}

const refuse = (stream: ServerHttp2Stream, status: number, message: string, headers: object = {}): void =>
  send(stream, status, { kind: 'Status', status: 'Failure', message, code: status }, headers);
