// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { judgeVersion } from '../matchers/range.ts';
import { COMPARATORS } from '../versions/compare.ts';
import { type AdvisoryPack, openPack, openPackBytes } from './pack.ts';
import { PackBuilder } from './pack-builder.ts';
import { findShrinkage, installPack, packStatus } from './pack-file.ts';
import { hashKey } from './pack-format.ts';
import type { AdvisoryRow } from './row.ts';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-pack-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.UTC(2026, 10, 25);
const row = (id: string, more: Partial<AdvisoryRow> = {}): AdvisoryRow => ({
  id,
  kind: 'vulnerability',
  source: 'test',
  ...more,
});

const build = (fill: (builder: PackBuilder) => void, kind: 'full' | 'sample' = 'full'): Buffer => {
  const builder = new PackBuilder();
  fill(builder);
  const bytes = builder.finish({ builtAtMs: NOW, kind });
  if (!bytes.ok) throw new Error(bytes.error.detail);
  return bytes.value;
};

const open = (bytes: Buffer): AdvisoryPack => {
  const opened = openPackBytes(bytes);
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
  return opened.value;
};

const SMALL = build((builder) => {
  builder.addRow('npm', 'minimist', row('GHSA-1', { aliases: ['CVE-2021-44906'], modified: '2026-03-01' }));
  builder.addRow('npm', 'minimist', row('GHSA-2', { published: '2026-05-01' }));
  builder.addRow('PyPI', 'Zope.Interface', row('PYSEC-1'));
  builder.addRow('Debian:12', 'openssl', row('CVE-2026-0001'));
  builder.addCovered('Debian:12', 'openssl');
  builder.addCovered('Debian:12', 'acl');
  builder.addCve('CVE-2021-44906', { rating: { label: 'critical', score: 9.8, source: 'NVD' } });
  builder.addCve('CVE-2021-44906', { epss: { probability: 0.5, percentile: 0.9, scoredOn: '2026-11-24' } });
  builder.addCve('CVE-1999-0001', { rating: { label: 'low', source: 'NVD' } });
  builder.addCve('CVE-1999-0002', { kev: { addedOn: '2026-01-01', isRansomware: true } });
  builder.addCve('nonsense', { rating: { label: 'low', source: 'x' } });
});

