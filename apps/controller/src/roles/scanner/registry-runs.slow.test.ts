// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createSealer } from '@bartizan/adapters/store';
import type { Image, Registry } from '@bartizan/contracts';
import { builtImage, indexOf, MemoryRegistry } from '@bartizan/testkit/registry';
import { aNode, OWNER, openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FindingLedger } from '../../decide/finding-ledger.ts';
import { ImageLedger } from '../../decide/image-ledger.ts';
import type { ImageRequest } from '../../sense/registries/image-messages.ts';
import { readInThread } from '../../sense/registries/read-in-thread.ts';
import { Turnstile } from '../../turnstile.ts';
import { Registries } from './registry-desk.ts';
import { RegistryRuns, type RegistryRunsParts } from './registry-runs.ts';

const SCOPE = { kind: 'tenant', ...OWNER } as const;
const LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const PACKAGE = '{"name":"minimist","version":"1.2.5"}';
const minimal = (name: string) =>
  builtImage([{ 'node_modules/minimist/package.json': PACKAGE, [name]: name }]);

/** Threads and processes start slowly on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });
let test: TestStore;
let desk: Registries;
let server: MemoryRegistry;
let opened: RegistryRuns[] = [];

beforeEach(async () => {
  test = await openTestStore();
  let number = 0;
  const sealer = createSealer(Buffer.alloc(32, 7));
  const newId = () => `reg-${++number}`;
  desk = new Registries({ store: test.store, sealer, clock: test.clock, publish: () => undefined, newId });
  server = await MemoryRegistry.start({ name: 'me', password: 'pw' });
}, 60_000);
afterEach(async () => {
  for (const one of opened) await one.close();
  opened = [];
  await server.stop();
  await test.remove();
});

function runsWith(more: Partial<RegistryRunsParts> = {}): RegistryRuns {
  const { store, clock, dataDir } = test;
  const publish = () => undefined;
  const findings = new FindingLedger(store, clock, new Turnstile());
  const intake = new ImageLedger({ store, clock, publish, findings, onList: () => undefined });
  const layerFolder = join(dataDir, 'layers');
  const runs = new RegistryRuns({ store, desk, intake, clock, log: LOG, layerFolder, ...more });
  desk.attach(runs);
  opened.push(runs);
  return runs;
}

async function added(more: object = {}): Promise<Registry> {
  const made = await desk.create(OWNER, {
    name: 'ours',
    kind: 'docker',
    host: server.host,
    plainHttp: true,
    username: 'me',
    secret: 'pw',
    includes: [],
    excludes: [],
    platforms: [],
    schedule: { kind: 'manual' },
    concurrency: 2,
    ...more,
  });
  if (!made.ok) throw new Error(`${made.error.code}: ${made.error.detail}`);
  return made.value;
}

/** One run to its end. */
async function ran(runs: RegistryRuns, id: string): Promise<Registry['run']> {
  await desk.start(OWNER, id);
  await runs.idle();
  const found = await test.store.registries.get(SCOPE, id);
  if (!found.ok || found.value === undefined) throw new Error('the registry is gone');
  return found.value.run;
}
async function imageAt(digest: string): Promise<Image | undefined> {
  const found = await test.store.images.get(SCOPE, digest);
  return found.ok ? found.value : undefined;
}
const asked = (word: string): number => server.asked.filter((line) => line.includes(word)).length;

