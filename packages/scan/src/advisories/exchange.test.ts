// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { matchPackage } from '../matchers/match.ts';
import { importPackFile } from './build-pack.ts';
import { makeBundle, openBundle, signPack } from './bundle.ts';
import { readContainer, writeContainer } from './container.ts';
import { applyDelta, makeDelta } from './delta.ts';
import { changedPackages, diffPacks } from './diff-packs.ts';
import { type AdvisoryPack, loadPack, openPackBytes, openSharedPack } from './pack.ts';
import { PackBuilder } from './pack-builder.ts';
import type { AdvisoryRow } from './row.ts';
import { createSigningKey, readSigningKey, SIGNATURE_BLOCK_BYTES, verifySignature } from './signature.ts';
import { readTrustRoot, SHIPPED_TRUST, type TrustRoot, withKeys, writeTrustRoot } from './trust-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-exchange-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.UTC(2026, 10, 25);
const row = (id: string, more: Partial<AdvisoryRow> = {}): AdvisoryRow => ({
  id,
  kind: 'vulnerability',
  source: 'test',
  ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
  ...more,
});
const build = (
  fill: (builder: PackBuilder) => void,
  statement: Parameters<PackBuilder['finish']>[0] = { builtAtMs: NOW, kind: 'full' },
): Buffer => {
  const builder = new PackBuilder();
  fill(builder);
  const bytes = builder.finish(statement);
  if (!bytes.ok) throw new Error(bytes.error.detail);
  return bytes.value;
};
const open = (bytes: Buffer): AdvisoryPack => {
  const opened = openPackBytes(bytes);
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
};
const keyNamed = (name: string) => {
  const key = readSigningKey(createSigningKey(), name);
  if (!key.ok) throw new Error(key.error.detail);
  return key.value;
};
const signed = (bytes: Buffer, key: ReturnType<typeof keyNamed>): Buffer => {
  const answer = signPack(bytes, key);
  if (!answer.ok) throw new Error(answer.error.detail);
  return answer.value;
};

const MAKER = keyNamed('maker');
const STRANGER = keyNamed('stranger');
const TRUST: TrustRoot = { keys: [MAKER.trusted] };
const PLAIN = build((builder) => {
  for (let at = 0; at < 60; at += 1) builder.addRow('npm', `p${at % 20}`, row(`GHSA-${at}`));
  builder.addRow('Debian:12', 'openssl', row('CVE-2026-1000', { status: 'open' }));
  builder.addCovered('Debian:12', 'zlib');
  builder.addCve('CVE-2026-1000', { kev: { addedOn: '2026-01-01', isRansomware: false } });
});
const SIGNED = signed(PLAIN, MAKER);

let made = 0;
const fileWith = (bytes: Buffer): string => {
  made += 1;
  const path = join(folder, `file-${made}`);
  writeFileSync(path, bytes);
  return path;
};
const take = (bytes: Buffer, more: Partial<Parameters<typeof importPackFile>[1]> = {}) => {
  made += 1;
  return importPackFile(fileWith(bytes), { to: join(folder, `pack-${made}`), trust: TRUST, ...more });
};
const codeOf = (answer: { ok: true } | { ok: false; error: { code: string } }): string =>
  answer.ok ? 'ok' : answer.error.code;

