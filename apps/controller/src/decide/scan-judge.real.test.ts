// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { ScanRecord } from '@bartizan/adapters/store';
import type { Package } from '@bartizan/contracts';
import { createSigningKey, makeBundle, openPackBytes, readSigningKey, signPack } from '@bartizan/scan';
import {
  aContainer,
  anImage,
  aWorkload,
  openTestStore,
  type TestStore,
  workloadRef,
} from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../ports.ts';
import { Turnstile } from '../turnstile.ts';
import { Advisories } from './advisory-desk.ts';
import { FindingLedger } from './finding-ledger.ts';
import { PackClient } from './pack-client.ts';
import { PackageUses } from './package-uses.ts';
import { ScanJudge } from './scan-judge.ts';

/** A pack thread starts slowly on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });
const OWNER = { cluster: 'local', tenant: 'default' };
const SCOPE = { kind: 'tenant', ...OWNER } as const;
const SAMPLE = resolve(import.meta.dirname, '../../../../content/advisories');
const quiet = () => undefined;
const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

interface Stand {
  readonly advisories: Advisories;
  readonly judge: ScanJudge;
  readonly client: PackClient;
  readonly turnstile: Turnstile;
}
let test: TestStore;
const stands: Stand[] = [];

beforeEach(async () => {
  test = await openTestStore();
  await test.store.workloads.put(SCOPE, [aWorkload()]);
});
afterEach(async () => {
  for (const { client } of stands.splice(0)) await client.close();
  await test.remove();
});

/** A controller's judging side with a real pack thread; a second one is a controller that was started again. */
function stand(): Stand {
  const client = new PackClient(log);
  const made: { judge?: ScanJudge } = {};
  const advisories = new Advisories({
    client,
    clock: test.clock,
    log,
    folder: join(test.dataDir, 'advisories'),
    onChange: (replaced) => void made.judge?.packChanged(replaced),
    rejudged: () => made.judge?.rejudged(),
  });
  const turnstile = new Turnstile();
  const findings = new FindingLedger(test.store, test.clock, turnstile);
  const judge = new ScanJudge({
    store: test.store,
    advisories,
    findings,
    uses: new PackageUses({ store: test.store, clock: test.clock, log, publish: quiet, turnstile }),
    clock: test.clock,
    log,
    publish: quiet,
  });
  made.judge = judge;
  const built = { advisories, judge, client, turnstile };
  stands.push(built);
  return built;
}

/** A source with the first `lines` of the sample that comes with the product; `full` does not call itself a sample. */
function source(name: string, lines = Number.POSITIVE_INFINITY, kind: 'sample' | 'full' = 'sample'): string {
  const folder = join(test.dataDir, name);
  mkdirSync(folder, { recursive: true });
  const manifest = readFileSync(join(SAMPLE, 'manifest.json'), 'utf8');
  writeFileSync(join(folder, 'manifest.json'), manifest.replace('"kind": "sample"', `"kind": "${kind}"`));
  const rows = readFileSync(join(SAMPLE, 'sample.jsonl'), 'utf8').trim().split('\n');
  writeFileSync(join(folder, 'sample.jsonl'), `${rows.slice(0, lines).join('\n')}\n`);
  return folder;
}

const busybox: Package = {
  name: 'busybox',
  version: '1:1.35.0-4',
  ecosystem: 'Debian:12',
  purl: 'pkg:deb/debian/busybox@1:1.35.0-4?arch=amd64',
  cataloger: 'dpkg',
  sourceName: 'busybox',
  sourceVersion: '1:1.35.0-4',
  locations: [],
};
const record = (packages: readonly Package[], incomplete: readonly string[] = []): ScanRecord => ({
  workload: 'w-1',
  scan: 's',
  distribution: 'debian 12',
  distributionName: 'Debian 12',
  packages,
  coverage: [],
  incomplete,
  scannedAtMs: 1,
  matchedWith: '',
});
const update = {
  name: 'openssl',
  installed: '3.0.1',
  candidate: '3.0.2',
  security: true,
  origin: 'Debian-Security',
  listsAsOfMs: 1,
};