describe('a run over a registry', () => {
  it('scans what the filters choose, and reads nothing twice', async () => {
    const runs = runsWith();
    const first = builtImage([{ 'node_modules/minimist/package.json': PACKAGE }], {
      created: '2026-01-02T03:04:05Z',
      labels: { team: 'shop' },
      history: ['COPY . /'],
    });
    server.push('shop/web', 'v1', first);
    server.push('shop/web', 'same', first);
    server.push('shop/web', 'ignored', minimal('ignored'));
    server.push('other/api', 'v1', minimal('other'));
    const { id, host } = await added({
      includes: [{ repository: 'shop/*', tag: '*' }],
      excludes: [{ repository: '*', tag: 'ign*' }],
    });
    expect(await ran(runs, id)).toMatchObject({
      state: 'done',
      repositories: 1,
      images: 1,
      scanned: 1,
      unchanged: 0,
      failed: 0,
    });
    expect(await imageAt(first.digest)).toMatchObject({
      references: expect.arrayContaining([`${host}/shop/web:v1`, `${host}/shop/web:same`]),
      registries: [id],
      platform: 'linux/amd64',
      createdAtMs: Date.parse('2026-01-02T03:04:05Z'),
      labels: { team: 'shop' },
      packages: 1,
      layers: [{ packages: 1, command: 'COPY . /', sizeBytes: expect.any(Number) }],
      scan: { state: 'done', reasons: [] },
      signature: { state: 'unsigned' },
    });
    const packages = await test.store.scans.ofWorkload(SCOPE, first.digest);
    expect(packages.ok && packages.value?.packages.map(({ name }) => name)).toEqual(['minimist']);
    server.asked.length = 0;
    expect(await ran(runs, id)).toMatchObject({ state: 'done', images: 1, scanned: 0, unchanged: 1 });
    expect([asked('GET /v2/shop/web/manifests'), asked('/blobs/')]).toEqual([0, 0]);
    expect(asked('HEAD /v2/shop/web/manifests')).toBe(2);
  });

  it('finds new tags and tags that moved; a moved one leads to one image only', async () => {
    const runs = runsWith();
    const [before, after] = [minimal('before'), minimal('after')];
    server.push('app', 'latest', before);
    const { id, host } = await added();
    await ran(runs, id);
    server.push('app', 'latest', after);
    server.push('app', 'v2', after);
    expect(await ran(runs, id)).toMatchObject({ images: 1, scanned: 1 });
    expect((await imageAt(before.digest))?.references).toEqual([]);
    const names = (await imageAt(after.digest))?.references;
    expect([...(names ?? [])].sort()).toEqual([`${host}/app:latest`, `${host}/app:v2`]);
  });

  it('scans the platforms of the nodes, or those that are named', async () => {
    const runs = runsWith();
    const amd64 = builtImage([{ a: 'amd64' }]);
    const arm64 = builtImage([{ a: 'arm64' }], { architecture: 'arm64' });
    const s390x = builtImage([{ a: 's390x' }], { architecture: 's390x' });
    for (const image of [amd64, arm64, s390x]) {
      server.push('app', 'gone', image);
      server.pushManifest('app', undefined, image);
    }
    server.pushManifest('app', 'gone', indexOf([amd64, arm64, s390x]));
    const system = { kind: 'system', purpose: 'test' } as const;
    // Another tenant's node says nothing about these images.
    const theirs = aNode({ id: 'n-theirs', tenant: 'another', architecture: 's390x' });
    await test.store.nodes.put(system, [aNode({ architecture: 'arm64' }), theirs]);
    const { id } = await added();
    expect(await ran(runs, id)).toMatchObject({
      ...{ images: 1, scanned: 1 },
      platforms: { names: ['linux/arm64'], from: 'nodes' },
    });
    expect(await imageAt(arm64.digest)).toMatchObject({ platform: 'linux/arm64', scan: { state: 'done' } });
    expect([await imageAt(amd64.digest), await imageAt(s390x.digest)]).toEqual([undefined, undefined]);
    // A node of another kind joins: the next run reads its platform too, and what was read is not read again.
    await test.store.nodes.put(system, [aNode({ id: 'n-2', architecture: 'x64' })]);
    expect(await ran(runs, id)).toMatchObject({
      ...{ images: 2, scanned: 1, unchanged: 1 },
      platforms: { names: ['linux/amd64', 'linux/arm64'], from: 'nodes' },
    });
    expect(await imageAt(s390x.digest)).toBeUndefined();
    const all = await added({ platforms: ['all'] });
    expect(await ran(runs, all.id)).toMatchObject({
      ...{ images: 3, scanned: 1, unchanged: 2 },
      platforms: { names: ['all'], from: 'settings' },
    });
    expect(await imageAt(s390x.digest)).toMatchObject({ platform: 'linux/s390x' });
  });

  it('scans linux/amd64 where no node is known, and says so', async () => {
    const runs = runsWith();
    const [amd64, arm64] = ['amd64', 'arm64'].map((architecture) =>
      builtImage([{ a: architecture }], { architecture }),
    );
    if (amd64 === undefined || arm64 === undefined) throw new Error('two images');
    for (const image of [amd64, arm64]) server.pushManifest('app', undefined, image);
    server.pushManifest('app', 'v1', indexOf([amd64, arm64]));
    server.push('app', 'single', amd64);
    const { id } = await added();
    expect(await ran(runs, id)).toMatchObject({
      ...{ state: 'done', images: 1, scanned: 1 },
      platforms: { names: ['linux/amd64'], from: 'fallback' },
    });
    expect(await imageAt(arm64.digest)).toBeUndefined();
  });

  it('takes the newest tags by the time images say they were made', async () => {
    const runs = runsWith();
    for (const [tag, created] of [
      ['zz', '2020-01-01T00:00:00Z'],
      ['b', '2026-03-01T00:00:00Z'],
      ['a', '2026-04-01T00:00:00Z'],
    ] as const)
      server.push('app', tag, builtImage([{ tag }], { created }));
    const { id } = await added({ newestTags: 2 });
    expect(await ran(runs, id)).toMatchObject({ images: 2, scanned: 2 });
    const images = await test.store.images.list(SCOPE, { filter: [], limit: 10 });
    const tags = images.ok
      ? images.value.items.map(({ references }) => references[0]?.split(':').at(-1))
      : [];
    expect(tags.sort()).toEqual(['a', 'b']);
  });

  it('leaves out what is no image', async () => {
    const runs = runsWith();
    const chart = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: 'sha256:0', size: 2 },
        layers: [],
      }),
    );
    const { digestOf } = await import('@bartizan/testkit/registry');
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    server.pushManifest('app', 'chart', { mediaType, manifest: chart, digest: digestOf(chart) });
    server.push('app', `sha256-${'a'.repeat(64)}.sig`, minimal('signature'));
    const { id } = await added();
    expect(await ran(runs, id)).toMatchObject({
      state: 'done',
      images: 1,
      scanned: 0,
      skipped: 1,
      failed: 0,
    });
    expect(await imageAt(digestOf(chart))).toBeUndefined();
  });

  it('scans an image that calls itself an artifact: runtimes run it', async () => {
    const runs = runsWith();
    const { digestOf } = await import('@bartizan/testkit/registry');
    const plain = minimal('disguised');
    const manifest = Buffer.from(
      JSON.stringify({ ...JSON.parse(plain.manifest.toString()), artifactType: 'x/y' }),
    );
    const disguised = { ...plain, manifest, digest: digestOf(manifest) };
    const good = minimal('good');
    for (const image of [disguised, good]) {
      for (const [digest, bytes] of image.blobs) server.pushBlob(digest, bytes);
      server.pushManifest('app', undefined, image);
    }
    server.pushManifest('app', 'v1', indexOf([disguised, good]));
    const { id } = await added();
    expect(await ran(runs, id)).toMatchObject({ images: 2, scanned: 2, skipped: 0 });
    expect(await imageAt(disguised.digest)).toMatchObject({ scan: { state: 'done' }, packages: 1 });
  });
});

