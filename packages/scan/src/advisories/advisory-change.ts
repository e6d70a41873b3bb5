// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hash } from 'node:crypto';
import { lifeOf } from '../distribution/life.ts';
import { paidLinesOf } from '../distribution/namespace.ts';
import type { AdvisoryPack } from './pack.ts';
import type { CveFacts } from './row.ts';

/** What stored package lists have to be joined with when one pack takes the place of another. */
export interface AdvisoryChanges {
  /** Packages about which something else is said now, in the namespaces that packages are listed under. */
  readonly packages: readonly { readonly ecosystem: string; readonly name: string }[];
  /** Ecosystems that are judged otherwise as a whole: their coverage or the life of their release changed. */
  readonly ecosystems: readonly string[];
}

/** What a key says, as a digest: two packs spell the same rows with other numbers, so bytes cannot be compared. */
const digestOf = (text: string): string => hash('sha1', text, 'base64');

/** What facts say in a finding. The day of a score alone changes every day, and changes nothing. */
function factsText(text: string): string {
  const { epss, ...rest } = JSON.parse(text) as CveFacts;
  return JSON.stringify([rest, epss?.probability ?? null, epss?.percentile ?? null]);
}

/** Keys of one kind that are not the same in both packs. */
function changedKeys(before: AdvisoryPack, after: AdvisoryPack, kind: 'c' | 'k'): Set<string> {
  const old = new Map<string, string>();
  const say = (facts: string | undefined): string => digestOf(kind === 'c' ? factsText(facts ?? '{}') : '');
  for (const { key, facts } of before.entries(kind)) old.set(key, say(facts));
  const changed = new Set<string>();
  for (const { key, facts } of after.entries(kind)) {
    if (old.get(key) !== say(facts)) changed.add(key);
    old.delete(key);
  }
  for (const key of old.keys()) changed.add(key);
  return changed;
}

/** Keys of packages whose rows, or the facts about whose flaws, are not the same in both packs. */
function changedPackageKeys(before: AdvisoryPack, after: AdvisoryPack): Set<string> {
  const cves = new Set([...changedKeys(before, after, 'c')].map((key) => key.slice(2)));
  const old = new Map<string, string>();
  for (const { key, rows } of before.entries('p')) old.set(key, digestOf(JSON.stringify(rows)));
  const changed = new Set<string>();
  for (const { key, rows = [] } of after.entries('p')) {
    const isSame = old.get(key) === digestOf(JSON.stringify(rows));
    old.delete(key);
    const isAbout = (id: string): boolean => cves.has(id);
    if (!isSame || (cves.size > 0 && rows.some((row) => isAbout(row.id) || row.aliases?.some(isAbout))))
      changed.add(key);
  }
  for (const key of old.keys()) changed.add(key);
  for (const key of changedKeys(before, after, 'k')) changed.add(`p${key.slice(1)}`);
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
export function advisoryChanges(before: AdvisoryPack, after: AdvisoryPack): AdvisoryChanges {
  const packages = [...changedPackageKeys(before, after)].sort().map((key) => {
    const [, ecosystem = '', name = ''] = key.split('\t');
    return { ecosystem: listedUnder(ecosystem), name };
  });
  return { packages, ecosystems: changedEcosystems(before, after).map(listedUnder) };
}
