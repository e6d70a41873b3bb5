// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type ScanLimits } from '../catalogers/cataloger.ts';
import { type TarFile, tarOf, zipOf } from '../testing/trees.ts';
import type { LayerCompression } from './image-source.ts';
import type { LayerBudget } from './layer-context.ts';
import { digestOf } from './manifest.ts';
import { readLayer } from './read-layer.ts';

const read = (
  stored: Buffer,
  more: {
    compression?: LayerCompression;
    diffId?: string;
    digest?: string;
    limits?: Partial<ScanLimits>;
    budget?: Partial<LayerBudget>;
    now?: () => number;
  } = {},
) =>
  readLayer(
    {
      diffId: more.diffId ?? digestOf(stored),
      ...(more.digest === undefined ? {} : { digest: more.digest }),
      compression: more.compression ?? 'none',
      open: () => Readable.from([stored], { objectMode: false }),
    },
    {
      limits: { ...DEFAULT_LIMITS, ...more.limits },
      now: more.now ?? (() => 0),
      budget: {
        inflatedBytes: 64 * 1024 * 1024,
        keptBytes: 16 * 1024 * 1024,
        entries: 10_000,
        fileBytes: 8 * 1024 * 1024,
        deadlineMs: 1_000,
        ...more.budget,
      },
    },
  );

/** A pax header in front of a file. */
const pax = (record: string, file: TarFile): Buffer => {
  const text = ` ${record}\n`;
  const length = text.length + String(text.length).length;
  return Buffer.concat([
    tarOf([{ path: 'pax', type: 'x', content: `${length}${text}` }], false),
    tarOf([file]),
  ]);
};
const jar = (depth: number): Buffer =>
  depth === 0
    ? zipOf({ 'META-INF/maven/g/deep/pom.properties': 'groupId=g\nartifactId=deep\nversion=1\n' })
    : zipOf({ 'inner.jar': jar(depth - 1) });