describe('bad registries and images', () => {
  const layerOf = (image: ReturnType<typeof minimal>): string =>
    (JSON.parse(image.manifest.toString()) as { layers: { digest: string }[] }).layers[0]?.digest ?? '';

  it.each([
    ['ends in the middle of a layer', 'cut', 'incomplete'],
    ['lies about a layer', 'lie', 'failed'],
  ] as const)('one that %s', async (_what, how, state) => {
    const runs = runsWith();
    const image = minimal('bad');
    server.push('app', 'v1', image);
    server.bad.set(layerOf(image), how);
    const { id } = await added();
    await ran(runs, id);
    const found = await imageAt(image.digest);
    expect(found?.scan).toMatchObject({
      state,
      reasons: [{ en: expect.stringMatching(/./), ja: expect.stringMatching(/./) }],
    });
    // Nothing of it was kept as complete: once the registry is well, the image is read again and is done.
    server.bad.clear();
    expect(await ran(runs, id)).toMatchObject({ scanned: 1, unchanged: 0, failed: 0 });
    expect((await imageAt(image.digest))?.scan?.state).toBe('done');
  });

  it('one whose manifest is not what its digest says', async () => {
    const runs = runsWith();
    const image = minimal('bad');
    server.push('app', 'v1', image);
    server.bad.set(image.digest, 'lie');
    const { id } = await added();
    expect(await ran(runs, id)).toMatchObject({
      state: 'done',
      failed: 1,
      detail: expect.stringContaining('E_REGISTRY_DIGEST'),
    });
    expect((await imageAt(image.digest))?.scan).toMatchObject({ state: 'failed', code: 'E_REGISTRY_DIGEST' });
  });

  it('one that sends layers to another host gets no credentials there', async () => {
    const runs = runsWith();
    const store = await MemoryRegistry.start();
    try {
      const image = minimal('moved');
      server.push('app', 'v1', image);
      store.push('app', 'v1', image);
      const layer = layerOf(image);
      server.elsewhere.set(layer, `http://${store.host}/v2/app/blobs/${layer}`);
      const { id } = await added();
      expect(await ran(runs, id)).toMatchObject({ scanned: 1, failed: 0 });
      expect(store.asked).toEqual([`GET /v2/app/blobs/${layer}`]);
      expect(store.credentials).toEqual([undefined]);
      const metadata = minimal('metadata');
      server.push('app', 'v2', metadata);
      server.elsewhere.set(layerOf(metadata), 'http://169.254.169.254/latest/meta-data');
      await ran(runs, id);
      expect((await imageAt(metadata.digest))?.scan).toMatchObject({
        state: 'failed',
        reasons: [{ en: expect.stringContaining('E_REGISTRY_ADDRESS') }],
      });
    } finally {
      await store.stop();
    }
  });

  it('an image that kills its thread is incomplete, and the others are scanned', async () => {
    const lock = Array.from({ length: 60_000 }, (_, at) => `"node_modules/p${at}":{"version":"1.0.${at}"}`);
    const hostile = builtImage([{ 'app/package-lock.json': `{"packages":{${lock.join(',')}}}` }]);
    const runs = runsWith({
      read: (request: ImageRequest, signal: AbortSignal) =>
        readInThread(request, signal, {
          heapMegabytes: request.digest === hostile.digest ? 24 : 512,
          timeoutMs: 60_000,
        }),
    });
    server.push('app', 'hostile', hostile);
    server.push('app', 'good', minimal('good'));
    const { id } = await added();
    expect(await ran(runs, id)).toMatchObject({ state: 'done', scanned: 1, failed: 1 });
    expect((await imageAt(hostile.digest))?.scan).toMatchObject({
      state: 'incomplete',
      reasons: [{ en: expect.stringContaining('the thread ended') }],
    });
    const kept = await test.store.scans.ofWorkload(SCOPE, hostile.digest);
    expect(kept).toEqual({ ok: true, value: undefined });
  });

  it('one that never ends a layer is given up in time', async () => {
    const runs = runsWith({
      read: (request, signal) => readInThread(request, signal, { heapMegabytes: 512, timeoutMs: 1500 }),
    });
    const image = minimal('slow');
    server.push('app', 'v1', image);
    server.bad.set(layerOf(image), 'slow');
    const { id } = await added();
    expect(await ran(runs, id)).toMatchObject({ state: 'done', failed: 1 });
    expect((await imageAt(image.digest))?.scan).toMatchObject({ state: 'incomplete' });
  });

  it('one that is away, or refuses us, fails the run with its code', async () => {
    const runs = runsWith();
    const wrong = await added({ secret: 'wrong' });
    expect(await ran(runs, wrong.id)).toMatchObject({ state: 'failed', code: 'E_REGISTRY_LOGIN' });
    const away = await added({ host: '127.0.0.1:1', includes: [{ repository: 'app', tag: '*' }] });
    expect(await ran(runs, away.id)).toMatchObject({ state: 'failed', code: 'E_REGISTRY_UNREACHABLE' });
  });
});

