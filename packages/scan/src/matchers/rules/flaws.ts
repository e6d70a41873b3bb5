// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdvisoryRow } from '../../advisories/row.ts';
import type { Flaw, Judged } from '../model.ts';

const isCve = (id: string): boolean => id.startsWith('CVE-');
const idsOf = (row: AdvisoryRow): readonly string[] =>
  row.aliases === undefined ? [row.id] : [...new Set([row.id, ...row.aliases])];

/** A row that names several CVEs fixes several flaws at once: what it names are related, not aliases. */
const isBundle = (row: AdvisoryRow): boolean => (row.aliases?.filter(isCve).length ?? 0) > 1;

/** Ids of advisories: of the row itself, and of a bundle what it names beside the CVEs (each may be about any of them). */
const advisoriesOf = (row: AdvisoryRow): readonly string[] =>
  isBundle(row) ? idsOf(row).filter((id) => !isCve(id)) : [row.id];

/** The ids of each flaw that a row speaks of. */
const flawsOf = (row: AdvisoryRow): readonly (readonly string[])[] =>
  isBundle(row)
    ? idsOf(row)
        .filter(isCve)
        .map((cve) => [cve])
    : [idsOf(row)];

/** Joins ids that some row holds to be the same flaw (union-find, the smaller root wins so that the answer is stable). */
class Aliases {
  readonly #parent = new Map<string, string>();

  find(id: string): string {
    let root = id;
    for (let up = this.#parent.get(root); up !== undefined; up = this.#parent.get(root)) root = up;
    return root;
  }

  join(ids: readonly string[]): void {
    const [first, ...rest] = ids;
    if (first === undefined) return;
    for (const other of rest) {
      const a = this.find(first);
      const b = this.find(other);
      if (a < b) this.#parent.set(b, a);
      else if (b < a) this.#parent.set(a, b);
    }
  }
}

/** Its CVE when there is exactly one, else its GHSA when there is exactly one, else the smallest id. */
const canonicalOf = (ids: readonly string[], rows: readonly AdvisoryRow[]): string => {
  const cves = ids.filter(isCve);
  if (cves.length === 1 && cves[0] !== undefined) return cves[0];
  const ghsas = ids.filter((id) => id.startsWith('GHSA-'));
  if (cves.length === 0 && ghsas.length === 1 && ghsas[0] !== undefined) return ghsas[0];
  return rows.map((row) => row.id).sort()[0] ?? '';
};

/** Rule 15: one finding for each flaw, whatever it is called and however many feeds or bundles speak of it. */
export const foldAliases = (judged: readonly Judged[]): Flaw[] => {
  const aliases = new Aliases();
  for (const { row } of judged) for (const ids of flawsOf(row)) aliases.join(ids);
  const groups = new Map<string, { ids: Set<string>; judged: Judged[] }>();
  for (const one of judged) {
    for (const ids of flawsOf(one.row)) {
      const root = aliases.find(ids[0] ?? '');
      const group = groups.get(root) ?? { ids: new Set<string>(), judged: [] };
      for (const id of ids) group.ids.add(id);
      if (!group.judged.includes(one)) group.judged.push(one);
      groups.set(root, group);
    }
  }
  return [...groups.values()].map((group) => {
    const rows = group.judged.map(({ row }) => row);
    const ids = [...group.ids].sort();
    const id = canonicalOf(ids, rows);
    return {
      id,
      aliases: ids.filter((one) => one !== id),
      advisories: [...new Set(rows.flatMap(advisoriesOf))].sort(),
      judged: group.judged,
    };
  });
};

/** Rule 7: an explicit "not affected" clears every id of the flaw on this package. */
export const clearNotAffected = (flaws: readonly Flaw[], cleared: ReadonlySet<string>): Flaw[] =>
  cleared.size === 0
    ? [...flaws]
    : flaws.filter((flaw) => ![flaw.id, ...flaw.aliases].some((id) => cleared.has(id)));