describe('a signature', () => {
  it('does not change what the pack is', () => {
    expect(open(SIGNED).sha256).toBe(open(PLAIN).sha256);
    expect(open(SIGNED).rows('npm', 'p1')).toEqual(open(PLAIN).rows('npm', 'p1'));
    expect(SIGNED.length).toBe(PLAIN.length + SIGNATURE_BLOCK_BYTES);
    expect(signed(SIGNED, STRANGER).length).toBe(SIGNED.length);
  });

  it('is believed only with a key of the trust root', () => {
    expect(verifySignature(open(SIGNED), TRUST)).toEqual({ ok: true, value: MAKER.trusted });
    expect(codeOf(verifySignature(open(SIGNED), SHIPPED_TRUST))).toBe('E_PACK_UNTRUSTED');
    expect(codeOf(verifySignature(open(PLAIN), TRUST))).toBe('E_PACK_UNSIGNED');
    const swapped = { keys: [{ ...STRANGER.trusted, id: MAKER.trusted.id }] };
    expect(codeOf(verifySignature(open(SIGNED), swapped))).toBe('E_PACK_UNTRUSTED');
  });

  it('is wrong for every change of one bit of it', () => {
    const start = SIGNED.length - SIGNATURE_BLOCK_BYTES;
    for (let at = start; at < SIGNED.length; at += 1) {
      const forged = Buffer.from(SIGNED);
      forged.writeUInt8(forged.readUInt8(at) ^ 1, at);
      const opened = openPackBytes(forged);
      const code = opened.ok ? codeOf(verifySignature(opened.value, TRUST)) : opened.error.code;
      expect(code).toMatch(/^E_PACK_(?:INVALID|UNTRUSTED|SIGNATURE)$/);
    }
  });

  it('of one pack does not fit another, even when its digest is recomputed', () => {
    const other = build((builder) => builder.addRow('npm', 'p1', row('GHSA-1')));
    const forged = Buffer.concat([other, SIGNED.subarray(SIGNED.length - SIGNATURE_BLOCK_BYTES)]);
    expect(codeOf(verifySignature(open(forged), TRUST))).toBe('E_PACK_SIGNATURE');
  });

  it('takes no other kind of key', () => {
    expect(codeOf(readSigningKey('nonsense', 'x'))).toBe('E_PACK_KEY');
  });
});

describe('a trust root', () => {
  it('reads what it writes, and adds a key once', () => {
    const root = withKeys(withKeys(SHIPPED_TRUST, [MAKER.trusted]), [MAKER.trusted, STRANGER.trusted]);
    expect(root.keys).toHaveLength(2);
    expect(readTrustRoot(writeTrustRoot(root))).toEqual({ ok: true, value: root });
  });

  it.each([
    '',
    '[]',
    '{}',
    '{"format":"bartizan-trust/1","keys":[{"id":"x"}]}',
    '{"format":"other","keys":[]}',
  ])('is refused as %j', (text) => {
    expect(codeOf(readTrustRoot(text))).toBe('E_PACK_KEY');
  });
});

