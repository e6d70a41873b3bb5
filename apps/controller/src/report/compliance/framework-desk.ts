// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AUDIT_PACK_JAPAN, err, failure, ok, type Result, type Scope } from '@bartizan/contracts';
import type {
  ComplianceAnswer,
  Framework,
  FrameworkAssessment,
  FrameworkSummary,
} from '@bartizan/contracts/compliance';
import { assessFramework, compareAnswers } from '@bartizan/engine/frameworks';
import type { ApiFailure, Owner } from '../../ports.ts';
import { type GatherParts, gatherAnswers, runAnswers } from './gather.ts';

/** Parts of the audit pack for Japan, in order. */
const JAPAN = ['ismap', 'fisc', 'pci-dss-4'] as const;

export interface Wanted {
  readonly scope: Scope;
  readonly owner: Owner;
  readonly run?: string | undefined;
  readonly compare?: string | undefined;
}

/** How frameworks stand, judged when asked from what is stored. */
export class FrameworkDesk {
  readonly #parts: GatherParts;

  constructor(parts: GatherParts) {
    this.#parts = parts;
  }

  async summaries(wanted: Wanted): Promise<Result<FrameworkSummary[], ApiFailure>> {
    const answers = await this.#answers(wanted);
    if (!answers.ok) return answers;
    return ok(
      this.#parts.book.frameworks.frameworks.map((framework) => {
        const {
          controls,
          answers: _,
          answersTotal,
          change,
          ...summary
        } = this.#assess(framework, answers.value, wanted);
        return summary;
      }),
    );
  }

  /** One framework, or the parts of the audit pack. */
  async assessments(id: string, wanted: Wanted): Promise<Result<FrameworkAssessment[], ApiFailure>> {
    const ids: readonly string[] = id === AUDIT_PACK_JAPAN ? JAPAN : [id];
    const found = ids.flatMap(
      (one) => this.#parts.book.frameworks.frameworks.find((framework) => framework.id === one) ?? [],
    );
    if (found.length !== ids.length) return err(failure('E_NOT_FOUND', `${id} is no framework`));
    const answers = await this.#answers(wanted);
    if (!answers.ok) return answers;
    const before = await this.#before(wanted);
    if (!before.ok) return before;
    return ok(
      found.map((framework) => {
        const assessment = this.#assess(framework, answers.value, wanted);
        return before.value === undefined
          ? assessment
          : { ...assessment, change: this.#change(framework, before.value, answers.value) };
      }),
    );
  }

  async #answers({ scope, owner, run }: Wanted): Promise<Result<ComplianceAnswer[], ApiFailure>> {
    const ours = await gatherAnswers(this.#parts, scope, owner);
    if (!ours.ok) return ours;
    const benchmarks = await runAnswers(this.#parts, scope, run);
    if (!benchmarks.ok) return benchmarks;
    if (!benchmarks.value.found) return err(failure('E_NOT_FOUND', `${run} is no run`));
    return ok([...ours.value, ...benchmarks.value.answers]);
  }

  async #before({ scope, compare }: Wanted) {
    if (compare === undefined) return ok(undefined);
    const run = await runAnswers(this.#parts, scope, compare);
    if (!run.ok) return run;
    return run.value.found
      ? ok({ name: compare, ...run.value })
      : err(failure('E_NOT_FOUND', `${compare} is no run`));
  }

  /** Runs hold benchmarks alone: only these are compared. */
  #change(
    framework: Framework,
    before: { readonly name: string; readonly answers: readonly ComplianceAnswer[]; readonly at?: number },
    after: readonly ComplianceAnswer[],
  ) {
    const { keyOf } = this.#parts.book.frameworks;
    const keys = new Set(framework.controls.flatMap(({ checks }) => checks.map(({ ref }) => keyOf(ref))));
    const mine = ({ ref }: ComplianceAnswer): boolean => ref.startsWith('benchmark:') && keys.has(keyOf(ref));
    return compareAnswers({
      before: before.answers.filter(mine),
      after: after.filter(mine),
      name: before.name,
      keyOf,
      ...(before.at === undefined ? {} : { beforeAt: before.at }),
    });
  }

  #assess(framework: Framework, answers: readonly ComplianceAnswer[], { run }: Wanted): FrameworkAssessment {
    const { book, clock } = this.#parts;
    const { frameworks } = book;
    return assessFramework({
      framework,
      answers,
      atMs: clock.nowMs(),
      titleOf: (ref) => frameworks.titles.get(ref),
      keyOf: frameworks.keyOf,
      ...(run === undefined ? {} : { run }),
    });
  }
}
