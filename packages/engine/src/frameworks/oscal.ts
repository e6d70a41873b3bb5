// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  ComplianceAnswer,
  ControlAssessment,
  FrameworkAssessment,
} from '@bartizan/contracts/compliance';
import { sha256 } from '../revision/index.ts';
import type { ReportHead, ReportPart } from './blocks.ts';
import { type ChangeList, changesByAnswer } from './compare.ts';
import { reportWords } from './words.ts';

/** The version of OSCAL that is written; the official schemas of it and of the newest are held against what is. */
export const OSCAL_VERSION = '1.2.1';
const NAMESPACE = 'https://bartizan.dev/ns/oscal';
const TEXT_MAX = 1000;

/** A UUID (version 5 in form) that the same content always gets: a report made twice is the same report. */
function uuidOf(...parts: readonly string[]): string {
  const hex = sha256(parts.join('\n'));
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A token of OSCAL: begins with a letter or low line, without spaces. Numbers such as 1.2.3 get a letter in front. */
const tokenOf = (id: string): string => {
  const plain = id.replaceAll(/[^\p{L}\p{N}.\-_]/gu, '_');
  return /^[\p{L}_]/u.test(plain) ? plain : `c-${plain}`;
};
const iso = (atMs: number): string => new Date(atMs).toISOString();
/** A line of OSCAL: not empty, no space at its ends (also where it is cut), no control characters, no half of a pair. */
const line = (text: string): string =>
  text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, TEXT_MAX)
    .replaceAll(/\p{Cs}/gu, '')
    .trim() || '-';
const prop = (name: string, value: string) => ({ name, ns: NAMESPACE, value: line(value) });

/** OSCAL knows satisfied and not-satisfied only; the reason says which of our states it was. */
function findingOf(control: ControlAssessment, seed: string, head: ReportHead, related: readonly string[]) {
  const { state } = reportWords(head.language);
  return {
    uuid: uuidOf(seed, 'finding', control.id),
    title: line(`${control.id} ${control.title[head.language]}`),
    description: state(control.state),
    props: [
      prop('state', control.state),
      ...(control.isNumberUnverified === true ? [prop('number', 'not-verified')] : []),
      ...(control.evidenceSha256 === undefined ? [] : [prop('evidence-sha256', control.evidenceSha256)]),
    ],
    target: {
      type: 'objective-id',
      'target-id': tokenOf(control.id),
      status: {
        state: control.state === 'met' ? 'satisfied' : 'not-satisfied',
        reason: control.state === 'met' ? 'pass' : control.state === 'unknown' ? 'other' : 'fail',
      },
    },
    ...(related.length === 0
      ? {}
      : { 'related-observations': related.map((uuid) => ({ 'observation-uuid': uuid })) }),
  };
}

const CHANGE_VALUES: Readonly<Record<ChangeList, string>> = {
  newlyFailing: 'newly-failing',
  repaired: 'repaired',
  stillOpen: 'still-open',
  newlyUnknown: 'newly-unknown',
};
const subjectsOf = ({ subject, node }: Pick<ComplianceAnswer, 'subject' | 'node'>) => [
  { 'subject-uuid': uuidOf('subject', subject, node ?? ''), type: 'component', title: line(subject) },
];

interface Around {
  readonly seed: string;
  readonly head: ReportHead;
  readonly changes: ReturnType<typeof changesByAnswer>;
}

function observationOf(answer: ComplianceAnswer, { seed, head: { language }, changes }: Around) {
  const change = changes.of(answer);
  return {
    uuid: uuidOf(seed, 'observation', answer.ref, answer.subject, answer.node ?? '', answer.evidenceSha256),
    title: line(answer.ref),
    description: line(answer.detail[language]),
    methods: ['TEST-AUTOMATED'],
    subjects: subjectsOf(answer),
    collected: iso(answer.at),
    props: [
      prop('outcome', answer.outcome),
      prop('severity', answer.severity),
      prop('evidence-sha256', answer.evidenceSha256),
      ...(change === undefined ? [] : [prop('change', CHANGE_VALUES[change])]),
      ...(answer.accepted === undefined
        ? []
        : [prop('accepted-by', answer.accepted.owner), prop('accepted-until', iso(answer.accepted.until))]),
    ],
  };
}