describe('importPackFile', () => {
  it('takes a signed pack, and says who signed it', () => {
    expect(take(SIGNED)).toMatchObject({ ok: true, value: { signedBy: { name: 'maker' } } });
  });

  it('refuses an unsigned one unless told otherwise, a stranger, and a wrong signature always', () => {
    const wrong = Buffer.from(SIGNED);
    wrong.writeUInt8(wrong.readUInt8(wrong.length - 1) ^ 1, wrong.length - 1);
    expect(codeOf(take(PLAIN))).toBe('E_PACK_UNSIGNED');
    expect(codeOf(take(PLAIN, { mayBeUnsigned: true }))).toBe('ok');
    expect(codeOf(take(signed(PLAIN, STRANGER), { mayBeUnsigned: true }))).toBe('E_PACK_UNTRUSTED');
    expect(codeOf(take(wrong, { mayBeUnsigned: true, mayShrink: true }))).toBe('E_PACK_SIGNATURE');
  });

  it('keeps the pack in use when the new one is refused', () => {
    const to = join(folder, 'in-use');
    expect(codeOf(importPackFile(fileWith(SIGNED), { to, trust: TRUST }))).toBe('ok');
    for (const bytes of [PLAIN, SIGNED.subarray(0, 500), Buffer.alloc(0), signed(PLAIN, STRANGER)])
      expect(codeOf(importPackFile(fileWith(bytes), { to, trust: TRUST }))).not.toBe('ok');
    expect(readFileSync(to).equals(SIGNED)).toBe(true);
  });

  it('refuses half the records with a code, and takes them when told to', () => {
    const to = join(folder, 'halved');
    const half = signed(
      build((builder) => {
        for (let at = 0; at < 30; at += 1) builder.addRow('npm', `p${at % 20}`, row(`GHSA-${at}`));
      }),
      MAKER,
    );
    expect(codeOf(importPackFile(fileWith(SIGNED), { to, trust: TRUST }))).toBe('ok');
    expect(codeOf(importPackFile(fileWith(half), { to, trust: TRUST }))).toBe('E_PACK_SHRUNK');
    expect(codeOf(importPackFile(fileWith(half), { to, trust: TRUST, mayShrink: true }))).toBe('ok');
  });

  it('refuses one that was built before the one in use, however it comes, unless told otherwise', () => {
    const fill = (builder: PackBuilder) => builder.addRow('npm', 'a', row('GHSA-1'));
    const at = (builtAtMs: number, kind: 'full' | 'sample' = 'full') =>
      signed(build(fill, { builtAtMs, kind }), MAKER);
    const [old, now] = [at(NOW - 1), at(NOW)];
    const to = join(folder, 'replayed');
    const import_ = (bytes: Buffer, more = {}) =>
      codeOf(importPackFile(fileWith(bytes), { to, trust: TRUST, ...more }));
    const back = makeDelta(open(now), open(old));
    expect([import_(now), import_(now)]).toEqual(['ok', 'ok']);
    for (const bytes of [old, makeBundle(old, open(old), [MAKER.trusted]), back]) {
      expect(import_(bytes)).toBe('E_PACK_OLDER');
      expect(import_(bytes, { mayShrink: true })).toBe('E_PACK_OLDER');
      expect(readFileSync(to).equals(now)).toBe(true);
    }
    expect(import_(old, { mayBeOlder: true })).toBe('ok');
    expect([import_(at(NOW + 9, 'sample')), import_(now)]).toEqual(['ok', 'ok']);
  });

  it('believes a key that came with a bundle only when its id was compared', () => {
    const bundle = makeBundle(SIGNED, open(SIGNED), [MAKER.trusted, STRANGER.trusted]);
    const none = { trust: SHIPPED_TRUST };
    expect(codeOf(take(bundle, none))).toBe('E_PACK_UNTRUSTED');
    expect(codeOf(take(bundle, { ...none, trustKeyId: STRANGER.trusted.id }))).toBe('E_PACK_UNTRUSTED');
    expect(take(bundle, { ...none, trustKeyId: MAKER.trusted.id })).toMatchObject({
      ok: true,
      value: { sha256: open(SIGNED).sha256, signedBy: { name: 'maker' } },
    });
  });

  it('refuses a pack whose header states other numbers than it holds', () => {
    const opened = open(PLAIN);
    const body = Buffer.from(PLAIN.subarray(0, PLAIN.length - 32));
    const at = body.indexOf(`"rows":${opened.header.rows}`);
    body.write(`"rows":${opened.header.rows + 1}`, at, 'latin1');
    const lying = Buffer.concat([body, createHash('sha256').update(body).digest()]);
    expect(codeOf(take(lying, { mayBeUnsigned: true }))).toBe('E_PACK_INVALID');
  });
});

describe('a bundle', () => {
  it('gives back the pack and its keys', () => {
    const opened = openBundle(makeBundle(SIGNED, open(SIGNED), [MAKER.trusted]));
    expect(opened.ok && opened.value.pack.equals(SIGNED)).toBe(true);
    expect(opened.ok && opened.value.keys).toEqual([MAKER.trusted]);
  });

  it('is refused when it is cut anywhere', () => {
    const bundle = makeBundle(SIGNED, open(SIGNED), [MAKER.trusted]);
    for (let length = 0; length < bundle.length; length += 3)
      expect(codeOf(take(bundle.subarray(0, length)))).not.toBe('ok');
  });

  it('is not inflated beyond what it states', () => {
    const bomb = writeContainer(
      'bundle',
      { sha256: open(SIGNED).sha256, builtAt: '', keys: [] },
      Buffer.alloc(64 * 1024 * 1024),
    );
    const manifestBytes = bomb.readUInt32LE(8);
    const manifest = bomb
      .toString('utf8', 12, 12 + manifestBytes)
      .replace('"builtAt":""', '"builtAt":"x"')
      .replace(/"sizeBytes":\d+/, '"sizeBytes":100');
    const head = Buffer.alloc(4);
    head.writeUInt32LE(Buffer.byteLength(manifest));
    const lying = Buffer.concat([
      bomb.subarray(0, 8),
      head,
      Buffer.from(manifest),
      bomb.subarray(12 + manifestBytes),
    ]);
    expect(lying.length).toBeLessThan(100_000);
    expect(readContainer(lying)).toMatchObject({ ok: false, error: { code: 'E_PACK_INVALID' } });
  });
});

