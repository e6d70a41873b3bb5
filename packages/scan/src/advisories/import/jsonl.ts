// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asNumber, asObject, asText, compact, type JsonObject } from '../../json/fields.ts';
import { PROPERTY_LIMITS } from '../limits.ts';
import {
  type AdvisoryRow,
  type AffectedRange,
  boundedList,
  type CveFacts,
  labelOfScore,
  RATING_LABELS,
  type Rating,
  type RatingLabel,
} from '../row.ts';

/** A row with the key it is stored under. */
export interface KeyedRow {
  readonly ecosystem: string;
  readonly name: string;
  readonly row: AdvisoryRow;
}

const readLabel = (value: unknown): RatingLabel | undefined => {
  const text = asText(value)?.toLowerCase();
  if (text === 'moderate') return 'medium';
  if (text === 'important') return 'high';
  return RATING_LABELS.find((label) => label === text);
};

/** Reads `{label, score, cvss, source}`; undefined when it rates nothing. */
export const readRating = (value: unknown, fallbackSource: string): Rating | undefined => {
  const severity = asObject(value);
  if (severity === undefined) return undefined;
  const score = asNumber(severity['score']);
  const isScore = score !== undefined && score >= 0 && score <= 10;
  const label = readLabel(severity['label']) ?? (isScore ? labelOfScore(score) : undefined);
  if (label === undefined) return undefined;
  const vectors = boundedList(asList(severity['cvss']), 4);
  return compact<Rating>({
    label,
    score: isScore ? score : undefined,
    vectors: vectors.length > 0 ? vectors : undefined,
    source: asText(severity['source']) ?? fallbackSource,
  });
};

const EVENT_KEYS = ['introduced', 'fixed', 'last_affected', 'limit'] as const;

/** Reads OSV ranges; ranges over commits are left out, since no package version can be held against them. */
export const readRanges = (value: unknown, isExclusive: boolean): AffectedRange[] => {
  const ranges: AffectedRange[] = [];
  for (const item of asList(value).slice(0, PROPERTY_LIMITS.listItems)) {
    const range = asObject(item);
    const type = asText(range?.['type']);
    if (range === undefined || type === undefined || type === 'GIT') continue;
    const events = asList(range['events'])
      .slice(0, PROPERTY_LIMITS.rangeEvents)
      .flatMap((entry) =>
        EVENT_KEYS.flatMap((key) => {
          const version = asText(asObject(entry)?.[key]);
          return version === undefined ? [] : [{ [key]: version }];
        }),
      );
    if (events.length > 0)
      ranges.push(isExclusive ? { type, events, introducedExclusive: true } : { type, events });
  }
  return ranges;
};

const readVersions = (record: JsonObject): { versions?: string[]; conditions?: string } => {
  const versions = record['versions'];
  if (versions === '*') return { versions: ['*'] };
  if (versions === 'unknown')
    return { conditions: 'the source names the package without its affected versions' };
  const listed = boundedList(asList(versions));
  return listed.length > 0 ? { versions: listed } : {};
};

const readConditions = (value: unknown): string | undefined =>
  asText(value) ?? asText(boundedList(asList(value), 20).join(', '));

const kindOf = (record: JsonObject, isMalicious: boolean): AdvisoryRow['kind'] => {
  if (isMalicious) return 'malicious';
  return record['informational'] === 'unmaintained' || record['informational'] === 'notice'
    ? 'notice'
    : 'vulnerability';
};

/** CPEs decide only where they name content sets of rpm packages. */
const isRpm = (purl: unknown): boolean => typeof purl === 'string' && purl.startsWith('pkg:rpm/');

const nonEmpty = <T>(values: T[]): T[] | undefined => (values.length > 0 ? values : undefined);

/** Reads one line of an advisory file: `{id, ecosystem, package, ranges, versions, severity, ...}`. */
export const readAdvisoryRecord = (value: unknown, isMalicious: boolean): KeyedRow | undefined => {
  const record = asObject(value);
  const id = asText(record?.['id']);
  const ecosystem = asText(record?.['ecosystem']);
  const name = asText(record?.['package']);
  if (record === undefined || id === undefined || ecosystem === undefined || name === undefined)
    return undefined;
  const source = asText(record['source']) ?? 'unknown';
  const row = compact<AdvisoryRow>({
    id,
    kind: kindOf(record, isMalicious),
    aliases: nonEmpty(boundedList(asList(record['aliases']), 100)),
    ranges: nonEmpty(readRanges(record['ranges'], record['introduced_exclusive'] === true)),
    versions: readVersions(record).versions,
    unaffected: nonEmpty([
      ...boundedList(asList(record['unaffected_versions'])),
      ...boundedList(asList(record['excludes'])),
    ]),
    fixed: nonEmpty(boundedList(asList(record['fixed']), 100)),
    status: asText(record['status']),
    justification: asText(record['justification'], 120),
    module: asText(record['module'], 120),
    cpes: isRpm(record['purl']) ? nonEmpty(boundedList(asList(record['cpes']), 50)) : undefined,
    channel: asText(record['suite'], 64) ?? asText(record['channel'], 64) ?? asText(record['repo'], 64),
    conditions: readConditions(record['affected_expr']) ?? readVersions(record).conditions,
    rating: readRating(record['severity'], source),
    summary: asText(record['summary']),
    published: asText(record['published'])?.slice(0, 10),
    modified: validDate(asText(record['modified'])),
    withdrawn: asText(record['withdrawn']),
    references: nonEmpty(boundedList(asList(record['references']), PROPERTY_LIMITS.references)),
    source,
    licence: asText(record['license'], 120),
    confidence: record['confidence'] === undefined ? undefined : 'low',
  });
  return { ecosystem, name, row };
};

/** A date of year 1 is how some feeds write "not known". */
const validDate = (text: string | undefined): string | undefined =>
  text === undefined || text.startsWith('0001') ? undefined : text.slice(0, 10);

/** Reads one line of a severity file: `{cve, score, label, cvss, source}`. */
export const readSeverityRecord = (value: unknown): { cve: string; facts: CveFacts } | undefined => {
  const record = asObject(value);
  const cve = asText(record?.['cve']);
  const rating = readRating(record, 'unknown');
  return cve === undefined || rating === undefined ? undefined : { cve, facts: { rating } };
};

/** Reads one line of a known-exploited file: `{cve, date_added, due, ransomware, name}`. */
export const readKevRecord = (value: unknown): { cve: string; facts: CveFacts } | undefined => {
  const record = asObject(value);
  const cve = asText(record?.['cve']);
  const addedOn = asText(record?.['date_added']);
  if (record === undefined || cve === undefined || addedOn === undefined) return undefined;
  const kev = compact<NonNullable<CveFacts['kev']>>({
    addedOn,
    dueOn: asText(record['due']),
    isRansomware: record['ransomware'] === true,
    name: asText(record['name']),
  });
  return { cve, facts: { kev } };
};

/** Reads one line of an EPSS file in JSON: `{cve, epss, percentile, date}`. */
export const readEpssRecord = (value: unknown): { cve: string; facts: CveFacts } | undefined => {
  const record = asObject(value);
  const cve = asText(record?.['cve']);
  const probability = Number(record?.['epss']);
  const percentile = Number(record?.['percentile']);
  const scoredOn = asText(record?.['date']);
  const isUnit = (number: number): boolean => number >= 0 && number <= 1;
  if (cve === undefined || scoredOn === undefined || !isUnit(probability) || !isUnit(percentile))
    return undefined;
  return { cve, facts: { epss: { probability, percentile, scoredOn } } };
};