describe('the order of runs', () => {
  it('is fair: a thousand tags of one registry do not keep another waiting', async () => {
    const order: string[] = [];
    const runs = runsWith({
      workers: 1,
      read: async ({ repository }) => {
        order.push(repository);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { kind: 'artifact' };
      },
    });
    for (let at = 0; at < 1000; at += 1) server.push('big', `v${at}`, builtImage([{ at: String(at) }]));
    server.push('small', 'v1', minimal('small'));
    const big = await added({ includes: [{ repository: 'big', tag: '*' }] });
    const small = await added({ includes: [{ repository: 'small', tag: '*' }] });
    await desk.start(OWNER, big.id);
    while (order.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    await desk.start(OWNER, small.id);
    while (!order.includes('small')) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(order.indexOf('small')).toBeLessThan(900);
    await runs.idle();
    expect(order.filter((name) => name === 'big')).toHaveLength(1000);
  }, 60_000);

  it('can be cancelled: what was done stays, what was not is as before', async () => {
    runsWith({ workers: 1 });
    const [done, stuck] = [minimal('a'), minimal('b')];
    server.push('app', 'a', done);
    server.push('app', 'b', stuck);
    server.bad.set(JSON.parse(stuck.manifest.toString()).layers[0].digest, 'slow');
    const { id } = await added({ concurrency: 1 });
    await desk.start(OWNER, id);
    while ((await imageAt(done.digest))?.scan?.state !== 'done')
      await new Promise((resolve) => setTimeout(resolve, 20));
    const cancelled = await desk.cancel(OWNER, id);
    expect(cancelled.ok && cancelled.value.run).toMatchObject({ state: 'cancelled', scanned: 1 });
    expect(await imageAt(stuck.digest)).toBeUndefined();
  });

  it('comes by schedule, and a run that the program ended with says so', async () => {
    const runs = runsWith();
    server.push('app', 'v1', minimal('a'));
    const { id } = await added({ schedule: { kind: 'interval', everyMs: 300_000 } });
    const runOf = async () => {
      const found = await test.store.registries.get(SCOPE, id);
      return found.ok ? found.value?.run : undefined;
    };
    await runs.startDue();
    await runs.idle();
    expect(await runOf()).toMatchObject({ state: 'done', nextAtMs: test.clock.nowMs() + 300_000 });
    server.asked.length = 0;
    await runs.startDue();
    await runs.idle();
    expect(server.asked).toEqual([]);
    test.clock.value += 300_001;
    await runs.startDue();
    await runs.idle();
    expect(server.asked.length).toBeGreaterThan(0);
    const found = await test.store.registries.get(SCOPE, id);
    if (!found.ok || found.value === undefined) throw new Error('gone');
    await desk.note(found.value, { ...found.value.run, state: 'scanning' });
    await runs.recover();
    expect(await runOf()).toMatchObject({ state: 'failed', code: 'E_REGISTRY_INTERRUPTED' });
  });

  it('is by digest: the facts of layers are shared by images', async () => {
    const runs = runsWith({ workers: 1 });
    const shared = { 'node_modules/minimist/package.json': PACKAGE };
    server.push('app', 'a', builtImage([shared, { a: 'a' }]));
    server.push('app', 'b', builtImage([shared, { b: 'b' }]));
    const { id } = await added({ concurrency: 1 });
    await ran(runs, id);
    expect(asked('/blobs/')).toBe(2 + 3);
    rmSync(join(test.dataDir, 'layers'), { recursive: true, force: true });
  });
});
