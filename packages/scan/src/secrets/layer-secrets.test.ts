// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, generateKeyPairSync } from 'node:crypto';
import type { SecretRule } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { LayerSums } from '../distribution/layer-sums.ts';
import type { LayerCache } from '../image/layer-cache.ts';
import { makeCertificate } from '../testing/certificate.ts';
import { memoryImage, openedMemoryImage } from '../testing/memory-image.ts';
import { makeSecretRule, makeSecretSet, TEST_HASH_KEY, TEST_NOW_MS } from '../testing/secret-rules.ts';
import type { TarFile } from '../testing/trees.ts';
import { LayerSecrets } from './layer-secrets.ts';
import { SecretScanner } from './secret-scanner.ts';
import type { TextSecrets } from './text-secrets.ts';
import type { SecretReport } from './tree-secrets.ts';

const VALUE = ['tok', 'a1b2c3d4e5f6g7h8'].join('_');

class MemoryCache implements LayerCache {
  readonly kept = new Map<string, Buffer>();
  get(key: string): Buffer | undefined {
    return this.kept.get(key);
  }
  put(key: string, bytes: Buffer): void {
    this.kept.set(key, bytes);
  }
}

interface Options {
  readonly cache?: LayerCache;
  readonly rules?: readonly SecretRule[];
  readonly hashKey?: Uint8Array;
  readonly chunkBytes?: number;
  /** What was found in the configuration. */
  readonly more?: TextSecrets;
}
const search = async (
  layers: readonly (readonly TarFile[])[],
  { cache, rules = [], hashKey = TEST_HASH_KEY, chunkBytes, more }: Options = {},
): Promise<SecretReport & { opens: number }> => {
  const set = makeSecretSet(...rules);
  const scanner = new SecretScanner(set, { hashKey, now: () => TEST_NOW_MS });
  const secrets = new LayerSecrets({ scanner, set, hashKey });
  const sums = new LayerSums();
  const source = memoryImage(layers, chunkBytes === undefined ? {} : { chunkBytes });
  const { tree } = await openedMemoryImage(source, {
    consumers: [secrets, sums],
    ...(cache === undefined ? {} : { cache }),
  });
  const report = secrets.finish(
    { layerOf: (path) => tree.layerOf(path), recorded: sums.everywhere(tree), elapsedMs: 12 },
    more,
  );
  return { ...report, opens: source.opens() };
};
const where = ({ matches }: SecretReport): string[] =>
  matches.map(({ kind, path, line }) => `${kind} ${path}:${line}`);

const LAYERS: readonly (readonly TarFile[])[] = [
  [
    { path: 'srv/gone.env', content: VALUE },
    { path: 'srv/kept.env', content: VALUE },
    { path: 'srv/replaced.env', content: `x\n${VALUE}` },
  ],
  [{ path: 'srv/.wh.gone.env' }, { path: 'srv/replaced.env', content: 'clean now' }],
];

describe('the configuration of an image', () => {
  it('that holds more than is kept makes the report incomplete', async () => {
    const { incomplete } = await search(LAYERS, { more: { matches: [], cut: ['history[0].created_by'] } });
    expect(incomplete).toMatchObject([{ code: 'scan.limit', path: 'history[0].created_by' }]);
    expect((await search(LAYERS)).incomplete).toEqual([]);
  });
});

