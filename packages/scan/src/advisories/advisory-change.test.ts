// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchPackages } from '../scan/scan-tree.ts';
import { advisoryChanges } from './advisory-change.ts';
import { type AdvisoryPack, openPackBytes } from './pack.ts';
import { PackBuilder } from './pack-builder.ts';
import type { AdvisoryRow, CveFacts } from './row.ts';

const row = (id: string, fixed: string, more: Partial<AdvisoryRow> = {}): AdvisoryRow => ({
  id,
  kind: 'vulnerability',
  source: 'test',
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
  fixed: [fixed],
  ...more,
});

function pack(fill: (builder: PackBuilder) => void, builtAtMs = Date.UTC(2026, 10, 25)): AdvisoryPack {
  const builder = new PackBuilder();
  fill(builder);
  const bytes = builder.finish({ builtAtMs, kind: 'full' });
  if (!bytes.ok) throw new Error(bytes.error.detail);
  const opened = openPackBytes(bytes.value);
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

const base = (builder: PackBuilder): void => {
  builder.addRow('npm', 'minimist', row('GHSA-1', '1.2.6', { aliases: ['CVE-2021-44906'] }));
  builder.addRow('npm', 'lodash', row('GHSA-2', '4.17.21'));
  builder.addRow('Debian:12', 'openssl', row('CVE-2026-0001', '3.0.9'));
  builder.addCovered('Debian:12', 'openssl');
  builder.addCve('CVE-2021-44906', { epss: { probability: 0.5, percentile: 0.9, scoredOn: '2026-11-24' } });
};
const changed = (fill: (builder: PackBuilder) => void) =>
  advisoryChanges(
    pack(base),
    pack((builder) => fill(builder), Date.UTC(2026, 10, 26)),
  );

describe('what a pack says otherwise', () => {
  it('is nothing when only its date is another', () => {
    expect(changed(base)).toEqual({ packages: [], ecosystems: [] });
  });

  it('is a package whose rows came, went or changed', () => {
    const { packages } = changed((builder) => {
      builder.addRow('npm', 'minimist', row('GHSA-1', '1.2.7', { aliases: ['CVE-2021-44906'] }));
      builder.addRow('Debian:12', 'openssl', row('CVE-2026-0001', '3.0.9'));
      builder.addRow('Debian:12', 'zlib', row('CVE-2026-0002', '1.3'));
      builder.addCovered('Debian:12', 'openssl');
      builder.addCve('CVE-2021-44906', {
        epss: { probability: 0.5, percentile: 0.9, scoredOn: '2026-11-24' },
      });
    });
    expect(packages.map(({ ecosystem, name }) => `${ecosystem} ${name}`)).toEqual([
      'Debian:12 zlib',
      'npm lodash',
      'npm minimist',
    ]);
  });

  it('is a package about whose flaw more is known, and not the day of a score alone', () => {
    const withFacts = (facts: CveFacts) =>
      changed((builder) => {
        base(builder);
        builder.addCve('CVE-2021-44906', facts);
      }).packages;
    const kev = { kev: { addedOn: '2026-11-26', isRansomware: true } };
    expect(withFacts(kev)).toEqual([{ ecosystem: 'npm', name: 'minimist' }]);
    expect(withFacts({ epss: { probability: 0.5, percentile: 0.9, scoredOn: '2026-11-26' } })).toEqual([]);
    expect(withFacts({ epss: { probability: 0.7, percentile: 0.9, scoredOn: '2026-11-26' } })).toEqual([
      { ecosystem: 'npm', name: 'minimist' },
    ]);
  });

  it('is a package that it can judge now, and one of a paid line under the name it is listed by', () => {
    const { packages, ecosystems } = changed((builder) => {
      base(builder);
      builder.addCovered('Debian:12', 'acl');
      builder.addRow('Ubuntu:Pro:22.04:LTS', 'curl', row('CVE-2026-0003', '8'));
    });
    expect(packages).toEqual([
      { ecosystem: 'Debian:12', name: 'acl' },
      { ecosystem: 'Ubuntu:22.04', name: 'curl' },
    ]);
    expect(ecosystems).toContain('Ubuntu:22.04');
  });

  it('names every package that both packs do not judge alike, whatever the rows', () => {
    const name = fc.constantFrom('a', 'b-c', 'd_e', 'f');
    const ecosystem = fc.constantFrom('npm', 'PyPI', 'Debian:12');
    const cve = fc.constantFrom('CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3');
    const rows = fc.array(fc.tuple(ecosystem, name, cve, fc.constantFrom('1', '2', '3')), { maxLength: 8 });
    const facts = fc.array(fc.tuple(cve, fc.constantFrom(0.1, 0.9)), { maxLength: 3 });
    const build = ([all, known]: [[string, string, string, string][], [string, number][]]): AdvisoryPack =>
      pack((builder) => {
        // One row of each ecosystem stays, so that only packages differ and not what is covered as a whole.
        for (const each of ['npm', 'PyPI', 'Debian:12']) builder.addRow(each, 'stays', row('GHSA-0', '9'));
        for (const [where, what, id, fixed] of all) builder.addRow(where, what, row(id, fixed));
        for (const [id, probability] of known)
          builder.addCve(id, { epss: { probability, percentile: 0.5, scoredOn: '2026-11-24' } });
      });
    const stored = ['npm', 'PyPI', 'Debian:12'].flatMap((where) =>
      ['a', 'b-c', 'd_e', 'f'].map(
        (what): Package => ({
          name: what,
          version: '1.5',
          ecosystem: where,
          purl: `pkg:x/${what}@1.5`,
          cataloger: 'x',
          locations: [],
        }),
      ),
    );
    const fold = (text: string): string => text.replaceAll(/[-_.]+/gu, '-');
    const input = fc.tuple(rows, facts);
    fc.assert(
      fc.property(input, input, (one, other) => {
        const [before, after] = [build(one), build(other)];
        const named = new Set(
          advisoryChanges(before, after).packages.map((item) => `${item.ecosystem} ${fold(item.name)}`),
        );
        for (const item of stored) {
          const say = (judge: AdvisoryPack) =>
            JSON.stringify(
              matchPackages([item], judge).verdicts.map(({ assessment, matches }) => [
                assessment,
                matches.map(({ vulnerability, fixedVersion }) => [vulnerability, fixedVersion]),
              ]),
            );
          if (say(before) !== say(after)) expect(named).toContain(`${item.ecosystem} ${fold(item.name)}`);
        }
      }),
      { seed: 20261128, numRuns: 150 },
    );
  });
});
