// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdvisoryRow } from '../advisories/row.ts';

const ids = (row: AdvisoryRow): string[] => [...new Set([row.id, ...(row.aliases ?? [])])];

/**
 * The one id under which the rows of all feeds about the same flaw meet: its CVE when there is exactly one, else its
 * GHSA when there is exactly one, else the feed's own. A row with several CVEs is a bundle, and several flaws are
 * never folded into one.
 */
export const canonicalId = (row: AdvisoryRow): string => {
  const all = ids(row);
  const cves = all.filter((id) => id.startsWith('CVE-'));
  if (cves.length === 1 && cves[0] !== undefined) return cves[0];
  if (cves.length > 1) return row.id;
  const ghsas = all.filter((id) => id.startsWith('GHSA-'));
  return ghsas.length === 1 && ghsas[0] !== undefined ? ghsas[0] : row.id;
};

/** Every other id of a finding, sorted. */
export const foldAliases = (id: string, rows: readonly AdvisoryRow[]): string[] =>
  [...new Set(rows.flatMap(ids))].filter((one) => one !== id).sort();