describe('a delta', () => {
  const NEXT = signed(
    build((builder) => {
      for (let at = 0; at < 57; at += 1) builder.addRow('npm', `p${at % 19}`, row(`GHSA-${at}`));
      builder.addRow('npm', 'p3', row('GHSA-new', { source: 'another source' }));
      builder.addRow('cargo', 'smallvec', row('RUSTSEC-1'));
      builder.addCovered('Debian:12', 'zlib');
      builder.addRow('Debian:12', 'openssl', row('CVE-2026-1000', { status: 'open' }));
      builder.addCve('CVE-2026-1000', { kev: { addedOn: '2026-01-02', isRansomware: false } });
    }),
    MAKER,
  );

  it('turns its base into exactly the target, signature included', () => {
    const delta = makeDelta(open(SIGNED), open(NEXT));
    const applied = applyDelta(open(SIGNED), delta);
    expect(applied.ok && applied.value.equals(NEXT)).toBe(true);
  });

  it('names what changed', () => {
    const diff = diffPacks(open(SIGNED), open(NEXT));
    expect(diff.cves).toBe(1);
    expect(diff.ecosystems['crates.io']).toEqual({ added: 1, changed: 0, removed: 0 });
    expect(diff.ecosystems['npm']?.removed).toBe(1);
    expect(diff.ecosystems['Debian:12']).toBeUndefined();
    expect(changedPackages(diff)).toContainEqual({ ecosystem: 'crates.io', name: 'smallvec' });
    expect(changedPackages(diffPacks(open(NEXT), open(NEXT)))).toEqual([]);
  });

  it('is refused on another base, and by whoever does not trust the signer', () => {
    const delta = makeDelta(open(SIGNED), open(NEXT));
    expect(applyDelta(open(NEXT), delta)).toMatchObject({ ok: false, error: { code: 'E_PACK_BASE' } });
    const to = join(folder, 'delta-base');
    expect(codeOf(importPackFile(fileWith(delta), { to, trust: TRUST }))).toBe('E_PACK_MISSING');
    expect(codeOf(importPackFile(fileWith(SIGNED), { to, trust: TRUST }))).toBe('ok');
    expect(codeOf(importPackFile(fileWith(delta), { to, trust: { keys: [STRANGER.trusted] } }))).toBe(
      'E_PACK_UNTRUSTED',
    );
    expect(codeOf(importPackFile(fileWith(delta), { to, trust: TRUST }))).toBe('ok');
    expect(readFileSync(to).equals(NEXT)).toBe(true);
  });

  it('cannot give another pack than the stated one', () => {
    const delta = makeDelta(open(SIGNED), open(NEXT));
    const opened = readContainer(delta);
    if (!opened.ok) throw new Error(opened.error.detail);
    const { manifest, payload } = opened.value;
    const body = JSON.parse(payload.toString('utf8')) as { drop: string[] };
    const tampered = writeContainer(
      'delta',
      manifest,
      Buffer.from(JSON.stringify({ ...body, drop: [...body.drop, 'k\tDebian:12\tzlib'] })),
    );
    expect(applyDelta(open(SIGNED), tampered)).toMatchObject({
      ok: false,
      error: { code: 'E_PACK_INVALID' },
    });
  });

  it('from any pack to any other gives the other', () => {
    const entries = fc.array(
      fc.tuple(
        fc.constantFrom('a', 'b', 'c', 'd'),
        fc.constantFrom('X-1', 'X-2', 'CVE-2026-1000'),
        fc.boolean(),
      ),
      { minLength: 1, maxLength: 8 },
    );
    const packOf = (list: readonly (readonly [string, string, boolean])[]): Buffer =>
      build((builder) => {
        for (const [name, id, isOpen] of list)
          builder.addRow('npm', name, row(id, isOpen ? { status: 'open', source: name } : {}));
      });
    fc.assert(
      fc.property(entries, entries, (from, to) => {
        const target = packOf(to);
        const applied = applyDelta(open(packOf(from)), makeDelta(open(packOf(from)), open(target)));
        expect(applied.ok && applied.value.equals(target)).toBe(true);
      }),
      { seed: 51, numRuns: 100 },
    );
  });
});