describe('a pack', () => {
  it('gives back the rows of a package, under any spelling of its name', () => {
    const pack = open(SMALL);
    expect(pack.rows('npm', 'minimist').map((one) => one.id)).toEqual(['GHSA-1', 'GHSA-2']);
    expect(pack.rows('PyPI', 'zope_interface')).toHaveLength(1);
    expect(pack.rows('npm', 'Minimist')).toEqual([]);
    expect(pack.rows('PyPI', 'minimist')).toEqual([]);
  });

  it('keeps facts about CVEs that a row names or that are exploited, joined from all sources', () => {
    const pack = open(SMALL);
    expect(pack.cve('CVE-2021-44906')).toEqual({
      rating: { label: 'critical', score: 9.8, source: 'NVD' },
      epss: { probability: 0.5, percentile: 0.9, scoredOn: '2026-11-24' },
    });
    expect(pack.cve('CVE-1999-0001')).toBeUndefined();
    expect(pack.cve('CVE-1999-0002')?.kev?.isRansomware).toBe(true);
  });

  it('says what it holds, how new it is, and what it refused', () => {
    const { header } = open(SMALL);
    expect(header).toMatchObject({
      kind: 'full',
      rows: 4,
      builtAt: '2026-11-25T00:00:00.000Z',
      epssOn: '2026-11-24',
      kevEntries: 1,
      refused: 1,
    });
    expect(header.ecosystems).toEqual({
      'Debian:12': { rows: 1, packages: 1, completeness: 'listed-packages' },
      PyPI: { rows: 1, packages: 1, completeness: 'partial' },
      npm: { rows: 2, packages: 1, completeness: 'partial', newestOn: '2026-05-01' },
    });
  });

  const rowShape: fc.Arbitrary<AdvisoryRow> = (() => {
    const text = fc.constantFrom('0', '1.0', '1.2.3', '2.0-rc1', '10.0', '1:2.0', 'ünïcode', '');
    const event = fc.oneof(
      text.map((introduced) => ({ introduced })),
      text.map((fixed) => ({ fixed })),
      text.map((last_affected) => ({ last_affected })),
    );
    const pair = fc.tuple(text, fc.option(event, { nil: undefined }));
    const range = fc.record({
      type: fc.constantFrom('SEMVER', 'ECOSYSTEM', 'OTHER'),
      events: fc.oneof(
        pair.map(([introduced, end]) => (end === undefined ? [{ introduced }] : [{ introduced }, end])),
        fc.array(event, { maxLength: 4 }),
      ),
    });
    const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
      fc.option(value, { nil: undefined, freq: 2 });
    const texts = optional(fc.array(text, { minLength: 1, maxLength: 3 }));
    return fc
      .record({
        id: fc.constantFrom('CVE-2026-1', 'GHSA-1'),
        kind: fc.constantFrom('vulnerability' as const, 'malicious' as const, 'notice' as const),
        source: fc.constantFrom('a', 'b'),
        ranges: optional(fc.array(range, { minLength: 1, maxLength: 4 })),
        versions: texts,
        unaffected: texts,
        fixed: texts,
        status: optional(fc.constantFrom('not_affected', 'open')),
        conditions: optional(text.filter((one) => one !== '')),
        rating: optional(
          fc.record({ label: fc.constantFrom('none' as const, 'high' as const), source: text }),
        ),
        confidence: optional(fc.constant('low' as const)),
      })
      .map((row) => JSON.parse(JSON.stringify(row)) as AdvisoryRow);
  })();

  it('gives back any row as it was', () => {
    fc.assert(
      fc.property(fc.array(rowShape, { minLength: 1, maxLength: 5 }), (rows) => {
        const pack = open(
          build((builder) => {
            for (const one of rows) builder.addRow('npm', 'a', one);
          }),
        );
        const shown = (list: readonly AdvisoryRow[]) =>
          list.map((one) => JSON.stringify(one, Object.keys(one).sort())).sort();
        expect(pack.rows('npm', 'a')).toHaveLength(rows.length);
        expect(shown(pack.rows('npm', 'a'))).toEqual(shown(rows));
        expect(pack.rows('npm', 'a')).toEqual(expect.arrayContaining(rows));
      }),
      { seed: 41, numRuns: 400 },
    );
  });

  it('passes over only rows that would say nothing about the version', () => {
    const test = (version: string) => ({ version, scheme: 'npm' as const, compare: COMPARATORS.npm });
    fc.assert(
      fc.property(
        fc.array(rowShape, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('0.1', '1.0', '1.2.3', '1.9', '2.0', '11.0'),
        (rows, version) => {
          const pack = open(
            build((builder) => {
              for (const one of rows) builder.addRow('npm', 'a', one);
            }),
          );
          const said = (list: readonly AdvisoryRow[]) =>
            list
              .filter((one) => judgeVersion(one, version, test(version)).verdict !== 'not-affected')
              .map((one) => JSON.stringify(one));
          expect(said(pack.rows('npm', 'a', test(version)))).toEqual(said(pack.rows('npm', 'a')));
        },
      ),
      { seed: 42, numRuns: 400 },
    );
  });

  it('covers listed packages only, where coverage is a list', () => {
    const pack = open(SMALL);
    expect(pack.covers('Debian:12', 'acl')).toBe(true);
    expect(pack.covers('Debian:12', 'openssl')).toBe(true);
    expect(pack.covers('Debian:12', 'zlib')).toBe(false);
    expect(pack.covers('Debian:13', 'openssl')).toBe(false);
    expect(pack.covers('npm', 'anything')).toBe(true);
  });

  it('covers nothing but its own rows when it is a sample', () => {
    const pack = open(build((builder) => builder.addRow('npm', 'a', row('X-1')), 'sample'));
    expect(pack.covers('npm', 'a')).toBe(true);
    expect(pack.covers('npm', 'b')).toBe(false);
    expect(pack.header.ecosystems['npm']?.completeness).toBe('sample');
  });

  it('does not count as complete where rows did not fit: what is not in it is unknown', () => {
    const builder = new PackBuilder(2);
    for (const [ecosystem, name] of [
      ['npm', 'a'],
      ['PyPI', 'b'],
      ['PyPI', 'c'],
      ['Go', 'd'],
    ] as const) {
      builder.addRow(ecosystem, name, row(`CVE-2026-1-${name}`));
      builder.setCompleteness(ecosystem, 'complete');
    }
    const bytes = builder.finish({ builtAtMs: NOW, kind: 'full' });
    if (!bytes.ok) throw new Error(bytes.error.detail);
    const pack = open(bytes.value);
    expect(pack.header).toMatchObject({ rows: 2, refused: 2 });
    const covered = [
      ['npm', 'x'],
      ['PyPI', 'b'],
      ['PyPI', 'c'],
      ['Go', 'd'],
    ] as const;
    expect(covered.map(([ecosystem, name]) => pack.covers(ecosystem, name))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is the same bytes for the same rows in any order', () => {
    const rows = Array.from({ length: 50 }, (_, at) => [`p${at % 7}`, row(`ID-${at}`)] as const);
    const forward = build((builder) =>
      rows.forEach(([name, one]) => {
        builder.addRow('npm', name, one);
      }),
    );
    const backward = build((builder) =>
      [...rows].reverse().forEach(([name, one]) => {
        builder.addRow('npm', name, one);
      }),
    );
    expect(forward.equals(backward)).toBe(true);
  });

  it('finds every one of many packages, and none that is not there', () => {
    const pack = open(
      build((builder) => {
        for (let at = 0; at < 20_000; at += 1) builder.addRow('npm', `package-${at}`, row(`ID-${at}`));
      }),
    );
    for (let at = 0; at < 20_000; at += 37) expect(pack.rows('npm', `package-${at}`)[0]?.id).toBe(`ID-${at}`);
    for (let at = 0; at < 500; at += 1) expect(pack.rows('npm', `missing-${at}`)).toEqual([]);
  });

  it('gives back any name', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((name) => !/[\n]/.test(name)),
          { maxLength: 30 },
        ),
        (packages) => {
          const pack = open(
            build((builder) =>
              packages.forEach((name, at) => {
                builder.addRow('npm', name, row(`ID-${at}`));
              }),
            ),
          );
          packages.forEach((name, at) => {
            expect(pack.rows('npm', name).map((one) => one.id)).toContain(`ID-${at}`);
          });
        },
      ),
      { seed: 121, numRuns: 100 },
    );
  });
});