async function add({ judge }: Stand, scan: ScanRecord, pendingUpdates = [update]): Promise<void> {
  const before = judge.judgedTotal();
  await test.store.scans.put(SCOPE, scan);
  judge.add({ owner: OWNER, subject: workloadRef(), pendingUpdates });
  await expect.poll(() => judge.judgedTotal(), { timeout: 15_000 }).toBeGreaterThan(before);
}
async function states(): Promise<Record<string, string>> {
  const page = await test.store.findings.list(SCOPE, { filter: [], limit: 1000 });
  const items = page.ok ? page.value.items : [];
  return Object.fromEntries(
    items.map((finding) => [finding.vulnerability?.id ?? finding.kind, finding.state] as const),
  );
}
const BUSYBOX = 'CVE-2022-48174';

describe('judging package lists', () => {
  it('counts what an image and its container share once in the totals, and lists both', async () => {
    const one = stand();
    await one.advisories.load(source('a'));
    const digest = `sha256:${'1'.repeat(64)}`;
    await test.store.containers.put(SCOPE, [aContainer({ imageDigest: digest })]);
    await test.store.images.put(SCOPE, [anImage({ digest })]);
    await test.store.scans.put(SCOPE, { ...record([busybox]), workload: digest, of: 'image' });
    await test.store.scans.put(SCOPE, { ...record([busybox]), container: 'c-1' });
    one.judge.add({ owner: OWNER, subject: { ...workloadRef(digest), kind: 'Image', imageDigest: digest } });
    one.judge.add({ owner: OWNER, subject: { ...workloadRef(), container: 'c-1' }, pendingUpdates: [] });
    const total = async (counted: string): Promise<number> => {
      const filter = [
        { field: 'vulnerability', operator: 'in' as const, values: [BUSYBOX], negated: false },
        { field: 'counted', operator: 'in' as const, values: [counted], negated: false },
      ];
      const page = await test.store.findings.list(SCOPE, { filter, limit: 10 });
      return page.ok ? page.value.items.length : -1;
    };
    await expect
      .poll(async () => [await total('true'), await total('false')], { timeout: 15_000 })
      .toEqual([1, 1]);
  });

  it('waits for a pack, then finds what is in it, and says what the list was judged with', async () => {
    const one = stand();
    await test.store.scans.put(SCOPE, record([busybox]));
    one.judge.add({ owner: OWNER, subject: workloadRef(), pendingUpdates: [] });
    expect(await states()).toEqual({});
    expect(await one.advisories.load(source('a'))).toEqual({ ok: true, value: undefined });
    await expect.poll(async () => (await states())[BUSYBOX], { timeout: 15_000 }).toBe('open');
    const scanned = async () => {
      const found = await test.store.scans.ofWorkload(SCOPE, 'w-1');
      return found.ok ? found.value : undefined;
    };
    const matchedWith = one.advisories.digest();
    await expect.poll(scanned, { timeout: 15_000 }).toMatchObject({ matchedWith });
    expect((await scanned())?.coverage.length).toBeGreaterThan(0);
    expect(one.advisories.status()).toMatchObject({ present: true, sample: true, rows: 177 });
  });

  it('goes on with the pack it built when the source of it is gone', async () => {
    const one = stand();
    const gone = join(test.dataDir, 'gone');
    expect(await one.advisories.load(gone)).toMatchObject({ ok: false, error: { code: 'E_PACK_MISSING' } });
    const from = source('a');
    await one.advisories.load(from);
    await one.client.close();
    rmSync(from, { recursive: true });
    const again = stand();
    expect(await again.advisories.load(from)).toEqual({ ok: true, value: undefined });
    expect(again.advisories.digest()).toBe(one.advisories.digest());
  });

  it('closes what a whole list lacks, and nothing when the list is incomplete', async () => {
    const one = stand();
    await one.advisories.load(source('a'));
    await add(one, record([busybox]));
    await add(one, record([], ['the package database was cut off']));
    expect(await states()).toMatchObject({ [BUSYBOX]: 'open' });
    await add(
      one,
      record([{ ...busybox, version: '1:1.35.0-4+deb12u1', sourceVersion: '1:1.35.0-4+deb12u1' }]),
    );
    expect(await states()).toMatchObject({ [BUSYBOX]: 'fixed' });
  });

  it('keeps pending updates over a start in between, which it cannot judge again', async () => {
    const one = stand();
    await one.advisories.load(source('a'));
    await add(one, record([busybox]));
    expect(await states()).toMatchObject({ 'pending-update': 'open', [BUSYBOX]: 'open' });
    await one.client.close();
    const again = stand();
    await again.advisories.load(source('b', 176, 'full'));
    await expect.poll(() => again.judge.judgedTotal(), { timeout: 15_000 }).toBe(1);
    expect(await states()).toMatchObject({ 'pending-update': 'open', [BUSYBOX]: 'open' });
    await add(again, record([busybox]), []);
    expect(await states()).toMatchObject({ 'pending-update': 'fixed' });
  });
});