/** What an earlier run answered and nothing answers now. */
function goneOf(row: Pick<ComplianceAnswer, 'ref' | 'subject' | 'node'>, at: number, { seed, head }: Around) {
  const { word } = reportWords(head.language);
  return {
    uuid: uuidOf(seed, 'gone', row.ref, row.subject, row.node ?? ''),
    title: line(row.ref),
    description: word('noData'),
    methods: ['TEST-AUTOMATED'],
    subjects: subjectsOf(row),
    collected: iso(at),
    props: [prop('outcome', 'unknown'), prop('change', CHANGE_VALUES.newlyUnknown)],
  };
}

function resultOf({ assessment, answers = assessment.answers }: ReportPart, head: ReportHead) {
  const seed = [assessment.id, head.scope, String(head.atMs), assessment.evidenceSha256 ?? ''].join('\n');
  const seen = [...answers];
  const { change } = assessment;
  const around: Around = { seed, head, changes: changesByAnswer(change) };
  const answersByRef = Map.groupBy(seen, ({ ref }) => ref);
  const gone = [...new Set(change?.newlyUnknown.map(({ ref }) => ref))].flatMap((ref) =>
    around.changes.goneOf(ref, answersByRef.get(ref) ?? []),
  );
  const observations = [
    ...seen.map((answer) => observationOf(answer, around)),
    ...gone.map((row) => goneOf(row, change?.beforeAt ?? assessment.at, around)),
  ];
  const byRef = new Map<string, string[]>();
  for (const [n, { ref }] of [...seen, ...gone].entries())
    byRef.set(ref, [...(byRef.get(ref) ?? []), observations[n]?.uuid ?? '']);
  const judged = assessment.controls.filter(({ state }) => state !== 'not-judged');
  const { word } = reportWords(head.language);
  return {
    uuid: uuidOf(seed, 'result'),
    title: line(`${assessment.title[head.language]} (${assessment.edition})`),
    description: line(`${word('limits')}: ${assessment.limits[head.language]}`),
    start: iso(assessment.oldestAt ?? assessment.at),
    end: iso(assessment.at),
    props: [
      prop('scope', head.scope),
      prop('mapping-date', assessment.asOf),
      ...(assessment.numbers === undefined ? [] : [prop('numbers', assessment.numbers[head.language])]),
      ...share('score', assessment.score),
      ...share('coverage', assessment.coverage),
      ...(assessment.evidenceSha256 === undefined
        ? []
        : [prop('evidence-sha256', assessment.evidenceSha256)]),
      ...(assessment.run === undefined ? [] : [prop('run', assessment.run)]),
      ...(change === undefined ? [] : [prop('compared-with', change.before)]),
    ],
    'reviewed-controls': {
      'control-selections': [
        judged.length === 0
          ? { description: word('noData') }
          : { 'include-controls': judged.map(({ id }) => ({ 'control-id': tokenOf(id) })) },
      ],
    },
    ...(observations.length === 0 ? {} : { observations }),
    ...(judged.length === 0
      ? {}
      : {
          findings: judged.map((control) =>
            findingOf(control, seed, head, [
              ...new Set(control.mappings.flatMap(({ ref }) => byRef.get(ref) ?? [])),
            ]),
          ),
        }),
  };
}

const share = (name: string, value: number | undefined) =>
  value === undefined ? [] : [prop(name, `${value} %`)];

/** Frameworks as OSCAL assessment results. What no tool judges is not among the reviewed controls. */
export function reportOscal(parts: readonly ReportPart[], head: ReportHead) {
  const { word } = reportWords(head.language);
  const results = parts.map((part) => resultOf(part, head));
  const [first] = parts;
  return {
    'assessment-results': {
      uuid: uuidOf('assessment-results', ...results.map(({ uuid }) => uuid)),
      metadata: {
        title: line(
          parts.length > 1 ? word('pack') : `${word('report')}: ${titleOf(first?.assessment, head)}`,
        ),
        'last-modified': iso(head.atMs),
        version: iso(head.atMs),
        'oscal-version': OSCAL_VERSION,
        props: [prop('made-by', head.tool), prop('language', head.language)],
      },
      'import-ap': { href: '#', remarks: 'no assessment plan was written for this report' },
      results,
    },
  };
}

const titleOf = (assessment: FrameworkAssessment | undefined, { language }: ReportHead): string =>
  assessment?.title[language] ?? '-';