describe('opening a pack', () => {
  it('reads a file row by row', () => {
    const path = join(folder, 'small.pack');
    writeFileSync(path, SMALL);
    const opened = openPack(path);
    if (!opened.ok) throw new Error(opened.error.code);
    expect(opened.value.rows('npm', 'minimist')).toHaveLength(2);
    opened.value.close();
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not a pack '.repeat(50))],
    ['a cut file', SMALL.subarray(0, SMALL.length - 1)],
    ['half a file', SMALL.subarray(0, SMALL.length / 2)],
    ['more bytes at the end', Buffer.concat([SMALL, Buffer.alloc(1)])],
    [
      'a header larger than the file',
      (() => {
        const bytes = Buffer.from(SMALL);
        bytes.writeUInt32LE(0xffffffff, 8);
        return bytes;
      })(),
    ],
    [
      'an index larger than the file',
      (() => {
        const bytes = Buffer.from(SMALL);
        bytes.writeUInt32LE(0xffffffff, 12);
        return bytes;
      })(),
    ],
  ])('refuses %s', (_name, bytes) => {
    expect(openPackBytes(bytes)).toMatchObject({ ok: false, error: { code: 'E_PACK_INVALID' } });
  });

  it('refuses an index that is out of order: what stands at the wrong place would not be found', () => {
    const body = Buffer.from(SMALL.subarray(0, SMALL.length - 32));
    const headEnd = 28 + body.readUInt32LE(8) + body.readUInt32LE(20);
    const at = headEnd + (-headEnd & 3);
    const first = Buffer.from(body.subarray(at, at + 16));
    body.copyWithin(at, at + 16, at + 32);
    first.copy(body, at + 16);
    const bytes = Buffer.concat([body, createHash('sha256').update(body).digest()]);
    expect(openPackBytes(bytes)).toMatchObject({
      ok: false,
      error: { code: 'E_PACK_INVALID', detail: expect.stringContaining('index') },
    });
  });

  it('refuses a pack in which any one byte was changed', () => {
    fc.assert(
      fc.property(fc.nat(SMALL.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(SMALL);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        expect(openPackBytes(bytes).ok).toBe(false);
      }),
      { seed: 122, numRuns: 300 },
    );
  });

  it('says when there is no file', () => {
    expect(openPack(join(folder, 'absent'))).toMatchObject({ error: { code: 'E_PACK_MISSING' } });
  });
});