describe('a hostile layer', () => {
  it.each<LayerCompression>(['gzip', 'zstd'])('is stopped when it is a %s bomb', async (compression) => {
    const zeros = Buffer.alloc(96 * 1024 * 1024);
    const bomb = compression === 'gzip' ? gzipSync(zeros, { level: 9 }) : zstdCompressSync(zeros);
    expect(bomb.length).toBeLessThan(200_000);
    const header = tarOf([{ path: 'zeros', sizeBytes: 4 * 1024 ** 3 }], false);
    const stored =
      compression === 'gzip'
        ? Buffer.concat([gzipSync(header), bomb])
        : Buffer.concat([zstdCompressSync(header), bomb]);
    const before = process.memoryUsage().rss;
    expect(await read(stored, { compression })).toMatchObject({ ok: false, error: { code: 'too-large' } });
    expect(process.memoryUsage().rss - before).toBeLessThan(96 * 1024 * 1024);
  });

  it('is stopped at the limit of names', async () => {
    const names = Array.from({ length: 300 }, (_, at) => ({ path: `d/${at}` }));
    expect(await read(tarOf(names), { budget: { entries: 299 } })).toMatchObject({
      ok: false,
      error: { code: 'too-large', detail: 'more names than the limit' },
    });
  });

  it('is stopped when its time is over', async () => {
    expect(await read(tarOf([{ path: 'a' }]), { now: () => 2_000 })).toMatchObject({
      ok: false,
      error: { code: 'timeout' },
    });
  });

  it.each([
    ['more than there is', 'size=999999999'],
    ['less than there is', 'size=1'],
    ['no number', 'size=abc'],
    ['a negative one', 'size=-1'],
    ['one beyond all numbers', `size=${'9'.repeat(30)}`],
  ])('is refused when a pax header lies about a size: %s', async (_name, record) => {
    const result = await read(
      pax(record, { path: 'node_modules/a/package.json', content: '{"name":"a","version":"1"}'.padEnd(600) }),
    );
    expect(result).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  it('keeps paths inside, whatever they say', async () => {
    const result = await read(
      tarOf([
        { path: '../../../../root/x' },
        { path: '/abs/./../y' },
        { path: 'a/b/../../../.wh.c' },
        { path: 'l', type: '1', target: '../../../etc/x/../shadow' },
      ]),
    );
    if (!result.ok) throw new Error(result.error.detail);
    expect(result.value.entries.map((entry) => [entry.path, entry.target])).toEqual([
      ['/root/x', undefined],
      ['/y', undefined],
      ['/l', '/etc/shadow'],
    ]);
    expect(result.value.whiteouts).toEqual(['//c']);
  });

  it('removes no folder by a whiteout that names nothing in it', async () => {
    const result = await read(tarOf([{ path: 'a/.wh.' }, { path: 'a/.wh..' }, { path: 'a/.wh...' }]));
    if (!result.ok) throw new Error(result.error.detail);
    expect(result.value.whiteouts).toEqual([]);
    expect(result.value.problems.map(({ code, path }) => [code, path])).toEqual([
      ['scan.malformed', '/a/.wh.'],
      ['scan.malformed', '/a/.wh..'],
      ['scan.malformed', '/a/.wh...'],
    ]);
  });

  it('looks into jars in jars to its limit, and says that there is more', async () => {
    const result = await read(tarOf([{ path: 'a.jar', content: jar(50) }]));
    if (!result.ok) throw new Error(result.error.detail);
    const [inspection] = result.value.entries[0]?.inspections ?? [];
    expect(inspection?.packages).toEqual([]);
    expect(inspection?.problems).toMatchObject([
      { code: 'scan.limit', detail: `archives nested deeper than ${DEFAULT_LIMITS.archiveDepth}` },
    ]);
  });

  it('does not keep a file that is too large, and says so', async () => {
    const result = await read(tarOf([{ path: 'a.jar', content: 'x'.repeat(2_000) }]), {
      budget: { fileBytes: 1_000 },
    });
    if (!result.ok) throw new Error(result.error.detail);
    expect(result.value.problems).toMatchObject([{ code: 'scan.limit', path: '/a.jar' }]);
    expect(result.value.entries).toMatchObject([{ path: '/a.jar', inspections: [] }]);
  });

  it('spends no memory on a size that only the header states', async () => {
    const before = process.memoryUsage().rss;
    const cut = tarOf([{ path: 'a.jar', sizeBytes: 200 * 1024 * 1024 }], false);
    const result = await read(cut, { budget: { fileBytes: 400 * 1024 * 1024 } });
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'malformed', detail: 'the archive ends early' },
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
  });

  it('names a path that is too long instead of keeping it', async () => {
    const long = `node_modules/${'x'.repeat(5_000)}`;
    const record = ` path=${long}\n`;
    const text = `${record.length + 4}${record}`;
    const archive = Buffer.concat([
      tarOf([{ path: 'pax', type: 'x', content: text }], false),
      tarOf([{ path: 'x', content: 'y' }]),
    ]);
    const result = await read(archive);
    if (!result.ok) throw new Error(result.error.detail);
    expect(result.value.problems).toMatchObject([{ code: 'scan.limit' }]);
    expect(result.value.entries).toEqual([]);
  });

  it('is no layer with a byte changed anywhere', async () => {
    const good = gzipSync(tarOf([{ path: 'a', content: 'content'.repeat(50) }]));
    const diffId = digestOf(tarOf([{ path: 'a', content: 'content'.repeat(50) }]));
    expect((await read(good, { compression: 'gzip', diffId })).ok).toBe(true);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: good.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, mask) => {
          const changed = Buffer.from(good);
          changed[at] = (changed[at] ?? 0) ^ mask;
          expect((await read(changed, { compression: 'gzip', diffId })).ok).toBe(false);
          expect((await read(changed, { compression: 'gzip', diffId, digest: digestOf(good) })).ok).toBe(
            false,
          );
          expect((await read(good.subarray(0, at), { compression: 'gzip', diffId })).ok).toBe(false);
        },
      ),
      { seed: 77, numRuns: 100 },
    );
  });

  it('never throws on noise', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.constantFrom<LayerCompression>('none', 'gzip', 'zstd'),
        async (bytes, compression) => {
          expect((await read(Buffer.from(bytes), { compression, diffId: 'sha256:x' })).ok).toBe(false);
        },
      ),
      { seed: 78, numRuns: 200 },
    );
  });
});
