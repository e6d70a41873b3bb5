// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  ComplianceAnswer,
  ControlAssessment,
  FrameworkAssessment,
} from '@bartizan/contracts/compliance';
import { csvTextField } from '../spreadsheet/index.ts';
import type { ReportHead, ReportPart } from './blocks.ts';
import { type ChangeList, changesByAnswer } from './compare.ts';
import { earlierRun, type ReportLanguage, reportTime, reportWords } from './words.ts';

/** Cells of an answer, where there is none. */
const NOTHING: readonly string[] = Array.from({ length: 8 }, () => '');
const BOM = '\uFEFF';

const line = (cells: readonly string[]): string => `${cells.map(csvTextField).join(',')}\r\n`;

/**
 * A report for spreadsheets: a row for each control, check and subject. UTF-8 with a byte order mark and CRLF, which
 * Excel needs. Each line says scope, date, hash and version, so that one that was copied out still tells where it is from.
 */
export function* reportCsv(parts: readonly ReportPart[], head: ReportHead): Generator<string> {
  const { language } = head;
  const { word } = reportWords(language);
  yield `${BOM}${line([
    word('framework'),
    word('control'),
    word('numbers'),
    word('asks'),
    word('state'),
    word('check'),
    word('reason'),
    word('subject'),
    word('node'),
    word('outcome'),
    word('severity'),
    word('seen'),
    word('when'),
    word('accepted'),
    word('fix'),
    word('scope'),
    word('dataDate'),
    word('generated'),
    word('hash'),
    word('version'),
    word('changed'),
    word('change'),
  ])}`;
  for (const { assessment, answers = assessment.answers } of parts) {
    const byRef = Map.groupBy(answers, ({ ref }) => ref);
    const { oldestAt, evidenceSha256 } = assessment;
    const tail = [
      head.scope,
      oldestAt === undefined ? word('noData') : reportTime(oldestAt, language),
      reportTime(head.atMs, language),
      evidenceSha256 ?? word('noData'),
      head.tool,
    ];
    const { change } = assessment;
    const changes = changesByAnswer(change);
    const earlier = change === undefined ? '' : earlierRun(change, language);
    for (const control of assessment.controls)
      yield* controlLines(control, byRef, { assessment, head, tail, changes, earlier });
  }
}

interface Around {
  readonly assessment: FrameworkAssessment;
  readonly head: ReportHead;
  readonly tail: readonly string[];
  readonly changes: ReturnType<typeof changesByAnswer>;
  /** The run it is compared with; empty: none. */
  readonly earlier: string;
}

/** The lines of one control; one without a check has a line too. */
function* controlLines(
  control: ControlAssessment,
  byRef: ReadonlyMap<string, readonly ComplianceAnswer[]>,
  { assessment, head: { language }, tail, changes, earlier }: Around,
): Generator<string> {
  const { state, word } = reportWords(language);
  // A framework that does not say what its numbers were compared with claims nothing of them.
  const claimed = assessment.numbers === undefined ? '' : word('verified');
  const number = control.isNumberUnverified === true ? word('unverified') : claimed;
  const start = [
    ...[assessment.title[language], control.id, number],
    ...[control.title[language], state(control.state)],
  ];
  const end = (name?: ChangeList): string[] => [...tail, name === undefined ? '' : word(name), earlier];
  if (control.mappings.length === 0) yield line([...start, '', '', ...NOTHING, ...end()]);
  for (const { ref, reason, state: mappingState } of control.mappings) {
    const mine = [...start, ref, reason[language]];
    const found = byRef.get(ref) ?? [];
    const gone = changes.goneOf(ref, found);
    if (found.length + gone.length === 0)
      yield line([...mine, '', '', state(mappingState), ...NOTHING.slice(3), ...end()]);
    for (const one of found) yield line([...mine, ...answerCells(one, language), ...end(changes.of(one))]);
    for (const { subject, node = '' } of gone)
      yield line([...mine, subject, node, state('no-data'), ...NOTHING.slice(3), ...end('newlyUnknown')]);
  }
}

function answerCells(one: ComplianceAnswer, language: ReportLanguage): string[] {
  const { state, severity } = reportWords(language);
  const { accepted } = one;
  return [
    one.subject,
    one.node ?? '',
    state(one.outcome),
    severity(one.severity),
    one.detail[language],
    reportTime(one.at, language),
    accepted === undefined
      ? ''
      : `${accepted.owner}: ${accepted.reason} (${reportTime(accepted.until, language)})`,
    one.fix ?? '',
  ];
}
