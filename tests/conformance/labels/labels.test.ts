// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AdvisoryPack, type AdvisoryRow, buildPack, matchPackage, openPack } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasShared, report, SHARED } from '../outside.ts';
import { type KeptLabel, type Label, LabelSet, readLabels } from './label-set.ts';

/** Why we and the people who labelled differ, one line a difference: `LABEL package version id` -> class. */
interface Differences {
  readonly classes: Readonly<Record<string, string>>;
  readonly differences: Readonly<Record<string, string>>;
  /** Of class `source-range`: the bounds that the sources give, by package, so that everybody can hold a version against them. */
  readonly bounds: Readonly<Record<string, readonly string[]>>;
}
const { classes, differences, bounds } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'differences.json'), 'utf8'),
) as Differences;

let folder = '';
let pack: AdvisoryPack;
let set: LabelSet;
let labels: readonly Label[] = [];

const isReported = ({ candidates, ids }: KeptLabel): boolean =>
  candidates.some((found) =>
    matchPackage(found, pack).matches.some(({ vulnerability }) =>
      [vulnerability.id, ...vulnerability.aliases, ...(vulnerability.advisories ?? [])].some((id) =>
        ids.has(id),
      ),
    ),
  );

const nameOf = ({ label }: KeptLabel): string =>
  `${label.label} ${label.package} ${label.version} ${label.vulnerability}`;

const idsOf = (row: AdvisoryRow): readonly string[] => [row.id, ...(row.aliases ?? [])];

const rowsAbout = ({ candidates, ids }: KeptLabel): { version: string; rows: AdvisoryRow[] }[] =>
  candidates.map((found) => ({
    version: found.version,
    rows: pack
      .rows(found.ecosystem, found.sourceName ?? found.name)
      .filter((row) => row.withdrawn === undefined && idsOf(row).some((id) => ids.has(id))),
  }));

/** Every bound of the ranges of a row, as its source writes them: `introduced 1, fixed 2`. */
const boundsOf = (row: AdvisoryRow): string[] =>
  (row.ranges ?? []).map(({ events }) =>
    events.flatMap((event) => Object.entries(event).map(([name, value]) => `${name} ${value}`)).join(', '),
  );

/**
 * Classes in which the data or another label contradicts the label, each with its proof: nobody can judge such a label
 * rightly from these data. `source-range`: the bounds stand in `bounds` and are those of the pack.
 */
const PROOFS: Readonly<Record<string, (kept: KeptLabel, all: readonly KeptLabel[]) => boolean>> = {
  'source-range': (kept) => {
    const said = rowsAbout(kept).flatMap(({ rows }) => rows.flatMap(boundsOf));
    const written = bounds[kept.label.package] ?? [];
    return said.length > 0 && said.every((one) => written.includes(one));
  },
  listed: (kept) =>
    rowsAbout(kept).some(({ version, rows }) => rows.some((row) => row.versions?.includes(version) === true)),
  'labels-disagree': ({ label, ids }, all) =>
    all.some(
      ({ label: other, ids: others }) =>
        other.package === label.package &&
        other.version === label.version &&
        [...others].some((id) => ids.has(id)) &&
        other.label !== label.label,
    ),
  // A version that the range of the source covers, so that only the binary is in question; and that is in dispute.
  'binary-disagree': (kept) =>
    isReported(kept) &&
    kept.candidates.every((found) => found.sourceName !== undefined && found.sourceName !== found.name) &&
    labels.some(
      (other) =>
        other.label === 'TP' &&
        other.package === kept.label.package &&
        [other.vulnerability, other.cve].some((id) => id !== undefined && kept.ids.has(id)),
    ),
};

describe.skipIf(!hasShared('advisories/match-labels.jsonl.gz'))(
  'the labels that people gave to matches',
  () => {
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'bartizan-labels-'));
      const path = join(folder, 'pack');
      const built = buildPack({
        from: join(SHARED, 'advisories'),
        to: path,
        nowMs: Date.UTC(2026, 10, 25),
      });
      if (!built.ok) throw new Error(built.error.detail);
      const opened = openPack(path);
      if (!opened.ok) throw new Error(opened.error.detail);
      pack = opened.value;
      labels = readLabels();
      set = new LabelSet(pack, labels);
    }, 120_000);
    afterAll(() => {
      pack?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('hold, but for differences that are written down with their class', { timeout: 120_000 }, () => {
      const kept = set.kept();
      const wrong = kept.filter((one) => (one.label.label === 'TP') !== isReported(one));
      const found = new Set(wrong.map(nameOf));
      const tally = new Map<string, number>();
      for (const one of wrong) {
        const kind = `${one.label.label} ${differences[nameOf(one)] ?? 'unexplained'}`;
        tally.set(kind, (tally.get(kind) ?? 0) + 1);
      }
      for (const [kind, count] of [...tally].sort()) {
        const why = classes[kind.slice(3)] ?? 'no class';
        process.stdout.write(`labels: ${count} ${kind}: ${why}\n`);
        const ofKind = [...found].filter((name) => `${name.slice(0, 2)} ${differences[name]}` === kind);
        for (const name of ofKind.sort()) process.stdout.write(`labels:   ${name}\n`);
      }
      expect([...found].filter((name) => differences[name] === undefined)).toEqual([]);
      expect(Object.keys(differences).filter((name) => !found.has(name))).toEqual([]);
      expect(Object.values(differences).filter((kind) => classes[kind] === undefined)).toEqual([]);
      const right = (label: 'TP' | 'FP'): [number, number] => [
        kept.filter((one) => one.label.label === label && !wrong.includes(one)).length,
        kept.filter((one) => one.label.label === label).length,
      ];
      report('labels-recall', ...right('TP'));
      report('labels-silence', ...right('FP'));
      const beyond = wrong.filter((one) => PROOFS[differences[nameOf(one)] ?? ''] !== undefined);
      const unproven = beyond.filter((one) => PROOFS[differences[nameOf(one)] ?? '']?.(one, kept) !== true);
      expect(unproven.map(nameOf)).toEqual([]);
      const judged = (label: 'TP' | 'FP'): [number, number] => {
        const [passed, of] = right(label);
        return [passed, of - beyond.filter((one) => one.label.label === label).length];
      };
      process.stdout.write(
        `labels: of ${labels.length} labels, ${kept.length} are about packages that the pack can judge; ${beyond.length} of those are contradicted by the data of their own source or by other labels\n`,
      );
      report('labels-judged-recall', ...judged('TP'));
      report('labels-judged-silence', ...judged('FP'));
    });

    it('are answered with silence where a match is wrong, in the whole set', { timeout: 120_000 }, () => {
      const all = labels.filter((label) => label.label === 'FP');
      const reported = set.all('FP').filter(isReported).length;
      report('labels-silence-all', all.length - reported, all.length);
    });
  },
);
