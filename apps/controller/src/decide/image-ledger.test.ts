// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type Image,
  type ImageScan,
  type ImageSignature,
  type Package,
  tenantScope,
} from '@bartizan/contracts';
import {
  aContainer,
  aFinding,
  anImage,
  aWorkload,
  OWNER,
  openStoreInPlace,
  type TestStore,
} from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Turnstile } from '../turnstile.ts';
import { FindingLedger } from './finding-ledger.ts';
import { ImageLedger } from './image-ledger.ts';
import { imageRef } from './image-ref.ts';
import { IMAGE_KEPT_MS, ImageRetention } from './image-retention.ts';
import { indexesIn } from './signature-verdicts.ts';

const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const DIGEST = 'sha256:aa';
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let test: TestStore;
let ledger: ImageLedger;
let judged: string[];

beforeEach(async () => {
  test = await openStoreInPlace();
  judged = [];
  ledger = new ImageLedger({
    store: test.store,
    clock: test.clock,
    publish: () => undefined,
    findings: new FindingLedger(test.store, test.clock, new Turnstile()),
    onList: (_owner, image) => judged.push(image.digest),
  });
});
afterEach(() => test.remove());

const stored = async (): Promise<Image> => {
  const found = await test.store.images.get(SCOPE, DIGEST);
  if (!found.ok || found.value === undefined) throw new Error('the image is not there');
  return found.value;
};
const aPackage = (name: string, layer: string): Package => ({
  name,
  version: '1',
  ecosystem: 'Debian:12',
  purl: `pkg:deb/debian/${name}@1`,
  cataloger: 'dpkg',
  layer,
  locations: [],
});
const inRegistry = (changes: Partial<Image> = {}): Image => ({
  digest: DIGEST,
  ...OWNER,
  references: ['registry.example/shop:2'],
  registries: ['reg-1'],
  layers: ['sha256:l1', 'sha256:l2'].map((diffId) => ({ diffId, packages: 9, openFindings: 9 })),
  usedBy: ['somebody'],
  ...changes,
});
const scanned = (incomplete: readonly string[] = [], image = inRegistry()) => ({
  image,
  packages: [aPackage('libc6', 'sha256:l1'), aPackage('zlib1g', 'sha256:l1'), aPackage('curl', 'sha256:l2')],
  distribution: 'debian 12',
  incomplete,
  catalogueVersion: '7',
  scannedAtMs: 5,
});
const container = aContainer({ imageDigest: DIGEST, image: 'registry.example/shop:1' });