describe('shared memory', () => {
  it('is one copy for many readers, checked once', () => {
    const path = fileWith(SIGNED);
    const loaded = loadPack(path);
    if (!loaded.ok) throw new Error(loaded.error.detail);
    const again = openSharedPack(loaded.value.memory);
    expect(again.ok && again.value.rows('npm', 'p1')).toEqual(open(SIGNED).rows('npm', 'p1'));
    expect(again.ok && again.value.sha256).toBe(open(SIGNED).sha256);
    expect(existsSync(path)).toBe(true);
    expect(codeOf(loadPack(join(folder, 'nowhere')))).toBe('E_PACK_MISSING');
    expect(codeOf(loadPack(fileWith(SIGNED.subarray(0, 200))))).toBe('E_PACK_INVALID');
  });
});

describe('hostile bytes', () => {
  it('cut anywhere are refused', () => {
    for (let length = 0; length < SIGNED.length; length += 1) {
      const isWholeUnsigned = length === PLAIN.length;
      const opened = openPackBytes(SIGNED.subarray(0, length));
      expect(`${length} ${codeOf(opened)}`).toBe(`${length} ${isWholeUnsigned ? 'ok' : 'E_PACK_INVALID'}`);
    }
  });

  it('with any size in the prefix are refused, before anything is allocated for it', () => {
    for (const at of [8, 12, 16, 20, 24]) {
      for (const size of [0, 1, 0x7fff_ffff, 0xffff_ffff, 0x1000_0000]) {
        const bytes = Buffer.from(PLAIN);
        if (bytes.readUInt32LE(at) === size) continue;
        bytes.writeUInt32LE(size, at);
        expect(codeOf(openPackBytes(bytes))).toBe('E_PACK_INVALID');
      }
    }
  });

  it('with a right digest over wrong bytes end in a refusal, never in an exception', () => {
    const body = PLAIN.subarray(0, PLAIN.length - 32);
    const change = fc.tuple(fc.nat({ max: body.length - 1 }), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const changed = Buffer.from(body);
        for (const [at, bits] of changes) changed.writeUInt8(changed.readUInt8(at) ^ bits, at);
        const bytes = Buffer.concat([changed, createHash('sha256').update(changed).digest()]);
        const answer = take(bytes, { mayBeUnsigned: true });
        expect(answer.ok ? 'ok' : answer.error.code).toMatch(/^(?:ok|E_PACK_INVALID)$/);
        if (!answer.ok) return;
        // What was taken in must be usable: every package of it is held against it.
        const pack = open(bytes);
        for (let at = 0; at < 20; at += 1)
          expect(
            matchPackage({ name: `p${at}`, version: '1.0.0', ecosystem: 'npm' }, pack).package.name,
          ).toBe(`p${at}`);
        matchPackage({ name: 'openssl', version: '1', ecosystem: 'Debian:12' }, pack, { nowMs: NOW });
      }),
      { seed: 52, numRuns: 1500 },
    );
  });

  it('of any form are no pack, bundle or delta', () => {
    const magic = fc.constantFrom('BZADV\x002\n', 'BZBND\x001\n', 'BZDLT\x001\n', '');
    fc.assert(
      fc.property(magic, fc.uint8Array({ maxLength: 200 }), (head, rest) => {
        const bytes = Buffer.concat([Buffer.from(head, 'latin1'), rest]);
        expect(codeOf(take(bytes, { mayBeUnsigned: true }))).toMatch(/^E_PACK_(?:INVALID|MISSING)$/);
      }),
      { seed: 53, numRuns: 1000 },
    );
  });
});
