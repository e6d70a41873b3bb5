// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type LocalText, severityRank } from '@bartizan/contracts';
import type {
  ComplianceAnswer,
  ControlAssessment,
  ControlCounts,
  ControlState,
  Framework,
  FrameworkAssessment,
  MappingState,
} from '@bartizan/contracts/compliance';
import { sha256 } from '../revision/index.ts';
import { isStale } from './evidence-age.ts';

/** Below this share of judged controls no score is shown. */
const COVERAGE_MIN = 50;

export interface AssessInput {
  readonly framework: Framework;
  readonly answers: readonly ComplianceAnswer[];
  readonly atMs: number;
  readonly maxAgeMs?: number;
  readonly run?: string;
  /** What a reference checks, in words; absent: the reference itself. */
  readonly titleOf?: (ref: string) => LocalText | undefined;
  /** References that ask the same, e.g. in two editions of a benchmark, have the same key. */
  readonly keyOf?: (ref: string) => string;
}

type Mapping = ControlAssessment['mappings'][number];
type Control = Framework['controls'][number];

const share = (part: number, whole: number): number | undefined =>
  whole === 0 ? undefined : Math.floor((100 * part) / whole);
const oldestOf = (times: readonly (number | undefined)[]): number | undefined =>
  times.reduce(
    (oldest, at) => (at === undefined || (oldest !== undefined && oldest <= at) ? oldest : at),
    undefined,
  );

/** SHA-256 over answers, whatever their order was. */
export const evidenceHash = (answers: readonly ComplianceAnswer[]): string =>
  sha256(
    answers
      .map((one) =>
        [one.ref, one.subject, one.node ?? '', one.outcome, one.at, one.evidenceSha256].join('\t'),
      )
      .sort()
      .join('\n'),
  );

class Judge {
  readonly #input: AssessInput;
  readonly #byKey: ReadonlyMap<string, readonly ComplianceAnswer[]>;

  constructor(input: AssessInput) {
    this.#input = input;
    this.#byKey = Map.groupBy(input.answers, ({ ref }) => this.key(ref));
  }

  key(ref: string): string {
    return this.#input.keyOf?.(ref) ?? ref;
  }
  answersTo(ref: string): readonly ComplianceAnswer[] {
    return this.#byKey.get(this.key(ref)) ?? [];
  }
  isStale(answer: ComplianceAnswer): boolean {
    return isStale(answer, this.#input.atMs, this.#input.maxAgeMs);
  }

  mapping({ ref, reason }: Control['checks'][number]): Mapping {
    const answers = this.answersTo(ref);
    const fresh = answers.filter((one) => !this.isStale(one));
    const failing = fresh.filter(({ outcome }) => outcome === 'fail');
    const passed = fresh.filter(({ outcome }) => outcome === 'pass').length;
    const unknown = answers.length - failing.length - passed;
    const title = this.#input.titleOf?.(ref) ?? { en: ref, ja: ref };
    const oldestAt = oldestOf(answers.map(({ at }) => at));
    return {
      ref,
      title: { en: title.en.slice(0, 256), ja: title.ja.slice(0, 256) },
      reason,
      state: this.#state(answers.length, fresh.length, { failed: failing.length, passed, unknown }),
      passed,
      failed: failing.length,
      unknown,
      accepted: failing.filter(({ accepted }) => accepted !== undefined).length,
      ...(oldestAt === undefined ? {} : { oldestAt }),
    };
  }

  #state(
    all: number,
    fresh: number,
    { failed, passed, unknown }: { failed: number; passed: number; unknown: number },
  ): MappingState {
    if (all === 0) return 'no-data';
    if (fresh === 0) return 'stale';
    if (failed > 0) return 'fail';
    return unknown > 0 || passed === 0 ? 'unknown' : 'pass';
  }