describe('an image', () => {
  it('is one, whether a registry or a node tells of it first', async () => {
    expect(await ledger.known(OWNER, DIGEST)).toEqual({ ok: true, value: undefined });
    await ledger.runs(container);
    expect(await stored()).toMatchObject({ scan: { state: 'never' }, usedBy: ['w-1'] });
    expect(await ledger.known(OWNER, DIGEST)).toMatchObject({ value: { isComplete: false } });
    await ledger.put(OWNER, scanned());
    await ledger.runs({ ...container, workload: 'w-2' });
    expect(await stored()).toMatchObject({
      references: ['registry.example/shop:1', 'registry.example/shop:2'],
      registries: ['reg-1'],
      usedBy: ['w-1', 'w-2'],
      packages: 3,
      layers: [{ packages: 2 }, { packages: 1 }],
      scan: { state: 'done', catalogueVersion: '7' },
    });
    expect(await ledger.known(OWNER, DIGEST)).toMatchObject({
      value: { isComplete: true, catalogueVersion: '7' },
    });
    expect(judged).toEqual([DIGEST]);
  });

  it('has what each registry says of signatures, until that registry judges by something else', async () => {
    const by = (registry: string, state: 'signed' | 'unsigned', revision = 'now') => ({
      ...{ state, signers: [], checkedAtMs: 1, registry, revision },
    });
    const none: ImageScan = { state: 'done', reasons: [] };
    await ledger.mark(OWNER, DIGEST, none, inRegistry({ signature: by('reg-1', 'signed') }));
    await ledger.mark(
      OWNER,
      DIGEST,
      none,
      inRegistry({ registries: ['reg-2'], signature: by('reg-2', 'unsigned') }),
    );
    // Somebody who read it before writes what was known then.
    await ledger.mark(OWNER, DIGEST, none, inRegistry({ signature: by('reg-1', 'signed'), signatures: [] }));
    expect(await stored()).toMatchObject({
      signature: { state: 'unsigned', registry: 'reg-2' },
      signatures: { length: 2 },
    });
    await ledger.unjudge(OWNER, 'reg-2', 'now');
    expect((await stored()).signatures).toHaveLength(2);
    await ledger.unjudge(OWNER, 'reg-2');
    expect(await stored()).toMatchObject({
      signature: { state: 'signed', registry: 'reg-1' },
      signatures: { length: 1 },
    });
    await ledger.unjudge(OWNER, 'reg-1', 'later');
    expect(await stored()).not.toHaveProperty('signature');
    expect(await stored()).not.toHaveProperty('signatures');
  });

  it('keeps the indexes that it is part of when keys change, and was not seen by that', async () => {
    const indexes = ['sha256:index'];
    const place = { registry: 'reg-1', repository: 'shop', indexes };
    const signature: ImageSignature = {
      ...place,
      state: 'signed',
      signers: ['us'],
      checkedAtMs: 1,
      revision: 'a',
    };
    await ledger.mark(OWNER, DIGEST, { state: 'done', reasons: [] }, inRegistry({ signature }));
    const { lastSeenAtMs } = await stored();
    const at = { id: 'reg-1', host: 'registry.example' };
    for (const revision of ['b', 'c']) {
      test.clock.value += 5_000;
      await ledger.unjudge(OWNER, 'reg-1', revision);
      const kept = await stored();
      expect(indexesIn(kept, at, 'shop')).toEqual(indexes);
      expect(kept).toMatchObject({ lastSeenAtMs, signature: { state: 'unknown', signers: [] } });
      expect(kept.signature).not.toHaveProperty('revision');
    }
    await ledger.unjudge(OWNER, 'reg-1');
    expect(await stored()).not.toHaveProperty('signatures');
    expect(await stored()).toMatchObject({ lastSeenAtMs });
  });

  it('keeps what a registry said by the same keys when it cannot be asked now, and not by others', async () => {
    const none: ImageScan = { state: 'done', reasons: [] };
    const place = { registry: 'reg-1', repository: 'shop' };
    const said: ImageSignature = {
      ...place,
      state: 'signed',
      signers: ['us'],
      checkedAtMs: 1,
      revision: 'a',
    };
    const failed: ImageSignature = { ...place, state: 'unknown', signers: [], revision: 'a' };
    const states: (string | undefined)[] = [];
    for (const signature of [said, failed, { ...failed, revision: 'b' }]) {
      await ledger.mark(OWNER, DIGEST, none, inRegistry({ signature }));
      const { signature: shown, signatures = [] } = await stored();
      expect(signatures).toHaveLength(1);
      states.push(`${shown?.state} ${signatures[0]?.revision}`);
    }
    expect(states).toEqual(['signed a', 'signed a', 'unknown b']);
  });

  it('that turned out to be none is forgotten, unless it runs or was read', async () => {
    const queued: ImageScan = { state: 'queued', reasons: [] };
    await ledger.mark(OWNER, DIGEST, queued, inRegistry());
    expect(await ledger.discard(OWNER, DIGEST)).toMatchObject({ ok: true });
    expect(await test.store.images.get(SCOPE, DIGEST)).toEqual({ ok: true, value: undefined });
    expect(await ledger.discard(OWNER, DIGEST)).toMatchObject({ ok: true });
    await ledger.runs(aContainer({ image: 'registry.example/shop:2', imageDigest: DIGEST }));
    await ledger.mark(OWNER, DIGEST, queued);
    await ledger.discard(OWNER, DIGEST);
    expect(await stored()).toMatchObject({ scan: { state: 'never' }, usedBy: [expect.any(String)] });
  });

  it('that was not read to the end is not complete, and what was known before stays known', async () => {
    await ledger.put(OWNER, scanned());
    await ledger.mark(OWNER, DIGEST, { state: 'scanning', reasons: [] });
    expect((await stored()).scan).toMatchObject({ state: 'scanning', scannedAtMs: 5, catalogueVersion: '7' });
    await ledger.put(OWNER, scanned(['layer 2: E_LAYER_DIGEST']));
    expect((await stored()).scan).toMatchObject({
      state: 'incomplete',
      reasons: ['layer 2: E_LAYER_DIGEST'],
    });
    expect(await ledger.known(OWNER, DIGEST)).toMatchObject({ value: { isComplete: false } });
  });

  it('that was searched to the end stays so while it is read again and when that fails', async () => {
    const searched = { ...scanned(), rulesVersion: 'rules-1' };
    const at = async () => (await stored()).scan?.searchedAtMs;
    await ledger.put(OWNER, scanned());
    expect(await at()).toBeUndefined();
    await ledger.put(OWNER, searched);
    for (const state of ['queued', 'scanning', 'failed'] as const) {
      await ledger.mark(OWNER, DIGEST, { state, reasons: [], scannedAtMs: 9 });
      expect(await at(), state).toBe(5);
    }
    await ledger.put(OWNER, { ...searched, incomplete: ['layer 2: E_LAYER_DIGEST'] });
    await ledger.mark(OWNER, DIGEST, { state: 'scanning', reasons: [] });
    expect(await at()).toBeUndefined();
  });

  it('that nobody knew is entered with its state, and keeps what is in its bounds of hostile names', async () => {
    const references = Array.from({ length: 500 }, (_, index) => `registry.example/shop:${index}`);
    await ledger.mark(OWNER, DIGEST, { state: 'queued', reasons: [] }, inRegistry({ references }));
    const image = await stored();
    expect([image.references.length, image.scan?.state, image.usedBy]).toEqual([64, 'queued', []]);
  });

  it('shows the list of what runs it until somebody reads the image itself', async () => {
    await ledger.runs(container);
    const list = {
      ...scanned(),
      workload: 'w-1',
      scan: 's',
      distributionName: '',
      coverage: [],
      matchedWith: '',
    };
    await ledger.scannedIn(OWNER, DIGEST, { ...list, incomplete: ['a file'] });
    expect(await stored()).toMatchObject({ packages: 3, scan: { state: 'incomplete', reasons: ['a file'] } });
    await ledger.put(OWNER, scanned());
    await ledger.scannedIn(OWNER, DIGEST, { ...list, packages: [], incomplete: ['a file'] });
    expect(await stored()).toMatchObject({ packages: 3, scan: { state: 'done' } });
  });

  it('that runs and that nobody has looked into is asked for once an hour; one that was read is not', async () => {
    const asked: string[] = [];
    ledger.onUnread((_owner, reference) => asked.push(reference));
    const container = aContainer({ imageDigest: DIGEST, image: 'registry.example/shop:2' });
    await ledger.runs(container);
    await ledger.runs(container);
    expect(asked).toEqual([`registry.example/shop@${DIGEST}`]);
    test.clock.value += 3600_000;
    await ledger.runs(container);
    expect(asked).toHaveLength(2);
    test.clock.value += 3600_000;
    await ledger.mark(OWNER, DIGEST, { state: 'queued', reasons: [] });
    await ledger.runs(container);
    await ledger.mark(OWNER, DIGEST, { state: 'done', reasons: [], rulesVersion: '1' });
    await ledger.runs(container);
    const { imageDigest: _none, ...bare } = container;
    await ledger.runs(bare);
    expect(asked).toHaveLength(2);
  });

  it('keeps findings of the scanner, and closes none when not everything could be read', async () => {
    const secret = aFinding({ id: 'f-9', kind: 'secret', subject: imageRef(inRegistry()) });
    const found = { kinds: ['secret' as const], findings: [secret] };
    await ledger.put(OWNER, { ...scanned(), found });
    await ledger.put(OWNER, { ...scanned(['cut off']), found: { ...found, findings: [] } });
    const state = async () => {
      const one = await test.store.findings.get(SCOPE, 'f-9');
      return one.ok ? one.value?.state : one.error.code;
    };
    expect(await state()).toBe('open');
    await ledger.put(OWNER, { ...scanned(), found: { ...found, findings: [] } });
    expect(await state()).toBe('fixed');
  });
});

