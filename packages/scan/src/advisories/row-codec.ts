// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { publicAgainst } from '../versions/pep440.ts';
import type { Comparator, VersionScheme } from '../versions/scheme.ts';
import type { AdvisoryRow, AffectedRange, RangeEvent, Rating } from './row.ts';

/**
 * A row in a group: head (u8) · spans · detail length (u32) · detail (JSON).
 *
 * Head: the number of spans, or 255 when the row cannot be judged by spans alone. A span is a u8 of flags (1: of type
 * SEMVER, 2: fixed, 4: last affected) and one or two texts, each with its length in a u8. The detail is a list by
 * position; texts that rows share are numbers of the pool. What the spans say is not repeated in it.
 */
export const NOT_PLAIN = 255;
const SPAN = { semver: 1, fixed: 2, last: 4 } as const;
/** Flags of a span that has an end. */
export const SPAN_END = SPAN.fixed | SPAN.last;

/** Fields by position in the detail. Only ever appended to. */
const FIELDS = [
  'id',
  'kind',
  'aliases',
  'ranges',
  'versions',
  'unaffected',
  'fixed',
  'status',
  'justification',
  'module',
  'cpes',
  'channel',
  'conditions',
  'rating',
  'summary',
  'published',
  'modified',
  'withdrawn',
  'references',
  'source',
  'licence',
  'confidence',
] as const satisfies readonly (keyof AdvisoryRow)[];
const POOLED: ReadonlySet<string> = new Set([
  'kind',
  'status',
  'justification',
  'module',
  'channel',
  'source',
  'licence',
  'confidence',
]);
/** Places in the detail where a number is not just that of a text: the rating holds two of them in a list. */
export const RATING_PLACE = FIELDS.indexOf('rating');
export const FIXED_PLACE = FIELDS.indexOf('fixed');

/** A row with its fields in one order, so that equal rows are equal texts. */
export const canonicalRow = (row: AdvisoryRow): AdvisoryRow => {
  const result: Record<string, unknown> = {};
  for (const field of FIELDS) if (row[field] !== undefined) result[field] = row[field];
  if (row.rating !== undefined) result['rating'] = canonicalRating(row.rating);
  return result as unknown as AdvisoryRow;
};

const canonicalRating = ({ label, score, vectors, source }: Rating): Rating => ({
  label,
  ...(score === undefined ? {} : { score }),
  ...(vectors === undefined ? {} : { vectors }),
  source,
});

/** Texts of a row that belong into the pool. */
export function* pooledTexts(row: AdvisoryRow): Generator<string> {
  for (const field of FIELDS) {
    const value = row[field];
    if (POOLED.has(field) && typeof value === 'string') yield value;
  }
  if (row.rating !== undefined) {
    yield row.rating.label;
    yield row.rating.source;
  }
}

interface Span {
  readonly flags: number;
  readonly from: string;
  readonly end: string | undefined;
}

const isShortAscii = (text: string): boolean => /^[\x20-\x7e]{1,250}$/.test(text);

const spanOf = (range: AffectedRange): Span | undefined => {
  const [first, second, ...rest] = range.events;
  const isKnownType = range.type === 'SEMVER' || range.type === 'ECOSYSTEM';
  const end = second?.fixed ?? second?.last_affected;
  const isEnd = second === undefined || (end !== undefined && Object.keys(second).length === 1);
  if (!isKnownType || !isEnd || rest.length > 0 || range.introducedExclusive === true) return undefined;
  if (first?.introduced === undefined || Object.keys(first).length !== 1) return undefined;
  if (!isShortAscii(first.introduced) || (end !== undefined && !isShortAscii(end))) return undefined;
  const type = range.type === 'SEMVER' ? SPAN.semver : 0;
  const kind = second === undefined ? 0 : second.fixed === undefined ? SPAN.last : SPAN.fixed;
  return { flags: type | kind, from: first.introduced, end };
};

/** Fields with which a row says something whatever its ranges say. */
const SPEAKING = ['versions', 'unaffected', 'status', 'conditions', 'module', 'cpes', 'withdrawn'] as const;

/** The spans of a row that matches nothing outside of them, under any rule; undefined for every other row. */
const spansOf = (row: AdvisoryRow): Span[] | undefined => {
  if (row.kind !== 'vulnerability' || SPEAKING.some((field) => row[field] !== undefined)) return undefined;
  if (row.ranges === undefined || row.ranges.length > 100 || row.confidence !== undefined) return undefined;
  if (row.fixed?.length === 1 && row.fixed[0] === '0') return undefined;
  const spans = row.ranges.map(spanOf);
  return spans.every((span) => span !== undefined) ? spans : undefined;
};

const fixesOf = (spans: readonly Span[]): string[] => [
  ...new Set(spans.flatMap(({ flags, end }) => ((flags & SPAN.fixed) === 0 ? [] : (end ?? [])))),
];

const isSameList = (left: readonly string[] | undefined, right: readonly string[]): boolean =>
  left !== undefined && left.length === right.length && left.every((text, at) => text === right[at]);

/** Stands in the place of `fixed` where the spans say the same. */
export const AS_SPANS = 1;

const detailOf = (row: AdvisoryRow, spans: readonly Span[] | undefined, pool: Pool): string => {
  const detail = FIELDS.map((field): unknown => {
    const value = row[field];
    if (value === undefined || (field === 'ranges' && spans !== undefined)) return 0;
    if (field === 'fixed' && spans !== undefined && isSameList(row.fixed, fixesOf(spans))) return AS_SPANS;
    if (field === 'rating' && row.rating !== undefined) {
      const { label, score, vectors, source } = row.rating;
      return [pool.numberOf(label), score ?? -1, vectors ?? 0, pool.numberOf(source)];
    }
    return POOLED.has(field) && typeof value === 'string' ? pool.numberOf(value) + 1 : value;
  });
  while (detail.at(-1) === 0) detail.pop();
  return JSON.stringify(detail);
};

