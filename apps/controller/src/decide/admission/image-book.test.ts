// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  err,
  failure,
  type Image,
  type ImageSignature,
  ok,
  type Package,
  type Registry,
  tenantScope,
} from '@bartizan/contracts';
import { aFinding, aRegistry, OWNER, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Publish } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import { BaseBook } from '../base-book.ts';
import { FindingLedger } from '../finding-ledger.ts';
import { ImageLedger } from '../image-ledger.ts';
import { imageRef } from '../image-ref.ts';
import { judgeRevision } from '../signature-verdicts.ts';
import { ImageBook } from './image-book.ts';

const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const INDEX = `sha256:${'c'.repeat(64)}`;
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const HOST = 'registry.example';
const [BY_TAG, BY_DIGEST] = [`${HOST}/shop/web:2`, `${HOST}/shop/web@${DIGEST}`];
let test: TestStore;
let book: ImageBook;
let ledger: ImageLedger;
let publish: Publish;

beforeEach(async () => {
  test = await openStoreInPlace();
  book = new ImageBook({ ...test, owner: OWNER, log });
  publish = (change) => book.note(change);
  const findings = new FindingLedger(test.store, test.clock, new Turnstile());
  ledger = new ImageLedger({ ...test, publish, findings, onList: () => undefined });
  await test.store.registries.put(SCOPE, [REGISTRY]);
});
afterEach(() => {
  book.close();
  return test.remove();
});

const REGISTRY = aRegistry();
/** What a registry says of signatures, by the keys it has. */
const by = (registry: Registry, state: ImageSignature['state'], checkedAtMs = 1): ImageSignature => ({
  state,
  signers: state === 'signed' ? ['us'] : [],
  ...{ checkedAtMs, registry: registry.id, repository: 'shop/web', revision: judgeRevision(registry) },
});
/** As a version before kept it. */
const OLD: ImageSignature = { state: 'signed', signers: ['us'] };
const keep = async (...registries: readonly Registry[]): Promise<void> => {
  expect(await test.store.registries.put(SCOPE, registries)).toMatchObject({ ok: true });
  publish({ topic: 'status', ...OWNER, data: { code: 'registries', settings: true } });
};

const anImageOf = (changes: Partial<Image> = {}): Image => ({
  digest: DIGEST,
  ...OWNER,
  references: [BY_TAG],
  usedBy: [],
  signature: by(REGISTRY, 'unsigned'),
  ...changes,
});
const aPackage: Package = {
  name: 'libc6',
  version: '1',
  ecosystem: 'Debian:12',
  purl: 'pkg:deb/debian/libc6@1',
  cataloger: 'dpkg',
  locations: [],
};
const put = async (
  image = anImageOf(),
  incomplete: readonly string[] = [],
  packages: readonly Package[] = [aPackage],
): Promise<void> => {
  const put = await ledger.put(OWNER, {
    image,
    packages,
    distribution: 'debian 12',
    incomplete,
    catalogueVersion: '7',
    rulesVersion: '3',
    scannedAtMs: 5,
  });
  expect(put.ok).toBe(true);
};
/** As the judge of package lists does it. */
const judged = async (): Promise<void> => {
  const { scan } = ((await test.store.scans.ofWorkload(SCOPE, DIGEST)) as { value: { scan: string } }).value;
  await test.store.scans.markMatched(SCOPE, DIGEST, { matchedWith: 'pack', atMs: 6, scan, coverage: [] });
  publish({ topic: 'finding', ...OWNER, data: { workload: DIGEST } });
};
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5_000, interval: 5 });

