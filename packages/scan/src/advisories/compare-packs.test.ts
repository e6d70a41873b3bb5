// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePacks } from './compare-packs.ts';
import { inspectPack } from './inspect-pack.ts';
import { type AdvisoryPack, openPackBytes } from './pack.ts';
import { PackBuilder } from './pack-builder.ts';
import type { AdvisoryRow } from './row.ts';

type Rows = readonly (readonly [ecosystem: string, name: string, row: AdvisoryRow])[];

function bytesOf(rows: Rows): Buffer {
  const builder = new PackBuilder();
  for (const [ecosystem, name, row] of rows) builder.addRow(ecosystem, name, row);
  builder.addCovered('Debian:12', 'acl');
  const bytes = builder.finish({ builtAtMs: Date.UTC(2026, 10, 25), kind: 'full' });
  if (!bytes.ok) throw new Error(bytes.error.detail);
  return bytes.value;
}

function open(bytes: Buffer): AdvisoryPack {
  const opened = openPackBytes(bytes);
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

/** The plain way: everything is read, and texts are compared. */
function differing(before: AdvisoryPack, after: AdvisoryPack): { put: string[]; gone: string[] } {
  const say = (pack: AdvisoryPack) =>
    new Map([...pack.entries('pck')].map(({ key, rows, facts }) => [key, JSON.stringify([rows, facts])]));
  const [old, now] = [say(before), say(after)];
  return {
    put: [...now].filter(([key, text]) => old.get(key) !== text).map(([key]) => key),
    gone: [...old.keys()].filter((key) => !now.has(key)),
  };
}

const compared = (before: AdvisoryPack, after: AdvisoryPack): { put: string[]; gone: string[] } => {
  const { put, gone } = comparePacks(before, after);
  return { put: [...put].sort(), gone: [...gone].sort() };
};

/** Words of a pool: which of them a pack has decides what number each has. */
const word = fc.constantFrom('a', 'b"c', 'd\\', 'e,[0', 'nodejs:18', '', '9', '漢字');
const version = fc.constantFrom('1', '2.0', '3.1-4');
const range = fc.oneof(
  fc.record({ introduced: version, fixed: version }).map(({ introduced, fixed }) => ({
    type: 'ECOSYSTEM',
    events: [{ introduced }, { fixed }],
  })),
  version.map((introduced) => ({ type: 'SEMVER', events: [{ introduced }] })),
  version.map((limit) => ({ type: 'GIT', events: [{ introduced: '0' }, { limit }] })),
);
const rating = fc.record(
  {
    label: fc.constantFrom('low', 'high', 'critical'),
    source: fc.constantFrom('NVD', 'a', 'z'),
    score: fc.constantFrom(0, 7.5, 10),
    vectors: fc.array(word, { maxLength: 2 }),
  },
  { requiredKeys: ['label', 'source'] },
);
const row = fc.record(
  {
    id: fc.constantFrom('CVE-2026-1', 'CVE-2026-2', 'GHSA-0'),
    kind: fc.constantFrom('vulnerability', 'notice', 'malicious'),
    source: fc.constantFrom('NVD', 'a', 'z'),
    ranges: fc.array(range, { maxLength: 2 }),
    fixed: fc.array(version, { maxLength: 2 }),
    versions: fc.array(version, { maxLength: 2 }),
    aliases: fc.array(word, { maxLength: 2 }),
    summary: word,
    module: word,
    channel: word,
    status: word,
    licence: word,
    rating,
  },
  { requiredKeys: ['id', 'kind', 'source'] },
);
const rows = fc.array(
  fc.tuple(
    fc.constantFrom('npm', 'Debian:12'),
    fc.constantFrom('x', 'y', 'z'),
    row as fc.Arbitrary<AdvisoryRow>,
  ),
  { maxLength: 5 },
);

describe('comparing two packs', () => {
  it('finds what reading all of both finds, whatever numbers their texts have', () => {
    fc.assert(
      fc.property(rows, rows, rows, (both, one, other) => {
        // One row that both have without any other one in its group: its texts may have other numbers.
        const shared: Rows = both.map(([, name, item], at) => ['Go', `${name}${at}`, item]);
        const [before, after] = [open(bytesOf([...shared, ...one])), open(bytesOf([...shared, ...other]))];
        const plain = differing(before, after);
        expect(compared(before, after)).toEqual({ put: plain.put.sort(), gone: plain.gone.sort() });
        expect(inspectPack(after, comparePacks(before, after))).toEqual(inspectPack(after));
      }),
      { seed: 20261129, numRuns: 400 },
    );
  });

  it('does see that a number means another text in the other pool', () => {
    const row = (module: string): AdvisoryRow => ({ id: 'A', kind: 'notice', source: 's', module });
    const [before, after] = [
      open(bytesOf([['npm', 'x', row('m1')]])),
      open(bytesOf([['npm', 'x', row('m2')]])),
    ];
    // The bytes of the group are the same in both.
    const stored = (pack: AdvisoryPack) => [...pack.stored()].find(({ key }) => key.startsWith('p\t'))?.group;
    expect(stored(before)?.equals(stored(after) ?? Buffer.alloc(0))).toBe(true);
    expect(compared(before, after)).toEqual({ put: ['p\tnpm\tx'], gone: [] });
  });

  it('calls nothing the same that cannot be read, and lets nothing of it pass', () => {
    const all: Rows = ['x', 'y', 'z'].map((name, at) => [
      'npm',
      name,
      {
        ...{ id: `CVE-2026-${at}`, kind: 'vulnerability', source: 'a', module: 'nodejs:18', fixed: ['2'] },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '1' }, { fixed: '2' }] }],
        rating: { label: 'high', score: 7.5, source: 'NVD' },
      },
    ]);
    // In one more pool than the other: rows are compared number by number.
    const before = open(bytesOf([...all, ['npm', 'w', { id: 'B', kind: 'notice', source: '0' }]]));
    const good = bytesOf(all);
    const groupsAt = good.indexOf('p\tnpm\t');
    fc.assert(
      fc.property(fc.integer({ min: groupsAt, max: good.length - 33 }), fc.nat(255), (at, byte) => {
        const body = Buffer.from(good.subarray(0, good.length - 32));
        body[at] = byte;
        const bytes = Buffer.concat([body, createHash('sha256').update(body).digest()]);
        const opened = openPackBytes(bytes);
        if (!opened.ok) return;
        const after = opened.value;
        const { put } = comparePacks(before, after);
        const known = new Map(
          [...before.entries('p')].map(({ key, rows: said }) => [key, JSON.stringify(said)]),
        );
        for (const stored of after.stored())
          if (stored.key.startsWith('p\t') && !put.has(stored.key))
            expect(JSON.stringify(after.rowsOf(stored))).toBe(known.get(stored.key));
        expect(inspectPack(after, { put, gone: new Set() }).ok).toBe(inspectPack(after).ok);
      }),
      { seed: 20261130, numRuns: 2000 },
    );
  });
});