describe('retention of images', () => {
  const sweep = () => new ImageRetention({ store: test.store, clock: test.clock, log }).sweep();
  const isThere = async (digest = DIGEST): Promise<boolean> => {
    const found = await test.store.images.get(SCOPE, digest);
    return found.ok && found.value !== undefined;
  };

  it('removes what nobody has seen for long, with its list, findings and packages', async () => {
    await ledger.put(OWNER, scanned());
    await test.store.findings.put(SCOPE, [
      aFinding({ subject: imageRef(anImage()) }),
      aFinding({ id: 'f-2' }),
    ]);
    test.clock.value += IMAGE_KEPT_MS - 1000;
    expect(await sweep()).toEqual({ ok: true, value: 0 });
    test.clock.value += 2000;
    expect(await sweep()).toEqual({ ok: true, value: 1 });
    expect(await isThere()).toBe(false);
    expect(await test.store.scans.ofWorkload(SCOPE, DIGEST)).toEqual({ ok: true, value: undefined });
    expect(await test.store.packages.list(SCOPE, { filter: [], limit: 9 })).toMatchObject({
      value: { total: 0 },
    });
    const left = await test.store.findings.list(SCOPE, { filter: [], limit: 9 });
    expect(left.ok && left.value.items.map(({ id }) => id)).toEqual(['f-2']);
  });

  it('never removes what a workload uses, and begins to count when it no longer does', async () => {
    await test.store.workloads.put(SCOPE, [aWorkload({ imageDigest: DIGEST, running: 0 })]);
    await test.store.containers.put(SCOPE, [container]);
    await ledger.runs(container);
    test.clock.value += 2 * IMAGE_KEPT_MS;
    expect(await sweep()).toEqual({ ok: true, value: 0 });
    await test.store.containers.put(SCOPE, [{ ...container, state: 'exited' }]);
    expect(await sweep()).toEqual({ ok: true, value: 0 });
    test.clock.value += IMAGE_KEPT_MS + 1000;
    expect(await sweep()).toEqual({ ok: true, value: 1 });
    expect(await isThere()).toBe(false);
  });

  it('keeps what a container uses whose runtime does not tell its state', async () => {
    await test.store.workloads.put(SCOPE, [aWorkload({ imageDigest: DIGEST, running: 0 })]);
    await test.store.containers.put(SCOPE, [{ ...container, state: 'unknown' }]);
    await ledger.runs(container);
    test.clock.value += 2 * IMAGE_KEPT_MS;
    expect(await sweep()).toEqual({ ok: true, value: 0 });
    expect(await isThere()).toBe(true);
  });
});