describe('what rules may know of images', () => {
  it('is unknown, with the reason, before it was read and when nobody scanned it', async () => {
    expect(book.image(BY_TAG)).toEqual({ unknown: 'images are still being read' });
    await book.load();
    expect(book.image(BY_TAG)).toEqual({ unknown: 'nobody has scanned this image yet' });
  });

  it('is found by name and by digest, also beside another tag, and follows changes', async () => {
    await put();
    await book.load();
    const facts = {
      ...{ scanned: true, scannedAtMs: 5, os: 'debian:12', signed: false, secrets: 0 },
      ...{ licences: [], undeclaredLicences: 1 },
    };
    const told: string[][] = [];
    book.onChange(({ digests, names }) => told.push([...digests, ...names]));
    for (const reference of [BY_TAG, BY_DIGEST, `${HOST}/shop/web:moved@${DIGEST}`])
      expect(book.image(reference)).toEqual(facts);
    await ledger.mark(OWNER, DIGEST, { state: 'done', reasons: [], scannedAtMs: 9 });
    await until(() => expect(book.image(BY_DIGEST)).toMatchObject({ scannedAtMs: 9 }));
    await until(() => expect(told).toContainEqual([DIGEST, BY_TAG]));
    told.length = 0;
    await ledger.settle(OWNER, BY_TAG, [OTHER]);
    await until(() => expect(book.image(BY_TAG)).toMatchObject({ unknown: expect.any(String) }));
    expect(book.image(BY_DIGEST)).toMatchObject({ scanned: true });
    // The name means another image now: who runs it by that name is concerned too.
    await until(() => expect(told.flat()).toContain(BY_TAG));
  });

  it('tells no vulnerabilities before the advisories were asked, and then those that are open', async () => {
    await put();
    await book.load();
    expect(book.image(BY_DIGEST)).not.toHaveProperty('vulnerabilities');
    const finding = aFinding({ kind: 'vulnerability', subject: imageRef(anImageOf()), ...OWNER });
    await test.store.findings.put(SCOPE, [
      finding,
      { ...finding, id: 'accepted', state: 'accepted' },
      { ...finding, id: 'fixed', state: 'fixed' },
    ]);
    await judged();
    await until(() => expect(book.image(BY_DIGEST)).toHaveProperty('vulnerabilities'));
    expect(book.image(BY_DIGEST)).toMatchObject({
      vulnerabilities: [{ id: finding.vulnerability?.id, severity: finding.severity }],
    });
    await test.store.findings.put(SCOPE, [{ ...finding, state: 'accepted' }]);
    publish({ topic: 'finding', ...OWNER, data: { exception: 'e-1' } });
    await until(() => expect(book.image(BY_DIGEST)).toMatchObject({ vulnerabilities: [] }));
  });

  it('never takes a scan that ended early, failed or is under way for a clean one', async () => {
    await put(anImageOf(), ['a layer is missing']);
    await book.load();
    expect(book.image(BY_TAG)).toEqual({
      unknown: 'the image could be read only in part: a layer is missing',
    });
    await ledger.mark(OWNER, DIGEST, { state: 'failed', reasons: ['no answer'] });
    await until(() => expect(book.image(BY_TAG)).toEqual({ scanned: false, signed: false }));
    await ledger.mark(OWNER, DIGEST, { state: 'scanning', reasons: [] });
    await until(() => expect(book.image(BY_TAG)).toEqual({ unknown: 'the image is being scanned' }));
  });

  it('keeps what the last scan said while another one is under way', async () => {
    await put();
    await book.load();
    await ledger.mark(OWNER, DIGEST, { state: 'scanning', reasons: [] }, anImageOf({ labels: { a: 'b' } }));
    await until(() => expect(book.image(BY_TAG)).toMatchObject({ labels: { a: 'b' } }));
    expect(book.image(BY_TAG)).toMatchObject({ scanned: true, scannedAtMs: 5 });
  });

  it('is read again where it could not be: until then it is unknown, and not what it was', async () => {
    await put();
    const { images } = test.store;
    const away = err(failure('E_STORE_IO', 'the disk does not answer'));
    book.close();
    book = new ImageBook({ ...test, owner: OWNER, log, retryMs: 50 });
    vi.spyOn(images, 'list').mockResolvedValueOnce(away);
    await book.load();
    expect(book.image(BY_TAG)).toEqual({ unknown: 'images are still being read' });
    await until(() => expect(book.image(BY_TAG)).toMatchObject({ scannedAtMs: 5 }));
    const told: unknown[] = [];
    book.onChange(() => told.push(book.image(BY_DIGEST)));
    const stored = await images.get(SCOPE, DIGEST);
    if (!stored.ok || stored.value === undefined) throw new Error('it is not there');
    await images.put(SCOPE, [{ ...stored.value, scan: { state: 'done', reasons: [], scannedAtMs: 9 } }]);
    vi.spyOn(images, 'get').mockResolvedValueOnce(away);
    publish({ topic: 'image', ...OWNER, data: { id: DIGEST } });
    await until(() => expect(book.image(BY_DIGEST)).toMatchObject({ scannedAtMs: 9 }));
    expect(told).toMatchObject([{ unknown: 'it cannot be read now: E_STORE_IO' }, { scannedAtMs: 9 }]);
  });

  it('is unknown as long as its findings cannot be read, and then what they say', async () => {
    await put();
    await judged();
    book.close();
    book = new ImageBook({ ...test, owner: OWNER, log, retryMs: 50 });
    vi.spyOn(test.store.findings, 'list').mockResolvedValueOnce(
      err(failure('E_STORE_IO', 'the disk does not answer')),
    );
    await book.load();
    await until(() => expect(book.image(BY_DIGEST)).toMatchObject({ vulnerabilities: [] }));
  });

  it('says the worst of the images of several platforms that have one name', async () => {
    const reference = `${HOST}/shop/web@${INDEX}`;
    await put(anImageOf({ references: [reference], signature: by(REGISTRY, 'signed') }));
    await book.load();
    expect(book.image(reference)).toMatchObject({ signed: true, verifiers: ['us'] });
    await put(anImageOf({ digest: OTHER, references: [reference] }));
    await until(() => expect(book.image(reference)).toMatchObject({ scanned: true, signed: false }));
    await ledger.mark(OWNER, OTHER, { state: 'failed', reasons: [] });
    await until(() => expect(book.image(reference)).toMatchObject({ scanned: false }));
    expect(book.image(BY_DIGEST)).toMatchObject({ signed: true });
  });

  it('says who signed it by the keys that its registry has now, and has it looked at by new ones', async () => {
    await put(anImageOf({ signature: by(REGISTRY, 'signed') }));
    const asked: string[] = [];
    book.onUnknown(async (reference) => {
      asked.push(reference);
      return ok(0);
    });
    await book.load();
    expect(book.image(BY_TAG)).toMatchObject({ signed: true, verifiers: ['us'] });
    expect(asked).toEqual([]);
    const told: unknown[] = [];
    book.onChange(({ digests }) => {
      for (const [digest, facts] of book.known() ?? [])
        if (digests.has(digest)) told.push('signed' in facts ? facts.signed : 'unknown');
    });
    await keep({ ...REGISTRY, signingKeys: ['another'] });
    await until(() => expect(told.at(-1)).toBe('unknown'));
    expect(book.image(BY_TAG)).not.toHaveProperty('signed');
    expect(asked).toEqual([BY_TAG]);
    await keep(REGISTRY);
    await until(() => expect(told.at(-1)).toBe(true));
  });

  it('counts no signature while registries cannot be read, and does when they can', async () => {
    await put(anImageOf({ signature: by(REGISTRY, 'signed') }));
    book.close();
    book = new ImageBook({ ...test, owner: OWNER, log, retryMs: 20 });
    await book.load();
    vi.spyOn(test.store.registries, 'list').mockResolvedValueOnce(
      err(failure('E_STORE_IO', 'the disk does not answer')),
    );
    const said: unknown[] = [];
    book.onChange(() => said.push(book.image(BY_TAG)));
    await keep(REGISTRY);
    await until(() => expect(said).toMatchObject([{ scanned: true }, { signed: true }]));
    expect(said[0]).not.toHaveProperty('signed');
  });

  it('is not asked for over and over where nobody finds a verdict, and not where only a node read it', async () => {
    const asked: string[] = [];
    book.onUnknown(async (reference) => {
      asked.push(reference);
      // What asking does: the record is written again.
      await put(anImageOf({ signature: OLD }));
      return ok(0);
    });
    await book.load();
    const told: unknown[] = [];
    book.onChange(() => told.push(book.image(BY_TAG)));
    await put(anImageOf({ signature: OLD }));
    await until(() => expect(asked).toEqual([BY_TAG]));
    await until(() => expect(told.length).toBeGreaterThan(1));
    expect(asked).toEqual([BY_TAG]);
    const name = `${HOST}/shop/web@${OTHER}`;
    const image = anImageOf({ digest: OTHER, references: [name], signature: OLD });
    await ledger.mark(OWNER, OTHER, { state: 'done', reasons: [], scannedAtMs: 3 }, image);
    await until(() => expect([...(book.known() ?? [])].map(([digest]) => digest)).toContain(OTHER));
    expect(book.image(name)).toMatchObject({ scanned: true });
    expect(asked).toEqual([BY_TAG]);
  });

  it('has no image looked at that waits to be read: that looks at its signatures too', async () => {
    await put(anImageOf({ signature: OLD }));
    const asked: string[] = [];
    book.onUnknown(async (reference) => {
      asked.push(reference);
      return ok(1);
    });
    await book.load();
    const told = new Promise<void>((resolve) => book.onChange(() => resolve()));
    await ledger.mark(OWNER, DIGEST, { state: 'queued', reasons: [] });
    await told;
    for (let times = 0; times < 3; times += 1) {
      test.clock.value += 10_000;
      expect(book.image(BY_TAG)).toMatchObject({ scanned: true });
    }
    expect(asked).toEqual([]);
    await put(anImageOf({ signature: OLD }));
    await until(() => {
      book.image(BY_TAG);
      expect(asked).toEqual([BY_TAG]);
    });
  });

  it('has one whose registry does not answer looked at again after a while, and not at every change', async () => {
    const { checkedAtMs: _never, ...failed } = by(REGISTRY, 'unknown');
    await put(anImageOf({ signature: failed }));
    await book.load();
    let asked = 0;
    let told = 0;
    book.onUnknown(async () => {
      asked += 1;
      await ledger.mark(OWNER, DIGEST, { state: 'done', reasons: [] }, anImageOf({ signature: failed }));
      return err(failure('E_REGISTRY_UNREACHABLE', 'no answer'));
    });
    // As everything that runs it is judged again.
    book.onChange(() => {
      told += 1;
      book.image(BY_TAG);
    });
    book.image(BY_TAG);
    for (let change = 1; change <= 3; change += 1) {
      await until(() => expect(told).toBeGreaterThanOrEqual(change));
      await ledger.mark(OWNER, DIGEST, { state: 'done', reasons: [] });
    }
    expect(asked).toBe(1);
    test.clock.value += 10_000;
    book.image(BY_TAG);
    expect(asked).toBe(2);
  });

  it('has a few images looked at once, however many are asked about, and the others after them', async () => {
    const digests = Array.from({ length: 9 }, (_, at) => `sha256:${`${at}`.repeat(64)}`);
    for (const digest of digests)
      await put(anImageOf({ digest, references: [`${HOST}/shop/web@${digest}`], signature: OLD }));
    const ends: (() => void)[] = [];
    const asked: string[] = [];
    book.onUnknown((reference) => {
      asked.push(reference);
      return new Promise((resolve) => ends.push(() => resolve(ok(0))));
    });
    await book.load();
    for (const digest of digests) expect(book.image(`${HOST}/shop/web@${digest}`)).toHaveProperty('scanned');
    expect(asked).toHaveLength(4);
    // One that waits is judged by somebody else.
    await put(anImageOf({ digest: digests[8] ?? '', references: [], signature: by(REGISTRY, 'signed') }));
    await until(() => expect(book.image(`${HOST}/shop/web@${digests[8]}`)).toMatchObject({ signed: true }));
    for (let left = 4; left > 0; left -= 1) {
      ends.shift()?.();
      await until(() => expect(asked).toHaveLength(9 - left));
      expect(ends).toHaveLength(4);
    }
    for (const end of ends) end();
    expect(new Set(asked).size).toBe(8);
  });

  it('asks for an image that nobody knows, once in a while and also when asking failed', async () => {
    await book.load();
    const asked: string[] = [];
    book.onUnknown((reference) => {
      asked.push(reference);
      return Promise.reject(new Error('no network'));
    });
    for (let times = 0; times < 3; times += 1) book.image(BY_TAG);
    expect(asked).toEqual([BY_TAG]);
    test.clock.value += 10_000;
    book.image(BY_TAG);
    expect(asked).toEqual([BY_TAG, BY_TAG]);
  });

  it('names the licences of its packages, and counts those that declare none', async () => {
    const licensed = (name: string, ...licenses: string[]): Package => ({ ...aPackage, name, licenses });
    await put(anImageOf(), [], [licensed('a', 'MIT', 'GPL-3.0-only'), licensed('b', 'MIT'), aPackage]);
    await book.load();
    expect(book.image(BY_TAG)).toMatchObject({ licences: ['GPL-3.0-only', 'MIT'], undeclaredLicences: 1 });
    // A name that leads to two images: what either holds may run.
    const reference = `${HOST}/shop/web@${INDEX}`;
    await put(anImageOf({ references: [reference] }), [], [licensed('a', 'MIT')]);
    await put(anImageOf({ digest: OTHER, references: [reference] }), [], [licensed('c', 'ISC'), aPackage]);
    await until(() =>
      expect(book.image(reference)).toMatchObject({ licences: ['ISC', 'MIT'], undeclaredLicences: 1 }),
    );
    // Of one of them nothing is known any more: then nothing is said of both.
    await put(anImageOf({ digest: OTHER, references: [reference] }), ['a layer is missing']);
    await until(() => expect(book.image(reference)).toMatchObject({ unknown: expect.any(String) }));
  });
});

