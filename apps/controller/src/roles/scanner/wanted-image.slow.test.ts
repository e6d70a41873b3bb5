// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { createSealer } from '@bartizan/adapters/store';
import { ok, type Registry, tenantScope } from '@bartizan/contracts';
import { builtImage, digestOf, indexOf, MemoryRegistry } from '@bartizan/testkit/registry';
import { aContainer, aNode, OWNER, openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ImageBook } from '../../decide/admission/image-book.ts';
import { FindingLedger } from '../../decide/finding-ledger.ts';
import { ImageLedger } from '../../decide/image-ledger.ts';
import type { Publish } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import { PushInbox } from './push-inbox.ts';
import { Registries } from './registry-desk.ts';
import { RegistryRuns } from './registry-runs.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const PACKAGE = '{"name":"minimist","version":"1.2.5"}';
/** Threads and processes start slowly on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });
let test: TestStore;
let server: MemoryRegistry;
let runs: RegistryRuns;
let book: ImageBook;
let intake: ImageLedger;
let desk: Registries;
const PAIR = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const KEY = PAIR.publicKey.export({ type: 'spki', format: 'pem' }).toString();
/** What was set of a registry. */
const settingsOf = ({ name, kind, host, plainHttp, includes, excludes, ...more }: Registry) => ({
  ...{ name, kind, host, plainHttp, includes, excludes },
  ...{ platforms: more.platforms, schedule: more.schedule, concurrency: more.concurrency },
});

beforeEach(async () => {
  let made = 0;
  test = await openTestStore();
  server = await MemoryRegistry.start();
  const { store, clock, dataDir } = test;
  book = new ImageBook({ store, clock, log, owner: OWNER });
  const publish: Publish = (change) => book.note(change);
  desk = new Registries({
    ...{ store, clock, publish },
    sealer: createSealer(Buffer.alloc(32, 7)),
    newId: () => `reg-${++made}`,
  });
  const findings = new FindingLedger(store, clock, new Turnstile());
  intake = new ImageLedger({ store, clock, publish, findings, onList: () => undefined });
  runs = new RegistryRuns({ store, desk, intake, clock, log, layerFolder: join(dataDir, 'layers') });
  desk.attach(runs);
  const created = await desk.create(OWNER, {
    name: 'ours',
    kind: 'docker',
    host: server.host,
    plainHttp: true,
    includes: [{ repository: 'nothing', tag: '*' }],
    excludes: [],
    platforms: [],
    schedule: { kind: 'manual' },
    concurrency: 2,
  });
  expect(created.ok).toBe(true);
  await book.load();
}, 60_000);
afterEach(async () => {
  await runs.close();
  await server.stop();
  await test.remove();
});
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 60_000, interval: 20 });

describe('an image that a registry says was pushed', () => {
  it('is scanned at once, and again only when the tag leads to another image', async () => {
    const made = await test.store.registries.get(tenantScope(OWNER.cluster, OWNER.tenant), 'reg-1');
    if (!made.ok || made.value === undefined) throw new Error('there is a registry');
    await test.store.registries.put(tenantScope(OWNER.cluster, OWNER.tenant), [
      { ...made.value, includes: [{ repository: 'shop/*', tag: '*' }] },
    ]);
    const inbox = new PushInbox({
      ...{ store: test.store, log },
      secretOf: async () => ok('a-secret-for-pushes'),
      read: (registry, reference) => runs.pushed(registry, reference),
      look: (registry, reference) => runs.signed(registry, reference),
    });
    const tell = (repository: string) =>
      inbox.receive('reg-1', {
        body: Buffer.from(JSON.stringify({ repository, updated_tags: ['v1'] })),
        authorization: 'Bearer a-secret-for-pushes',
      });
    const name = `${server.host}/shop/web:v1`;
    const image = builtImage([{ 'node_modules/minimist/package.json': PACKAGE }]);
    server.push('shop/web', 'v1', image);
    expect(await tell('shop/web')).toEqual(ok({ queued: 1, refused: 0 }));
    await until(() => expect(book.image(name)).toMatchObject({ scanned: true }));
    const blobs = () => server.asked.filter((one) => one.includes('/blobs/')).length;
    const before = blobs();
    for (let at = 0; at < 3; at += 1) await tell('shop/web');
    expect(await tell('other/web')).toEqual(ok({ queued: 0, refused: 1 }));
    server.push('shop/web', 'v1', builtImage([{ 'node_modules/other/package.json': PACKAGE }]));
    expect(blobs()).toBe(before);
    await tell('shop/web');
    await until(() => expect(blobs()).toBeGreaterThan(before));
    inbox.close();
  });
});

