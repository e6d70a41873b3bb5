// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, ok, type Result } from '@bartizan/contracts';
import { asObject } from '../json/fields.ts';
import type { PackComparison } from './compare-packs.ts';
import { countRows } from './group-sameness.ts';
import type { AdvisoryPack, StoredGroup } from './pack.ts';
import type { PackError } from './pack-error.ts';
import { type AdvisoryRow, RATING_LABELS } from './row.ts';

const KINDS: ReadonlySet<string> = new Set(['vulnerability', 'malicious', 'notice']);
const LISTS = ['aliases', 'versions', 'unaffected', 'fixed', 'cpes', 'references'] as const;
const TEXTS = [
  'status',
  'conditions',
  'module',
  'channel',
  'withdrawn',
  'published',
  'modified',
  'summary',
] as const;

const isTexts = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((one) => typeof one === 'string'));

const isRanges = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) &&
    value.every((range) => {
      const events = asObject(range)?.['events'];
      return (
        Array.isArray(events) &&
        events.every((event) =>
          Object.values(asObject(event) ?? { no: 0 }).every((one) => typeof one === 'string'),
        )
      );
    }));

const isRating = (rating: AdvisoryRow['rating']): boolean =>
  rating === undefined ||
  (RATING_LABELS.includes(rating.label) &&
    typeof rating.source === 'string' &&
    isTexts(rating.vectors) &&
    (rating.score === undefined || (rating.score >= 0 && rating.score <= 10)));

/** Whether a row has the shape that the matcher relies on. */
const isRow = (row: AdvisoryRow): boolean =>
  typeof row.id === 'string' &&
  typeof row.source === 'string' &&
  KINDS.has(row.kind) &&
  isRanges(row.ranges) &&
  isRating(row.rating) &&
  LISTS.every((field) => isTexts(row[field])) &&
  TEXTS.every((field) => row[field] === undefined || typeof row[field] === 'string');

const isUnit = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;

/** Whether facts about a CVE have the shape that the matcher relies on. */
const isFacts = (value: unknown): boolean => {
  const facts = asObject(value);
  if (facts === undefined) return false;
  const kev = asObject(facts['kev']);
  const epss = asObject(facts['epss']);
  const isKev =
    facts['kev'] === undefined ||
    (typeof kev?.['addedOn'] === 'string' && typeof kev['isRansomware'] === 'boolean');
  const isEpss =
    facts['epss'] === undefined ||
    (isUnit(epss?.['probability']) && isUnit(epss?.['percentile']) && typeof epss?.['scoredOn'] === 'string');
  const rating = facts['rating'];
  const isRated =
    rating === undefined || (asObject(rating) !== undefined && isRating(rating as AdvisoryRow['rating']));
  return isKev && isEpss && isRated;
};

const ecosystemOf = (key: string): string => key.split('\t')[1] ?? '';

/** Why a group cannot be believed; otherwise how many rows it has is counted. */
const faultOf = (
  pack: AdvisoryPack,
  stored: StoredGroup,
  counts: Map<string, number>,
): string | undefined => {
  const { key, group, start } = stored;
  if (!/^[pck]\t./.test(key)) return 'a group with a key of no kind';
  if (!key.startsWith('p\t'))
    return isFacts(JSON.parse(group.toString('utf8', start))) ? undefined : 'facts that are none';
  const ecosystem = ecosystemOf(key);
  const rows = pack.rowsOf(stored);
  counts.set(ecosystem, (counts.get(ecosystem) ?? 0) + rows.length);
  return rows.every(isRow) ? undefined : `a row of ${ecosystem} that is none`;
};

/** Counts the rows of a group that is in use already: it was read to its end when it came. */
const countKnown = ({ key, group, start }: StoredGroup, counts: Map<string, number>): void => {
  if (!key.startsWith('p\t')) return;
  const ecosystem = ecosystemOf(key);
  counts.set(ecosystem, (counts.get(ecosystem) ?? 0) + (countRows(group, start) ?? Number.NaN));
};

/**
 * Reads a pack to its end before it is put into use: every row must have the shape the matcher relies on, and there must
 * be as many as the header states. A digest only says that bytes are what somebody wrote. With a comparison to the pack
 * in use, rows that both have are only counted.
 */
export const inspectPack = (pack: AdvisoryPack, compared?: PackComparison): Result<undefined, PackError> => {
  const counts = new Map<string, number>();
  try {
    for (const stored of pack.stored()) {
      if (compared !== undefined && !compared.put.has(stored.key)) {
        countKnown(stored, counts);
        continue;
      }
      const fault = faultOf(pack, stored, counts);
      if (fault !== undefined) return err({ code: 'E_PACK_INVALID', detail: fault });
    }
  } catch (cause) {
    return err({ code: 'E_PACK_INVALID', detail: 'a group that cannot be read', cause });
  }
  for (const [ecosystem, { rows }] of Object.entries(pack.header.ecosystems)) {
    const found = counts.get(ecosystem) ?? 0;
    if (found !== rows)
      return err({ code: 'E_PACK_INVALID', detail: `${ecosystem}: ${rows} rows stated, ${found} found` });
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return total === pack.header.rows
    ? ok(undefined)
    : err({ code: 'E_PACK_INVALID', detail: `${pack.header.rows} rows stated, ${total} found` });
};