describe('what an image is built on', () => {
  const BASE = `sha256:${'d'.repeat(64)}`;
  const NEWER = `sha256:${'e'.repeat(64)}`;
  const NAME = `${HOST}/base/debian:12`;
  const layersOf = (...diffIds: string[]) =>
    diffIds.map((diffId) => ({ diffId, packages: 0, openFindings: 0 }));
  const built = anImageOf({ platform: 'linux/amd64', layers: layersOf('base', 'own') });
  const base = (digest: string, createdAtMs: number, diffId: string): Image =>
    anImageOf({ digest, references: [NAME], platform: 'linux/amd64', createdAtMs, layers: layersOf(diffId) });
  let bases: BaseBook;
  let endsAtMs: number | undefined;
  let pack = 'one';

  beforeEach(async () => {
    [endsAtMs, pack] = [undefined, 'one'];
    bases = new BaseBook({ store: test.store, log });
    const support = {
      version: () => pack,
      endsAtMs: (ecosystem: string) => (ecosystem === 'Debian:12' ? endsAtMs : undefined),
    };
    book = new ImageBook({ ...test, owner: OWNER, log, bases, support });
    publish = (change) => {
      book.note(change);
      bases.note(change);
    };
    const findings = new FindingLedger(test.store, test.clock, new Turnstile());
    ledger = new ImageLedger({ ...test, publish, findings, onList: () => undefined });
    await put(built);
    await bases.load();
    await book.load();
  });

  it('is not known before its base is, and then by its name; a newer one under that name makes it outdated', async () => {
    expect(book.image(BY_DIGEST)).not.toHaveProperty('base');
    await put(base(BASE, 5, 'base'));
    await until(() =>
      expect(book.image(BY_DIGEST)).toMatchObject({
        base: { name: NAME, digest: BASE, isOutdated: false },
        baseImages: [NAME],
      }),
    );
    // Nothing of the image itself changes here.
    await put(base(NEWER, 9, 'other'));
    await until(() => expect(book.image(BY_DIGEST)).toMatchObject({ base: { isOutdated: true } }));
  });

  it('is told by a label where the base itself is not known: then nobody can say whether there is a newer one', async () => {
    const labels = {
      'org.opencontainers.image.base.digest': BASE,
      'org.opencontainers.image.base.name': NAME,
    };
    await put(anImageOf({ ...built, labels }));
    await until(() => expect(book.image(BY_DIGEST)).toMatchObject({ base: { name: NAME, digest: BASE } }));
    expect(book.image(BY_DIGEST)).not.toHaveProperty('base.isOutdated');
  });

  it('is maintained until the pack in use says, and no longer than the first of its distributions', async () => {
    expect(book.image(BY_DIGEST)).not.toHaveProperty('supportEndsAtMs');
    endsAtMs = 7;
    // The pack is asked anew when it is another one.
    expect(book.image(BY_DIGEST)).not.toHaveProperty('supportEndsAtMs');
    pack = 'two';
    expect(book.image(BY_DIGEST)).toMatchObject({ supportEndsAtMs: 7 });
  });
});