describe('a signature that a registry says was pushed', () => {
  it('is no image, and has the image looked at that it is about', async () => {
    const image = builtImage([{ 'node_modules/minimist/package.json': PACKAGE }]);
    server.push('shop/web', 'v1', image);
    const registry = await test.store.registries.get(tenantScope(OWNER.cluster, OWNER.tenant), 'reg-1');
    if (!registry.ok || registry.value === undefined) throw new Error('there is a registry');
    const here = { ...registry.value, includes: [{ repository: 'shop/*', tag: '*' }], signingKeys: [KEY] };
    await desk.update(OWNER, { id: 'reg-1' }, { ...settingsOf(here), signingKeys: [KEY] });
    const name = `${server.host}/shop/web`;
    await runs.pushed(here, `${name}:v1`);
    await until(() => expect(book.image(`${name}:v1`)).toMatchObject({ signed: false }));
    const payload = Buffer.from(
      JSON.stringify({
        critical: {
          identity: { 'docker-reference': name },
          image: { 'docker-manifest-digest': image.digest },
          type: 'cosign container image signature',
        },
        optional: null,
      }),
    );
    server.pushBlob(digestOf(payload), payload);
    const signature = sign('sha256', payload, PAIR.privateKey).toString('base64');
    const layer = {
      mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
      ...{ digest: digestOf(payload), size: payload.length },
      annotations: { 'dev.cosignproject.cosign/signature': signature },
    };
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const subject = { mediaType, digest: image.digest, size: image.manifest.length };
    const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, layers: [layer], subject }));
    const digest = digestOf(manifest);
    server.pushManifest('shop/web', `${image.digest.replace(':', '-')}.sig`, { mediaType, manifest, digest });
    // By its own digest, as a referrer is told of.
    expect(await runs.pushed(here, `${name}@${digest}`)).toEqual(ok(0));
    await until(() => expect(book.image(`${name}:v1`)).toMatchObject({ signed: true }));
    expect(await runs.signed(here, `${name}@${image.digest}`)).toEqual(ok(0));
    const all = await test.store.images.list(tenantScope(OWNER.cluster, OWNER.tenant), {
      filter: [],
      limit: 10,
    });
    expect(all.ok && all.value.items.map((one) => one.digest)).toEqual([image.digest]);
  });
});