describe('LayerSecrets', () => {
  it('finds what a later layer deleted or replaced, and says so', async () => {
    const report = await search(LAYERS);
    expect(where(report)).toEqual([
      'deleted-file /srv/gone.env:1',
      'file /srv/kept.env:1',
      'deleted-file /srv/replaced.env:2',
    ]);
    expect(report.matches[0]?.layer).toMatch(/^sha256:/);
    expect(report.matches[0]?.reasons).toContainEqual({
      step: 'state',
      detail: {
        en: 'a later layer deletes or replaces the file, but this layer still holds it',
        ja: '後のレイヤーで削除または置き換えられたが、このレイヤーには残っている',
      },
    });
    expect(report).toMatchObject({ incomplete: [], stats: { files: 4, skipped: 0, elapsedMs: 12 } });
  });

  it.each([1, 7, 513, 4096])(
    'finds the same whatever pieces of %i bytes the layers come in',
    async (size) => {
      expect(where(await search(LAYERS, { chunkBytes: size }))).toEqual(where(await search(LAYERS)));
    },
  );

  it('reads a layer once: the second scan takes everything from the cache', async () => {
    const cache = new MemoryCache();
    const first = await search(LAYERS, { cache });
    const again = await search(LAYERS, { cache });
    expect([first.opens, again.opens]).toEqual([2, 0]);
    expect({ ...again, opens: 2 }).toEqual(first);
  });

  it('keeps no value in the cache, and nothing that another key could use', async () => {
    const cache = new MemoryCache();
    await search(LAYERS, { cache });
    const { zstdDecompressSync } = await import('node:zlib');
    const plain = [...cache.kept.values()].map((bytes) =>
      zstdDecompressSync(bytes.subarray(40)).toString('latin1'),
    );
    expect(plain.join()).toContain('/srv/gone.env');
    expect(plain.join()).not.toContain(VALUE);
    expect(plain.join()).not.toContain(VALUE.slice(4));
    const otherKey = await search(LAYERS, { cache, hashKey: Buffer.alloc(32, 9) });
    expect(otherKey.opens).toBe(2);
  });

  it('reads again when the rules changed, when notes are damaged, and when they are of an unknown form', async () => {
    const cache = new MemoryCache();
    await search(LAYERS, { cache });
    const stricter = makeSecretRule({ severity: 'low' });
    expect((await search(LAYERS, { cache, rules: [stricter] })).opens).toBe(2);
    for (const [key, bytes] of cache.kept) cache.kept.set(key, bytes.subarray(0, -1));
    expect(where(await search(LAYERS, { cache }))).toEqual(where(await search(LAYERS)));
    const set = makeSecretSet();
    const secrets = new LayerSecrets({
      scanner: new SecretScanner(set, { hashKey: TEST_HASH_KEY, now: () => 0 }),
      set,
      hashKey: TEST_HASH_KEY,
    });
    for (const notes of [undefined, 7, {}, { files: [] }, { files: 'x', fileCount: 1 }])
      expect(secrets.take('sha256:x', notes)).toBe(false);
  });

  it('leaves out what a package brought, also when a later layer removed the package', async () => {
    const content = `sample ${VALUE}\n`;
    const md5 = createHash('md5').update(content).digest('hex');
    const list = 'var/lib/dpkg/info/openssl:amd64.md5sums';
    const report = await search([
      [
        { path: 'usr/share/a.pem', content },
        { path: 'usr/share/b.pem', content: `${content}changed` },
        { path: list, content: `${md5}  usr/share/a.pem\n${md5}  usr/share/b.pem\n` },
      ],
      [{ path: 'usr/share/.wh.a.pem' }, { path: 'var/lib/dpkg/info/.wh.openssl:amd64.md5sums' }],
    ]);
    expect(where(report)).toEqual(['file /usr/share/b.pem:1']);
    expect(report.suppressed).toEqual([
      {
        rule: 'secret.test-token',
        path: '/usr/share/a.pem',
        line: 1,
        reason: 'the file is as openssl of the distribution brings it',
      },
    ]);
    expect(report.suppressedCount).toBe(1);
  });

  it('joins a key with its certificate across layers', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const rule = makeSecretRule({
      keywords: ['private key-----'],
      pattern: '-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\\s]{64,4000}-----END PRIVATE KEY-----',
      after: 4_100,
      check: 'private-key',
    });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const report = await search(
      [
        [{ path: 'etc/own.key', content: pem }],
        [{ path: 'etc/own.crt', content: makeCertificate(privateKey, 'shop.internal') }],
      ],
      { rules: [rule] },
    );
    expect(report.matches[0]?.reasons.at(-1)?.detail).toEqual({
      en: 'it is the key of the certificate in /etc/own.crt',
      ja: '/etc/own.crt にある証明書の鍵',
    });
  });

  it('says so when a layer holds more matches than are kept, and keeps no such notes', async () => {
    const cache = new MemoryCache();
    const many = Array.from({ length: 1_100 }, (_, at) => `tok_${String(at).padStart(16, 'a')}\n`).join('');
    const report = await search([[{ path: 'srv/many', content: many }]], { cache });
    expect(report.incomplete).toMatchObject([
      { code: 'scan.limit', path: '/srv/many', detail: 'more matches than are kept' },
    ]);
    expect((await search([[{ path: 'srv/many', content: many }]], { cache })).opens).toBe(1);
  });
});
