// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, compact, type JsonObject } from '../../json/fields.ts';
import { cvssScore } from '../cvss.ts';
import { PROPERTY_LIMITS } from '../limits.ts';
import { type AdvisoryRow, boundedList, labelOfScore, RATING_LABELS, type Rating } from '../row.ts';
import { type KeyedRow, readRanges } from './jsonl.ts';
import { ecosystemsNamed } from './osv-ecosystems.ts';

const databaseLabel = (record: JsonObject): Rating['label'] | undefined => {
  const text = asText(asObject(record['database_specific'])?.['severity'])?.toLowerCase();
  return RATING_LABELS.find(
    (label) => label === (text === 'moderate' ? 'medium' : text === 'important' ? 'high' : text),
  );
};

/** Vectors of newer versions of CVSS first; the score is that of the newest we can compute. */
const readOsvRating = (record: JsonObject, affected: JsonObject, source: string): Rating | undefined => {
  const stated = [...asList(affected['severity']), ...asList(record['severity'])].flatMap(
    (item) => asText(asObject(item)?.['score']) ?? [],
  );
  const vectors = stated
    .filter((text) => /^(?:CVSS:|AV:)/.test(text))
    .sort((a, b) => (a > b ? -1 : 1))
    .slice(0, 4);
  const score = vectors.map(cvssScore).find((value) => value !== undefined);
  const label = databaseLabel(record) ?? (score === undefined ? undefined : labelOfScore(score));
  if (label === undefined) return undefined;
  return compact<Rating>({ label, score, vectors: vectors.length > 0 ? vectors : undefined, source });
};

const fixesOf = (ranges: ReturnType<typeof readRanges>): string[] => [
  ...new Set(ranges.flatMap((range) => range.events.flatMap((event) => event.fixed ?? []))),
];

const nonEmpty = <T>(values: T[]): T[] | undefined => (values.length > 0 ? values : undefined);

const toRow = (record: JsonObject, affected: JsonObject, id: string): AdvisoryRow => {
  const source = id.split('-')[0] ?? 'OSV';
  const ranges = readRanges(affected['ranges'], false);
  const hasClosedRange = ranges.some((range) =>
    range.events.some((event) => event.fixed !== undefined || event.last_affected !== undefined),
  );
  return compact<AdvisoryRow>({
    id,
    kind: id.startsWith('MAL-') ? 'malicious' : 'vulnerability',
    // `related` and `upstream` are no aliases, but a distribution names the flaws it fixes there.
    aliases: nonEmpty([
      ...new Set([
        ...boundedList(asList(record['aliases']), 100),
        ...boundedList(asList(record['upstream']), 100),
      ]),
    ]),
    ranges: nonEmpty(ranges),
    // Where the ranges are closed they say the same as the list, in a hundredth of the bytes.
    versions: hasClosedRange ? undefined : nonEmpty(boundedList(asList(affected['versions']))),
    fixed: nonEmpty(fixesOf(ranges)),
    rating: readOsvRating(record, affected, source),
    summary: asText(record['summary']) ?? asText(record['details']),
    published: asText(record['published'])?.slice(0, 10),
    modified: asText(record['modified'])?.slice(0, 10),
    withdrawn: asText(record['withdrawn']),
    references: nonEmpty(
      boundedList(
        asList(record['references']).map((item) => asObject(item)?.['url']),
        PROPERTY_LIMITS.references,
      ),
    ),
    source: `OSV ${source}`,
  });
};

/** Several product lines of OSV may be one namespace: what they say alike about a package is said once. */
const onceEach = (rows: readonly KeyedRow[]): KeyedRow[] => [
  ...new Map(
    rows.map((keyed) => [`${keyed.ecosystem}\t${keyed.name}\t${JSON.stringify(keyed.row)}`, keyed]),
  ).values(),
];

/** Reads one OSV record (OSV schema 1.7): one row for each affected package. Undefined when it is no OSV record. */
export const readOsvRecord = (value: unknown): KeyedRow[] | undefined => {
  const record = asObject(value);
  const id = asText(record?.['id']);
  if (record === undefined || id === undefined || !Array.isArray(record['affected'])) {
    return record !== undefined && id !== undefined && asText(record['withdrawn']) !== undefined
      ? []
      : undefined;
  }
  const rows = asList(record['affected']).flatMap((item): KeyedRow[] => {
    const affected = asObject(item);
    const package_ = asObject(affected?.['package']);
    const stated = asText(package_?.['ecosystem']);
    const name = asText(package_?.['name'], 512);
    if (affected === undefined || stated === undefined || name === undefined) return [];
    const row = toRow(record, affected, id);
    return ecosystemsNamed(stated).map(({ ecosystem, channel }) => ({
      ecosystem,
      name,
      row: channel === undefined ? row : { ...row, channel },
    }));
  });
  return rows.length > 1 ? onceEach(rows) : rows;
};