describe('an image that a pod names and nobody knows', () => {
  it('is read because a rule asked about it, by tag and by digest, and is known at the next request', async () => {
    book.onUnknown((reference) => runs.wanted(OWNER, reference));
    const image = builtImage([{ 'node_modules/minimist/package.json': PACKAGE }]);
    server.push('shop/web', 'v1', image);
    for (const name of [`${server.host}/shop/web:v1`, `${server.host}/shop/web@${image.digest}`]) {
      book.image(name);
      await until(() => expect(book.image(name)).toMatchObject({ scanned: true, signed: false }));
    }
    expect(server.asked.filter((one) => one.includes('/blobs/')).length).toBeLessThan(5);
  });

  it('is looked at again, and not read, when its registry has other keys than those it was judged by', async () => {
    book.onUnknown((reference) => runs.wanted(OWNER, reference));
    const image = builtImage([{ 'node_modules/minimist/package.json': PACKAGE }]);
    server.push('shop/web', 'v1', image);
    const name = `${server.host}/shop/web:v1`;
    book.image(name);
    await until(() => expect(book.image(name)).toMatchObject({ signed: false }));
    const scope = tenantScope(OWNER.cluster, OWNER.tenant);
    const verdicts = async () => {
      const kept = await test.store.images.get(scope, image.digest);
      return kept.ok ? kept.value?.signatures?.map(({ revision }) => revision) : undefined;
    };
    const before = await verdicts();
    expect(before).toEqual([expect.any(String)]);
    const made = await test.store.registries.get(scope, 'reg-1');
    if (!made.ok || made.value === undefined) throw new Error('there is a registry');
    const settings = settingsOf(made.value);
    const blobs = () => server.asked.filter((one) => one.includes('/blobs/')).length;
    const read = blobs();
    await desk.update(OWNER, { id: 'reg-1' }, { ...settings, signingKeys: [KEY] });
    await until(() => expect(book.image(name)).not.toHaveProperty('signed'));
    test.clock.value += 60_000;
    await until(() => expect(book.image(name)).toMatchObject({ signed: false }));
    expect(await verdicts()).toEqual([expect.any(String)]);
    expect(await verdicts()).not.toEqual(before);
    expect(blobs()).toBe(read);
  });

  it('is every platform of the nodes below an index, by the digest of the index too', async () => {
    const nodes = ['x64', 'arm64'].map((architecture) => aNode({ id: `n-${architecture}`, architecture }));
    await test.store.nodes.put({ kind: 'system', purpose: 'test' }, nodes);
    const images = ['amd64', 'arm64', 's390x'].map((architecture) =>
      builtImage([{ 'node_modules/minimist/package.json': PACKAGE }], { architecture }),
    );
    const index = indexOf(images);
    for (const one of images) server.push('shop/web', `of-${one.platform.architecture}`, one);
    server.pushManifest('shop/web', 'v1', index);
    const name = `${server.host}/shop/web@${index.digest}`;
    expect(await runs.wanted(OWNER, name)).toEqual({ ok: true, value: 2 });
    await until(() => expect(book.image(name)).toMatchObject({ scanned: true }));
    expect(book.image(`${server.host}/shop/web@${images[1]?.digest}`)).toMatchObject({ scanned: true });
    expect(await runs.wanted(OWNER, name)).toEqual({ ok: true, value: 0 });
    const unwanted = await test.store.images.get(
      tenantScope(OWNER.cluster, OWNER.tenant),
      images[2]?.digest ?? '',
    );
    expect(unwanted).toEqual(ok(undefined));
  });

  it('is read also where another platform of its index cannot be looked at now', async () => {
    const nodes = ['x64', 'arm64'].map((architecture) => aNode({ id: `n-${architecture}`, architecture }));
    await test.store.nodes.put({ kind: 'system', purpose: 'test' }, nodes);
    const [known, other] = ['amd64', 'arm64'].map((architecture) =>
      builtImage([{ 'node_modules/minimist/package.json': PACKAGE }], { architecture }),
    );
    if (known === undefined || other === undefined) throw new Error('two images');
    for (const one of [known, other]) server.push('shop/web', `of-${one.platform.architecture}`, one);
    server.pushManifest('shop/web', 'v1', indexOf([known, other]));
    const at = ({ digest }: { readonly digest: string }): string => `${server.host}/shop/web@${digest}`;
    expect(await runs.wanted(OWNER, at(known))).toEqual(ok(1));
    await until(() => expect(book.image(at(known))).toMatchObject({ signed: false }));
    const made = await test.store.registries.get(tenantScope(OWNER.cluster, OWNER.tenant), 'reg-1');
    if (!made.ok || made.value === undefined) throw new Error('there is a registry');
    await desk.update(OWNER, { id: 'reg-1' }, { ...settingsOf(made.value), signingKeys: [KEY] });
    const manifest = Buffer.from(JSON.stringify({ manifests: [] }));
    const list = {
      manifest,
      digest: digestOf(manifest),
      mediaType: 'application/vnd.oci.image.index.v1+json',
    };
    server.pushManifest('shop/web', known.digest.replace(':', '-'), list);
    server.bad.set(list.digest, 'cut');
    expect(await runs.wanted(OWNER, `${server.host}/shop/web:v1`)).toMatchObject({ ok: false });
    await until(() => expect(book.image(at(other))).toMatchObject({ scanned: true, signed: false }));
    expect(book.image(at(known))).not.toHaveProperty('signed');
  });

  it('is every image of an index that its runtime may take, however the platforms are written', async () => {
    const images = ['amd64', 's390x'].map((architecture, at) =>
      builtImage([{ 'node_modules/minimist/package.json': PACKAGE, at: `${at}` }], { architecture }),
    );
    const [good, other] = images;
    if (good === undefined || other === undefined) throw new Error('two images');
    const spelt = { ...other, platform: { os: 'linux', architecture: 'x86_64' } };
    const index = indexOf([spelt, good]);
    for (const one of images) server.push('shop/web', `of-${one.platform.architecture}`, one);
    server.pushManifest('shop/web', 'v1', index);
    const name = `${server.host}/shop/web@${index.digest}`;
    expect(await runs.wanted(OWNER, name)).toEqual({ ok: true, value: 2 });
    await until(() => expect(book.image(name)).toMatchObject({ scanned: true }));
    expect(book.image(`${server.host}/shop/web@${spelt.digest}`)).toMatchObject({ scanned: true });
  });

  it('is read through the entry of its host that may read it, of however many', async () => {
    const guarded = await MemoryRegistry.start({ name: 'us', password: 'right' });
    try {
      const image = builtImage([{ 'node_modules/minimist/package.json': PACKAGE }]);
      guarded.push('b/app', 'v1', image);
      const scope = tenantScope(OWNER.cluster, OWNER.tenant);
      const here = await test.store.registries.get(scope, 'reg-1');
      if (!here.ok || here.value === undefined) throw new Error('there is a registry');
      const to = { ...settingsOf(here.value), host: guarded.host };
      const includes = [{ repository: '*', tag: '*' }];
      await desk.create(OWNER, { ...to, name: 'a', includes, username: 'them', secret: 'wrong' });
      await desk.create(OWNER, { ...to, name: 'b', includes, username: 'us', secret: 'right' });
      const name = `${guarded.host}/b/app:v1`;
      expect(await runs.wanted(OWNER, name)).toEqual(ok(1));
      await until(() => expect(book.image(name)).toMatchObject({ scanned: true }));
    } finally {
      await guarded.stop();
    }
  });

  it('stays unknown where no registry has it, and a registry that does not answer is named', async () => {
    expect(await runs.wanted(OWNER, 'other.example/shop/web:v1')).toEqual({ ok: true, value: 0 });
    expect(await runs.wanted(OWNER, `${server.host}/shop/absent:v1`)).toMatchObject({
      ok: false,
      error: { code: 'E_REGISTRY_UNREACHABLE' },
    });
    expect(book.image(`${server.host}/shop/absent:v1`)).toHaveProperty('unknown');
  });
});

describe('an image that a node runs', () => {
  it('is read from the registry that has it, whatever the filters say, and not from any other', async () => {
    intake.onUnread((owner, reference) => runs.running(owner, reference));
    const image = builtImage([{ 'node_modules/minimist/package.json': PACKAGE }]);
    server.push('shop/web', 'v1', image);
    const name = `${server.host}/shop/web:v1`;
    await intake.runs(aContainer({ image: 'other.example/shop/web:v1', imageDigest: 'sha256:bb' }));
    await intake.runs(aContainer({ image: name, imageDigest: image.digest }));
    await until(() =>
      expect(book.image(`${server.host}/shop/web@${image.digest}`)).toMatchObject({ scanned: true }),
    );
    const kept = await test.store.images.get(tenantScope(OWNER.cluster, OWNER.tenant), image.digest);
    expect(kept).toMatchObject({
      value: { packages: 1, scan: { state: 'done' }, usedBy: [expect.any(String)] },
    });
    expect(server.asked.filter((one) => one.includes('sha256:bb'))).toEqual([]);
  });
});
