// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceAnswer, ComplianceChange, FrameworkAssessment } from '@bartizan/contracts/compliance';
import { CHANGE_LISTS } from './compare.ts';
import { earlierRun, type ReportLanguage, reportAge, reportTime, reportWords } from './words.ts';

/** One piece of a printed report, in order. Widths of columns are shares of the page. */
export type ReportBlock =
  | { readonly kind: 'page' }
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string; readonly level: 1 | 2 }
  | { readonly kind: 'text'; readonly text: string; readonly quiet?: boolean }
  | { readonly kind: 'field'; readonly label: string; readonly value: string }
  | { readonly kind: 'columns'; readonly titles: readonly string[]; readonly widths: readonly number[] }
  | { readonly kind: 'row'; readonly cells: readonly string[] };

/** What every report says about itself. */
export interface ReportHead {
  readonly language: ReportLanguage;
  /** Cluster and tenant, or the bundle. */
  readonly scope: string;
  /** Name and version of the program. */
  readonly tool: string;
  readonly atMs: number;
}
/** A framework as it is printed; `answers` may be longer than an assessment holds. */
export interface ReportPart {
  readonly assessment: FrameworkAssessment;
  readonly answers?: Iterable<ComplianceAnswer>;
}

type Words = ReturnType<typeof reportWords>;

/** What a printed list of changes shows; all of them are in CSV and OSCAL. */
const CHANGES_SHOWN = 200;

const scoreText = ({ score }: FrameworkAssessment, { word }: Words): string =>
  score === undefined ? word('noScore') : `${score} %`;
const coverageText = ({ coverage }: FrameworkAssessment, { word }: Words): string =>
  coverage === undefined ? word('noData') : `${coverage} %`;

function* fields(assessment: FrameworkAssessment, head: ReportHead, words: Words): Generator<ReportBlock> {
  const { word } = words;
  const field = (label: string, value: string): ReportBlock => ({ kind: 'field', label, value });
  const { oldestAt, evidenceSha256, run } = assessment;
  yield field(word('scope'), head.scope);
  yield field(word('generated'), reportTime(head.atMs, head.language));
  yield field(
    word('dataDate'),
    oldestAt === undefined ? word('noData') : reportTime(oldestAt, head.language),
  );
  yield field(
    word('age'),
    oldestAt === undefined ? word('noData') : reportAge(head.atMs - oldestAt, head.language),
  );
  yield field(word('hash'), evidenceSha256 ?? word('noData'));
  yield field(word('run'), run ?? word('none'));
  yield field(word('edition'), assessment.edition);
  yield field(word('mapping'), assessment.asOf);
  if (assessment.numbers !== undefined) yield field(word('numbers'), assessment.numbers[head.language]);
  yield field(word('version'), head.tool);
  yield field(word('score'), scoreText(assessment, words));
  yield field(word('coverage'), coverageText(assessment, words));
  const { met, partly, notMet, unknown, notJudged } = assessment.counts;
  const { state } = words;
  yield field(
    word('controls'),
    `${state('met')} ${met} · ${state('partly')} ${partly} · ${state('not-met')} ${notMet} · ${state('unknown')} ${unknown} · ${state('not-judged')} ${notJudged}`,
  );
}

function* changes(change: ComplianceChange, head: ReportHead, words: Words): Generator<ReportBlock> {
  const { word, notShown } = words;
  yield { kind: 'heading', level: 2, text: `${word('change')}: ${earlierRun(change, head.language)}` };
  for (const name of CHANGE_LISTS) {
    const rows = change[name];
    yield { kind: 'text', text: `${word(name)}: ${rows.length === 0 ? word('none') : rows.length}` };
    if (rows.length === 0) continue;
    yield { kind: 'columns', titles: [word('check'), word('subject')], widths: [0.5, 0.5] };
    for (const { ref, subject } of rows.slice(0, CHANGES_SHOWN)) yield { kind: 'row', cells: [ref, subject] };
    if (rows.length > CHANGES_SHOWN)
      yield { kind: 'text', text: notShown(rows.length - CHANGES_SHOWN), quiet: true };
  }
}

function* controls(
  { controls: all }: FrameworkAssessment,
  { language }: ReportHead,
  words: Words,
): Generator<ReportBlock> {
  const { word, state } = words;
  yield { kind: 'heading', level: 2, text: word('controls') };
  yield {
    kind: 'columns',
    titles: [word('control'), word('asks'), word('state'), word('evidence')],
    widths: [0.15, 0.47, 0.17, 0.21],
  };
  for (const control of all)
    yield {
      kind: 'row',
      cells: [
        control.isNumberUnverified === true ? `${control.id} (${word('unverified')})` : control.id,
        control.title[language],
        state(control.state),
        control.mappings.length === 0
          ? '–'
          : `${word('passed')} ${control.passed} / ${word('failed')} ${control.failed} / ${word('unknown')} ${control.unknown}`,
      ],
    };
  yield { kind: 'heading', level: 2, text: word('reason') };
  yield {
    kind: 'columns',
    titles: [word('control'), word('check'), word('reason'), word('state')],
    widths: [0.13, 0.3, 0.43, 0.14],
  };
  for (const control of all)
    for (const mapping of control.mappings)
      yield {
        kind: 'row',
        cells: [control.id, mapping.ref, mapping.reason[language], state(mapping.state)],
      };
}

function* evidence(part: ReportPart, { language }: ReportHead, words: Words): Generator<ReportBlock> {
  const { word, state, severity } = words;
  const { assessment, answers = assessment.answers } = part;
  const accepted = assessment.answers.filter((answer) => answer.accepted !== undefined);
  if (accepted.length > 0) {
    yield { kind: 'heading', level: 2, text: word('exceptions') };
    yield {
      kind: 'columns',
      titles: [word('check'), word('subject'), word('owner'), word('why'), word('until')],
      widths: [0.24, 0.22, 0.14, 0.24, 0.16],
    };
    for (const { ref, subject, accepted: risk } of accepted)
      if (risk !== undefined)
        yield {
          kind: 'row',
          cells: [ref, subject, risk.owner, risk.reason, reportTime(risk.until, language)],
        };
  }
  yield { kind: 'heading', level: 2, text: word('answers') };
  yield {
    kind: 'columns',
    titles: [word('check'), word('subject'), word('outcome'), word('severity'), word('seen'), word('when')],
    widths: [0.26, 0.2, 0.09, 0.08, 0.22, 0.15],
  };
  for (const answer of answers)
    yield {
      kind: 'row',
      cells: [
        answer.ref,
        answer.subject,
        state(answer.outcome),
        severity(answer.severity),
        answer.detail[language],
        reportTime(answer.at, language),
      ],
    };
}

/** Frameworks as one printed document, block by block: nothing is held that has been given out. */
export function* reportBlocks(parts: readonly ReportPart[], head: ReportHead): Generator<ReportBlock> {
  const words = reportWords(head.language);
  const { word } = words;
  yield { kind: 'title', text: parts.length > 1 ? word('pack') : word('report') };
  for (const [n, part] of parts.entries()) {
    const { assessment } = part;
    if (n > 0) yield { kind: 'page' };
    yield { kind: 'heading', level: 1, text: assessment.title[head.language] };
    yield* fields(assessment, head, words);
    yield { kind: 'text', text: word('meaning'), quiet: true };
    yield { kind: 'heading', level: 2, text: word('limits') };
    yield { kind: 'text', text: assessment.limits[head.language] };
    if (assessment.change !== undefined) yield* changes(assessment.change, head, words);
    yield* controls(assessment, head, words);
    yield* evidence(part, head, words);
  }
}
