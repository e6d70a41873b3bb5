// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { lifeOf } from '../distribution/life.ts';
import { paidLinesOf } from '../distribution/namespace.ts';
import { comparePacks, type PackComparison } from './compare-packs.ts';
import { detailsOf } from './group-sameness.ts';
import type { AdvisoryPack } from './pack.ts';
import type { CveFacts } from './row.ts';
import { namesOf } from './row-codec.ts';

/** What stored package lists have to be joined with when one pack takes the place of another. */
export interface AdvisoryChanges {
  /** Packages about which something else is said now, in the namespaces that packages are listed under. */
  readonly packages: readonly { readonly ecosystem: string; readonly name: string }[];
  /** Ecosystems that are judged otherwise as a whole: their coverage or the life of their release changed. */
  readonly ecosystems: readonly string[];
}

/** What facts say in a finding. The day of a score alone changes every day, and changes nothing. */
function factsText(text: string): string {
  const { epss, ...rest } = JSON.parse(text) as CveFacts;
  return JSON.stringify([rest, epss?.probability ?? null, epss?.percentile ?? null]);
}

/** Flaws about which something else is known now. */
function changedFlaws(before: AdvisoryPack, after: AdvisoryPack, { put, gone }: PackComparison): Set<string> {
  const changed = new Set<string>();
  const say = (pack: AdvisoryPack, key: string): string => factsText(pack.factsText(key) ?? '{}');
  for (const key of put)
    if (isOf('c', key) && say(before, key) !== say(after, key)) changed.add(key.slice(2));
  for (const key of gone) if (isOf('c', key)) changed.add(key.slice(2));
  return changed;
}

const isOf = (kind: string, key: string): boolean => key.startsWith(`${kind}\t`);

/** Keys of packages whose rows, or the facts about whose flaws, are not the same in both packs. */
function changedPackageKeys(
  before: AdvisoryPack,
  after: AdvisoryPack,
  compared: PackComparison,
): Set<string> {
  const changed = new Set<string>();
  for (const key of [...compared.put, ...compared.gone]) {
    if (isOf('p', key)) changed.add(key);
    else if (isOf('k', key)) changed.add(`p${key.slice(1)}`);
  }
  const flaws = changedFlaws(before, after, compared);
  if (flaws.size === 0) return changed;
  for (const { key, group, start } of after.stored()) {
    if (!isOf('p', key) || changed.has(key)) continue;
    for (const detail of detailsOf(group, start))
      if (namesOf(detail).some((id) => flaws.has(id))) changed.add(key);
  }
  return changed;
}

function changedEcosystems(before: AdvisoryPack, after: AdvisoryPack): string[] {
  const say = ({ header }: AdvisoryPack, ecosystem: string): string => {
    const status = header.ecosystems[ecosystem];
    const { completeness, onlyFixes, missing } = status ?? {};
    return JSON.stringify([
      ...[completeness ?? null, onlyFixes ?? null, missing ?? null],
      lifeOf(ecosystem, header) ?? null,
    ]);
  };
  const all = new Set([...Object.keys(before.header.ecosystems), ...Object.keys(after.header.ecosystems)]);
  return [...all].filter((ecosystem) => say(before, ecosystem) !== say(after, ecosystem)).sort();
}

/** Advisories of a paid line speak about packages that are listed under the free one. */
const PAID_LINE = /^(Ubuntu):Pro:(\d+\.\d+)(?::LTS)?$/u;
const listedUnder = (ecosystem: string): string => {
  const [, family, release] = PAID_LINE.exec(ecosystem) ?? [];
  const free = `${family}:${release}`;
  return paidLinesOf(free).includes(ecosystem) ? free : ecosystem;
};

/** Compares two packs from the side of the packages: what is not named here is judged by both alike. */
export function advisoryChanges(
  before: AdvisoryPack,
  after: AdvisoryPack,
  compared: PackComparison = comparePacks(before, after),
): AdvisoryChanges {
  const packages = [...changedPackageKeys(before, after, compared)].sort().map((key) => {
    const [, ecosystem = '', name = ''] = key.split('\t');
    return { ecosystem: listedUnder(ecosystem), name };
  });
  return { packages, ecosystems: changedEcosystems(before, after).map(listedUnder) };
}
