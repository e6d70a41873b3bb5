// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, ResponseOf } from '@bartizan/contracts';
import { csvTextField } from '@bartizan/engine/spreadsheet';

export type Advisories = ResponseOf<'advisory.status'>;
type Language = 'en' | 'ja';

/** A report holds this many findings at most; beyond, it says so on its first page. */
export const REPORT_MAX = 5_000;

/** What a report is about: everything that makes it the same report again. */
export interface ReportHead {
  readonly scope: string;
  readonly filter: string;
  readonly advisories: string;
  readonly digest: string;
  readonly generated: string;
  readonly findings: string;
}

/** The package or check that a finding is about. */
export const objectOf = (finding: Pick<Finding, 'package' | 'check' | 'location'>): string => {
  if (finding.package !== undefined) return `${finding.package.name} ${finding.package.version}`;
  if (finding.location !== undefined) return `${finding.location.path}:${finding.location.line}`;
  return finding.check ?? '';
};

/** Where a finding is, as people say it. */
export const placeOf = ({ subject }: Pick<Finding, 'subject'>): string => {
  if (subject.kind === 'Image') return subject.image ?? subject.name;
  return subject.namespace === '' ? subject.name : `${subject.namespace}/${subject.name}`;
};

interface CsvWords {
  /** Names of the head, in the order of its fields. */
  readonly head: Readonly<Record<keyof ReportHead, string>>;
  readonly columns: readonly string[];
  readonly severity: (severity: Finding['severity']) => string;
  readonly date: (atMs: number) => string;
  readonly language: Language;
}

/** The report as a table for spreadsheets: the same head as on paper, then the same findings in the same order. */
export const csvOfReport = (head: ReportHead, findings: readonly Finding[], words: CsvWords): string => {
  const line = (cells: readonly string[]): string => cells.map(csvTextField).join(',');
  const heads = (['scope', 'filter', 'advisories', 'digest', 'generated', 'findings'] as const).map((field) =>
    line([words.head[field], head[field]]),
  );
  const rows = findings.map((finding) =>
    line([
      words.severity(finding.severity),
      finding.title[words.language],
      finding.vulnerability?.id ?? '',
      objectOf(finding),
      placeOf(finding),
      finding.fix.version ?? '',
      finding.fix.action[words.language],
      words.date(finding.firstSeenAtMs),
      finding.id,
    ]),
  );
  return [...heads, '', line(words.columns), ...rows, ''].join('\r\n');
};