describe('a pack that says nothing else about what is stored', () => {
  it('leaves the list as it is, and says that it stands under the new pack', async () => {
    const one = stand();
    await one.advisories.load(source('a'));
    await add(one, record([busybox]));
    await one.client.close();
    const again = stand();
    await again.advisories.load(source('b', 176));
    await expect.poll(() => again.judge.carriedTotal(), { timeout: 15_000 }).toBe(1);
    expect([again.judge.judgedTotal(), again.judge.waiting()]).toEqual([0, 0]);
    await expect
      .poll(() => again.advisories.status().rejudged)
      .toMatchObject({ judged: 0, carried: 1, waiting: 0, reread: 0, endedAtMs: expect.any(Number) });
    await add(again, record([busybox]));
    expect(again.advisories.status().rejudged).toMatchObject({ judged: 0, reread: 1 });
    const list = await test.store.scans.ofWorkload(SCOPE, 'w-1');
    expect(list).toMatchObject({ value: { matchedWith: again.advisories.digest() } });
    expect(await states()).toMatchObject({ 'pending-update': 'open', [BUSYBOX]: 'open' });
  }, 60_000);
});

describe('a finding', () => {
  it('keeps its id, first date and acceptance when its container is made anew on another node', async () => {
    const one = stand();
    await one.advisories.load(source('a'));
    await add(one, { ...record([busybox]), container: 'c-1' });
    const acceptance = { owner: 'aiko', reason: 'known', expiresAtMs: test.clock.value + 1e9 };
    const items = await one.turnstile.run(async () => {
      const page = await test.store.findings.list(SCOPE, { filter: [], limit: 1000 });
      const found = page.ok ? page.value.items : [];
      await test.store.findings.put(
        SCOPE,
        found.map((finding) => ({ ...finding, state: 'accepted' as const, acceptance })),
      );
      return found;
    });
    const before = one.judge.judgedTotal();
    const scan = { ...record([busybox]), container: 'c-2' };
    const subject = { ...workloadRef(), container: 'c-2' };
    await test.store.scans.put(SCOPE, scan);
    one.judge.add({ owner: OWNER, node: 'n-9', subject, pendingUpdates: [update] });
    await expect.poll(() => one.judge.judgedTotal(), { timeout: 15_000 }).toBeGreaterThan(before);
    const after = await test.store.findings.list(SCOPE, { filter: [], limit: 1000 });
    const states = after.ok ? after.value.items.map(({ id, state }) => [id, state]) : [];
    expect(states).toEqual(items.map(({ id }) => [id, 'accepted']));
    expect(items.every(({ id }) => /^f-[0-9a-f]{24}$/u.test(id))).toBe(true);
  });
});

const packBytes = async (from: string): Promise<Buffer> => {
  const other = stand();
  const folder = join(test.dataDir, `upload-${stands.length}`);
  const built = new Advisories({
    ...{ client: other.client, clock: test.clock, log, folder },
    ...{ onChange: quiet, rejudged: quiet },
  });
  await built.load(from);
  return readFileSync(join(folder, 'advisories.pack'));
};