  control(control: Control): ControlAssessment {
    const mappings = control.checks.map((check) => this.mapping(check));
    const sum = (pick: (one: Mapping) => number): number =>
      mappings.reduce((total, one) => total + pick(one), 0);
    const answers = control.checks.flatMap(({ ref }) => this.answersTo(ref));
    const passing = mappings.filter(({ state }) => state === 'pass').length;
    const failing = mappings.filter(({ state }) => state === 'fail').length;
    const score = share(passing, passing + failing);
    const coverage = share(passing + failing, mappings.length);
    const oldestAt = oldestOf(mappings.map((one) => one.oldestAt));
    return {
      id: control.id,
      ...(control.isNumberUnverified === true ? { isNumberUnverified: true } : {}),
      title: control.title,
      state: stateOf({ passing, failing, all: mappings.length }),
      ...(score === undefined ? {} : { score }),
      ...(coverage === undefined ? {} : { coverage }),
      passed: sum(({ passed }) => passed),
      failed: sum(({ failed }) => failed),
      unknown: sum(({ unknown }) => unknown),
      accepted: sum(({ accepted }) => accepted),
      mappings,
      ...(answers.length === 0 ? {} : { evidenceSha256: evidenceHash(answers) }),
      ...(oldestAt === undefined ? {} : { oldestAt }),
    };
  }
}

/** A control is met only when everything it stands on was answered: missing evidence is never a pass. */
function stateOf(counts: {
  readonly passing: number;
  readonly failing: number;
  readonly all: number;
}): ControlState {
  const { passing, failing, all } = counts;
  if (all === 0) return 'not-judged';
  if (failing > 0) return passing > 0 ? 'partly' : 'not-met';
  return passing === all ? 'met' : 'unknown';
}

function countsOf(controls: readonly ControlAssessment[]): ControlCounts {
  const of = (state: ControlState): number => controls.filter((control) => control.state === state).length;
  return {
    met: of('met'),
    partly: of('partly'),
    notMet: of('not-met'),
    unknown: of('unknown'),
    notJudged: of('not-judged'),
  };
}

const RANK = { fail: 0, unknown: 1, pass: 2 } as const;

/** Failing answers first, the worst before the rest; the order does not depend on how they came in. */
export const byUrgency = (one: ComplianceAnswer, two: ComplianceAnswer): number =>
  RANK[one.outcome] - RANK[two.outcome] ||
  severityRank(one.severity) - severityRank(two.severity) ||
  (one.ref < two.ref ? -1 : one.ref > two.ref ? 1 : one.subject < two.subject ? -1 : 1);

/** Answers under the references the framework uses; one of another edition says which it was. */
export function answersUnder(
  framework: Framework,
  answers: readonly ComplianceAnswer[],
  keyOf: (ref: string) => string,
): ComplianceAnswer[] {
  const named = new Map<string, Set<string>>();
  for (const { ref } of framework.controls.flatMap(({ checks }) => checks)) {
    const key = keyOf(ref);
    named.set(key, (named.get(key) ?? new Set()).add(ref));
  }
  return answers.flatMap((answer) =>
    [...(named.get(keyOf(answer.ref)) ?? [])].map((ref) =>
      ref === answer.ref
        ? answer
        : {
            ...answer,
            ref,
            detail: {
              en: `${answer.detail.en} (${answer.ref})`.slice(0, 1000),
              ja: `${answer.detail.ja}（${answer.ref}）`.slice(0, 1000),
            },
          },
    ),
  );
}

/** How a framework stands by the answers there are. Pure: the same input gives the same result. */
export function assessFramework(input: AssessInput): FrameworkAssessment {
  const { framework, atMs, run } = input;
  const judge = new Judge(input);
  const controls = framework.controls.map((control) => judge.control(control));
  const counts = countsOf(controls);
  const judged = counts.met + counts.partly + counts.notMet;
  const coverage = share(judged, judged + counts.unknown);
  const score = coverage === undefined || coverage < COVERAGE_MIN ? undefined : share(counts.met, judged);
  const mine = answersUnder(framework, input.answers, (ref) => judge.key(ref)).toSorted(byUrgency);
  const oldestAt = oldestOf(controls.map((control) => control.oldestAt));
  const { id, title, edition, asOf, limits, numbers } = framework;
  return {
    id,
    title,
    edition,
    asOf,
    ...(numbers === undefined ? {} : { numbers }),
    limits,
    at: atMs,
    counts,
    ...(score === undefined ? {} : { score }),
    ...(coverage === undefined ? {} : { coverage }),
    ...(oldestAt === undefined ? {} : { oldestAt }),
    ...(mine.length === 0 ? {} : { evidenceSha256: evidenceHash(mine) }),
    ...(run === undefined ? {} : { run }),
    controls,
    answers: mine.slice(0, 100_000),
    answersTotal: mine.length,
  };
}
