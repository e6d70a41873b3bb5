// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AdvisoryPack, buildPack, matchPackage, openPack } from '@bartizan/scan';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasShared, report, SHARED } from '../outside.ts';
import { type KeptLabel, LabelSet, readLabels } from './label-set.ts';

/** Why we and the people who labelled differ, one line a difference: `LABEL package version id` -> class. */
interface Differences {
  readonly classes: Readonly<Record<string, string>>;
  readonly differences: Readonly<Record<string, string>>;
}
const { classes, differences } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'differences.json'), 'utf8'),
) as Differences;

let folder = '';
let pack: AdvisoryPack;
let set: LabelSet;

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
      set = new LabelSet(pack, readLabels());
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
    });

    it('are answered with silence where a match is wrong, in the whole set', { timeout: 120_000 }, () => {
      const all = readLabels().filter((label) => label.label === 'FP');
      const reported = set.all('FP').filter(isReported).length;
      report('labels-silence-all', all.length - reported, all.length);
    });
  },
);