describe('replacing the pack', () => {
  const upload = async (one: Stand, from: string, force = false) =>
    one.advisories.importPack(Readable.from([await packBytes(from)]), { force, mayBeUnsigned: true });

  it('refuses a file that is no pack, and one with far fewer rows, and goes on with the old one', async () => {
    const one = stand();
    await one.advisories.load(source('a', 177, 'full'));
    const digest = one.advisories.digest();
    const garbage = await one.advisories.importPack(Readable.from([Buffer.alloc(10_000, 7)]), {
      force: false,
      mayBeUnsigned: true,
    });
    expect(garbage).toMatchObject({ ok: false, error: { code: 'E_PACK_INVALID' } });
    expect(await upload(one, source('small', 20, 'full'))).toMatchObject({
      ok: false,
      error: { code: 'E_PACK_SHRUNK' },
    });
    expect(one.advisories.digest()).toBe(digest);
    await add(one, record([busybox]));
    expect(await states()).toMatchObject({ [BUSYBOX]: 'open' });
  });

  it('believes a key that came with a bundle once its id was named, and its packs from then on', async () => {
    const one = stand();
    const key = readSigningKey(createSigningKey(), 'site');
    const built = await packBytes(source('signed', 60, 'full'));
    const signed = key.ok ? signPack(built, key.value) : key;
    if (!key.ok || !signed.ok) throw new Error('the test cannot sign');
    const opened = openPackBytes(signed.value);
    if (!opened.ok) throw new Error(opened.error.detail);
    const bundle = makeBundle(signed.value, opened.value, [key.value.trusted]);
    const take = (bytes: Buffer, trustKeyId?: string) =>
      one.advisories.importPack(Readable.from([bytes]), {
        force: true,
        mayBeUnsigned: false,
        ...(trustKeyId === undefined ? {} : { trustKeyId }),
      });
    expect(await take(built)).toMatchObject({ error: { code: 'E_PACK_UNSIGNED' } });
    expect(await take(bundle)).toMatchObject({ error: { code: 'E_PACK_UNTRUSTED' } });
    expect(one.advisories.file()).toBeUndefined();
    const { id } = key.value.trusted;
    expect(await take(bundle, id)).toMatchObject({ ok: true, value: { signedBy: id, rows: 60 } });
    expect(await take(signed.value)).toMatchObject({ ok: true, value: { signedBy: id } });
    expect(one.advisories.file()).toMatch(/advisories\.pack$/);
  });

  it('takes the small one when it is asked for, and judges every list again', async () => {
    const one = stand();
    await one.advisories.load(source('a', 177, 'full'));
    await add(one, record([busybox]));
    const forced = await upload(one, source('small', 1, 'full'), true);
    expect(forced).toMatchObject({ ok: true, value: { rows: 1 } });
    await expect.poll(() => one.judge.judgedTotal(), { timeout: 15_000 }).toBe(2);
    await expect
      .poll(() => one.advisories.status().rejudged)
      .toMatchObject({ judged: 1, carried: 0, waiting: 0, reread: 0 });
  });

  it('gives way to any pack where it was put together here: that says nothing of how old its data is', async () => {
    const old = join(test.dataDir, 'old.pack');
    writeFileSync(old, await packBytes(source('a', 170, 'full')));
    test.clock.value += 60_000;
    await stand().advisories.load(source('b', 177, 'full'));
    const one = stand();
    expect(await one.advisories.load(old)).toEqual({ ok: true, value: undefined });
    expect(one.advisories.status().rows).toBe(170);
  });

  it('goes on with the signed one in use when an older one is named at the start, and refuses it later', async () => {
    const old = join(test.dataDir, 'old.pack');
    writeFileSync(old, await packBytes(source('a', 170, 'full')));
    test.clock.value += 60_000;
    const key = readSigningKey(createSigningKey(), 'site');
    const signed = key.ok ? signPack(await packBytes(source('b', 177, 'full')), key.value) : key;
    if (!key.ok || !signed.ok) throw new Error('the test cannot sign');
    const opened = openPackBytes(signed.value);
    if (!opened.ok) throw new Error(opened.error.detail);
    const bundle = makeBundle(signed.value, opened.value, [key.value.trusted]);
    const taken = await stand().advisories.importPack(Readable.from([bundle]), {
      ...{ force: false, mayBeUnsigned: false, trustKeyId: key.value.trusted.id },
    });
    expect(taken).toMatchObject({ ok: true, value: { rows: 177 } });
    const one = stand();
    expect(await one.advisories.load(old)).toEqual({ ok: true, value: undefined });
    expect(one.advisories.status().rows).toBe(177);
    const again = (force: boolean) =>
      one.advisories.importPack(Readable.from([readFileSync(old)]), { force, mayBeUnsigned: true });
    expect(await again(false)).toMatchObject({ ok: false, error: { code: 'E_PACK_OLDER' } });
    expect(await again(true)).toMatchObject({ ok: true, value: { rows: 170 } });
  }, 60_000);

  it('is not undone by a start with the source of before', async () => {
    const from = source('a', 177, 'full');
    const one = stand();
    await one.advisories.load(from);
    await upload(one, source('small', 100, 'full'), true);
    const imported = one.advisories.digest();
    const again = stand();
    await again.advisories.load(from);
    expect(again.advisories.digest()).toBe(imported);
    writeFileSync(
      join(from, 'sample.jsonl'),
      readFileSync(join(SAMPLE, 'sample.jsonl'), 'utf8').split('\n').slice(0, 90).join('\n'),
    );
    const third = stand();
    await third.advisories.load(from);
    expect(third.advisories.status().rows).toBe(90);
  }, 60_000);
});
