// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { AdvisoryRow, AffectedRange } from '../advisories/row.ts';
import { publicAgainst } from '../versions/pep440.ts';
import type { Comparator, VersionScheme } from '../versions/scheme.ts';

/** How a row judges a version, and by which of its statements. */
export interface RangeVerdict {
  readonly verdict: 'affected' | 'not-affected' | 'unknown';
  /** The statement that decided, in words of the data: `introduced 0, fixed 1.2`. */
  readonly by: LocalText;
  /** The version that ends the range which matched, where it has one. */
  readonly fixedVersion?: string;
}

interface Span {
  readonly from: string;
  readonly fixed?: string;
  readonly last?: string;
}

/** The spans that a list of events describes: each `introduced` opens one, the next end closes it. */
const spansOf = (range: AffectedRange): Span[] => {
  const spans: Span[] = [];
  let from: string | undefined;
  for (const event of range.events) {
    if (event.introduced !== undefined) {
      if (from !== undefined) spans.push({ from });
      from = event.introduced;
    } else if (from !== undefined && (event.fixed !== undefined || event.limit !== undefined)) {
      spans.push({ from, fixed: event.fixed ?? event.limit ?? '' });
      from = undefined;
    } else if (from !== undefined && event.last_affected !== undefined) {
      spans.push({ from, last: event.last_affected });
      from = undefined;
    }
  }
  if (from !== undefined) spans.push({ from });
  return spans;
};

/** A range over everything stands beside a condition in words only because the words could not be turned into one. */
const isOpen = (span: Span): boolean => span.fixed === undefined && span.last === undefined;

const describe = ({ from, fixed, last }: Span): LocalText => {
  if (fixed !== undefined)
    return { en: `introduced ${from}, fixed ${fixed}`, ja: `${from} で混入、${fixed} で修正` };
  return last === undefined
    ? { en: `introduced ${from}, no fix known`, ja: `${from} で混入、既知の修正なし` }
    : { en: `introduced ${from}, last affected ${last}`, ja: `${from} で混入、${last} まで影響` };
};

/**
 * Debian rebuilds `V` for a stable release as `V~debNuM`, which sorts before `V` but holds all of it (Developer's
 * Reference 5.6): a flaw fixed in exactly `V` is fixed there too.
 */
const isRebuildOf = (version: string, fixed: string | undefined): boolean =>
  fixed !== undefined && version.startsWith(fixed) && /^~deb\d+u\d+$/.test(version.slice(fixed.length));

const contains = (
  span: Span,
  version: string,
  test: { scheme: VersionScheme; compare: Comparator; isExclusive: boolean },
): boolean => {
  const isFromStart = span.from === '0' || span.from === '0.0.0-0';
  const fromOrder = isFromStart ? 1 : test.compare(version, span.from);
  if (fromOrder < 0 || (fromOrder === 0 && test.isExclusive)) return false;
  if (span.fixed !== undefined) return test.compare(version, span.fixed) < 0;
  return (
    span.last === undefined || test.compare(publicAgainst(version, span.last, test.scheme), span.last) <= 0
  );
};

/** Judges a version by one row (OSV schema, "Evaluation"): listed versions first, then ranges. */
export const judgeVersion = (
  row: AdvisoryRow,
  version: string,
  { scheme, compare }: { readonly scheme: VersionScheme; readonly compare: Comparator },
): RangeVerdict => {
  const isSame = (other: string): boolean =>
    other === version || compare(other, publicAgainst(version, other, scheme)) === 0;
  if (row.status === 'not_affected') {
    const by = { en: 'the source says: not affected', ja: '情報源によれば影響なし' };
    return { verdict: 'not-affected', by };
  }
  if (row.unaffected?.some(isSame) === true)
    return {
      verdict: 'not-affected',
      by: { en: `listed as not affected: ${version}`, ja: `影響を受けないものとして列挙：${version}` },
    };
  if (row.versions?.includes('*') === true)
    return { verdict: 'affected', by: { en: 'every version', ja: 'すべてのバージョン' } };
  if (row.versions?.some(isSame) === true) {
    const by = { en: `listed version ${version}`, ja: `列挙されたバージョン ${version}` };
    return { verdict: 'affected', by };
  }
  for (const range of row.ranges ?? []) {
    const isExclusive = range.introducedExclusive === true;
    const span = spansOf(range).find((one) => contains(one, version, { scheme, compare, isExclusive }));
    if (span !== undefined && scheme === 'dpkg' && isRebuildOf(version, span.fixed)) {
      const by = {
        en: `a stable rebuild of ${span.fixed}, which has the fix`,
        ja: `修正を含む ${span.fixed} の安定版向け再ビルド`,
      };
      return { verdict: 'not-affected', by };
    }
    if (span !== undefined && (row.conditions === undefined || !isOpen(span))) {
      return {
        verdict: 'affected',
        by: describe(span),
        ...(span.fixed === undefined ? {} : { fixedVersion: span.fixed }),
      };
    }
  }
  // The words of the source, which nobody translated.
  if (row.conditions !== undefined)
    return { verdict: 'unknown', by: { en: row.conditions, ja: `情報源の条件：${row.conditions}` } };
  if (row.ranges === undefined && row.versions === undefined) {
    const by = {
      en: row.status ?? 'the source names no versions',
      ja: row.status === undefined ? '情報源がバージョンを示していない' : `情報源の状態：${row.status}`,
    };
    return { verdict: 'unknown', by };
  }
  return { verdict: 'not-affected', by: { en: 'outside of every range', ja: 'どの範囲にも入らない' } };
};
