// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdvisoryPack } from './pack.ts';
import type { LogicalGroup } from './pack-writer.ts';

/** How the rows about one ecosystem differ between two packs, counted in packages. */
export interface EcosystemChange {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** What turns one pack into another. */
export interface PackDiff {
  /** Groups that are new or other in the second pack. */
  readonly put: readonly LogicalGroup[];
  /** Keys that the second pack no longer has. */
  readonly drop: readonly string[];
  readonly ecosystems: Readonly<Record<string, EcosystemChange>>;
  /** Facts about CVEs (severity, EPSS, KEV) that came, went or changed. */
  readonly cves: number;
}

const textOf = (group: LogicalGroup): string =>
  group.rows === undefined ? (group.facts ?? '') : group.rows.join('\n');

/** Compares two packs group by group. What changed is what stored package lists have to be joined with again. */
export const diffPacks = (before: AdvisoryPack, after: AdvisoryPack): PackDiff => {
  const old = new Map<string, string>();
  for (const group of before.groups()) old.set(group.key, textOf(group));
  const put: LogicalGroup[] = [];
  const ecosystems = new Map<string, { added: number; changed: number; removed: number }>();
  let cves = 0;
  const count = (key: string, what: keyof EcosystemChange): void => {
    const [kind, name = ''] = key.split('\t');
    if (kind === 'c') cves += 1;
    if (kind !== 'p') return;
    const change = ecosystems.get(name) ?? { added: 0, changed: 0, removed: 0 };
    change[what] += 1;
    ecosystems.set(name, change);
  };
  for (const group of after.groups()) {
    const known = old.get(group.key);
    old.delete(group.key);
    if (known === textOf(group)) continue;
    put.push(group);
    count(group.key, known === undefined ? 'added' : 'changed');
  }
  for (const key of old.keys()) count(key, 'removed');
  return {
    put,
    drop: [...old.keys()].sort(),
    ecosystems: Object.fromEntries([...ecosystems].sort((a, b) => (a[0] < b[0] ? -1 : 1))),
    cves,
  };
};

/** The packages whose rows a difference touches, as `ecosystem` and `name`. */
export const changedPackages = ({ put, drop }: PackDiff): { ecosystem: string; name: string }[] =>
  [...put.map(({ key }) => key), ...drop]
    .filter((key) => key.startsWith('p\t'))
    .map((key) => {
      const [, ecosystem = '', name = ''] = key.split('\t');
      return { ecosystem, name };
    });