/** The texts that rows share, by number. */
export interface Pool {
  numberOf(text: string): number;
}

const short = (text: string): Buffer => Buffer.from([text.length, ...Buffer.from(text, 'latin1')]);

/** Writes one row. */
export const encodeRow = (row: AdvisoryRow, pool: Pool): Buffer => {
  const spans = spansOf(row);
  const detail = Buffer.from(detailOf(row, spans, pool), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(detail.length);
  const parts = (spans ?? []).flatMap(({ flags, from, end }) => [
    Buffer.from([flags]),
    short(from),
    ...(end === undefined ? [] : [short(end)]),
  ]);
  return Buffer.concat([
    Buffer.from([spans === undefined ? NOT_PLAIN : spans.length]),
    ...parts,
    length,
    detail,
  ]);
};

/** What a reader needs to turn numbers of the pool into texts. */
export type PoolText = (number: number) => string;

const rangeOf = ({ flags, from, end }: Span): AffectedRange => {
  const events: RangeEvent[] = [{ introduced: from }];
  if (end !== undefined) events.push((flags & SPAN.fixed) === 0 ? { last_affected: end } : { fixed: end });
  return { type: (flags & SPAN.semver) === 0 ? 'ECOSYSTEM' : 'SEMVER', events };
};

const ratingOf = (value: readonly unknown[], text: PoolText): Rating => {
  const [label, score, vectors, source] = value as [number, number, readonly string[] | 0, number];
  return {
    label: text(label) as Rating['label'],
    ...(score < 0 ? {} : { score }),
    ...(vectors === 0 ? {} : { vectors }),
    source: text(source),
  };
};

const decodeDetail = (json: string, spans: readonly Span[] | undefined, text: PoolText): AdvisoryRow => {
  const detail = JSON.parse(json) as readonly unknown[];
  const row: Record<string, unknown> = {};
  for (const [at, field] of FIELDS.entries()) {
    const value = detail[at];
    if (field === 'ranges' && spans !== undefined) row[field] = spans.map(rangeOf);
    else if (value === undefined || value === 0) continue;
    else if (field === 'fixed' && value === AS_SPANS) row[field] = fixesOf(spans ?? []);
    else if (field === 'rating') row[field] = ratingOf(value as readonly unknown[], text);
    else row[field] = typeof value === 'number' ? text(value - 1) : value;
  }
  return row as unknown as AdvisoryRow;
};

const [QUOTE, COMMA, OPEN, CLOSE, BACKSLASH] = [0x22, 0x2c, 0x5b, 0x5d, 0x5c];

/** The first elements of a list in JSON, as a list. */
function firstOf(list: Buffer, count: number): string {
  let [depth, left, isInText] = [0, count, false];
  for (let at = 0; at < list.length; at += 1) {
    const byte = list[at];
    if (isInText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isInText = false;
    } else if (byte === QUOTE) isInText = true;
    else if (byte === OPEN) depth += 1;
    else if (byte === CLOSE) depth -= 1;
    else if (byte === COMMA && depth === 1) {
      left -= 1;
      if (left === 0) return `${list.toString('utf8', 0, at)}]`;
    }
  }
  return list.toString('utf8');
}

/** The names that a stored row goes by, its id and aliases, without the rest of its detail being read. */
export const namesOf = (detail: Buffer): readonly string[] => {
  const [id, , aliases] = JSON.parse(firstOf(detail, 3)) as [string, unknown?, (readonly string[] | 0)?];
  return aliases === 0 || aliases === undefined ? [id] : [id, ...aliases];
};

/** The version that rows are held against before they are read; without it every row is read. */
export interface VersionTest {
  readonly version: string;
  readonly compare: Comparator;
  readonly scheme?: VersionScheme;
}

const isInside = ({ flags, from, end }: Span, { version, compare, scheme }: VersionTest): boolean => {
  if (from !== '0' && from !== '0.0.0-0' && compare(version, from) < 0) return false;
  if (end === undefined) return true;
  return (flags & SPAN.fixed) === 0
    ? compare(publicAgainst(version, end, scheme), end) <= 0
    : compare(version, end) < 0;
};

/** Reads the rows of a group from `start`. Rows whose spans all leave the version out are passed over unread. */
export const decodeRows = (
  group: Buffer,
  start: number,
  text: PoolText,
  test?: VersionTest,
): AdvisoryRow[] => {
  const rows: AdvisoryRow[] = [];
  let at = start;
  const take = (): string => {
    const end = at + 1 + (group[at] ?? 0);
    const taken = group.toString('latin1', at + 1, end);
    at = end;
    return taken;
  };
  while (at < group.length) {
    const head = group[at] ?? 0;
    at += 1;
    const spans: Span[] = [];
    for (let left = head === NOT_PLAIN ? 0 : head; left > 0; left -= 1) {
      const flags = group[at] ?? 0;
      at += 1;
      const from = take();
      spans.push({ flags, from, end: (flags & SPAN_END) === 0 ? undefined : take() });
    }
    const end = at + 4 + group.readUInt32LE(at);
    const isWanted = head === NOT_PLAIN || test === undefined || spans.some((span) => isInside(span, test));
    if (isWanted)
      rows.push(
        decodeDetail(group.toString('utf8', at + 4, end), head === NOT_PLAIN ? undefined : spans, text),
      );
    at = end;
  }
  return rows;
};