describe('putting a pack into use', () => {
  const many = (count: number, ecosystem = 'npm') =>
    build((builder) => {
      for (let at = 0; at < count; at += 1) builder.addRow(ecosystem, `p${at}`, row(`ID-${at}`));
      builder.addRow('Go', 'x', row('GO-1'));
    });
  const install = (path: string, bytes: Buffer, mayShrink = false) =>
    installPack(bytes, path, { mayShrink, header: open(bytes).header });

  it('refuses a sudden fall of the rows, and keeps the old pack', () => {
    const path = join(folder, 'shrink.pack');
    expect(install(path, many(1_000)).ok).toBe(true);
    expect(install(path, many(600))).toMatchObject({ error: { code: 'E_PACK_SHRUNK' } });
    expect(packStatus(path, NOW)).toMatchObject({ value: { header: { rows: 1_001 } } });
    expect(install(path, many(600), true).ok).toBe(true);
    expect(packStatus(path, NOW)).toMatchObject({ value: { header: { rows: 601 } } });
  });

  it('refuses the fall of one ecosystem that the others hide', () => {
    const before = open(
      build((builder) => {
        for (let at = 0; at < 10_000; at += 1) builder.addRow('npm', `p${at}`, row(`A-${at}`));
        for (let at = 0; at < 200; at += 1) builder.addRow('Go', `p${at}`, row(`B-${at}`));
      }),
    ).header;
    expect(findShrinkage(before, open(many(10_000)).header)).toBe('Go: 200 rows before, 1 now');
    expect(findShrinkage(before, before)).toBeUndefined();
  });

  it('lets a real pack replace a sample, however small', () => {
    const sample = open(
      build(
        (builder) => Array.from({ length: 500 }, (_, at) => builder.addRow('npm', `p${at}`, row(`S-${at}`))),
        'sample',
      ),
    );
    expect(findShrinkage(sample.header, open(many(3)).header)).toBeUndefined();
  });

  it('says how old a pack is', () => {
    const path = join(folder, 'age.pack');
    install(path, many(1));
    expect(packStatus(path, NOW + 3_600_000)).toMatchObject({ value: { ageMs: 3_600_000, isStale: false } });
    expect(packStatus(path, NOW + 8 * 86_400_000)).toMatchObject({ value: { isStale: true } });
    expect(packStatus(join(folder, 'none'), NOW)).toMatchObject({ error: { code: 'E_PACK_MISSING' } });
  });

  it('says when the folder cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(install(join(folder, 'file', 'x.pack'), many(1))).toMatchObject({ error: { code: 'E_STORE_IO' } });
  });
});

describe('hashKey', () => {
  it('spreads names over the whole range', () => {
    const seen = new Set<string>();
    for (let at = 0; at < 50_000; at += 1) seen.add(hashKey(`p\tnpm\tpackage-${at}`).join());
    expect(seen.size).toBe(50_000);
  });
});
