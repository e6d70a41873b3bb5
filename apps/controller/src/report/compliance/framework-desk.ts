// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AUDIT_PACK_JAPAN, err, failure, ok, type Result, type Scope } from '@bartizan/contracts';
import type {
  ComplianceAnswer,
  Framework,
  FrameworkAssessment,
  FrameworkSummary,
} from '@bartizan/contracts/compliance';
import { assessFramework, changeOfFramework } from '@bartizan/engine/frameworks';
import type { ApiFailure, Owner } from '../../ports.ts';
import { type GatherParts, gatherAnswers, type RunAnswers, runAnswers } from './gather.ts';

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
        } = this.#assess(framework, answers.value.all, wanted);
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
        const assessment = this.#assess(framework, answers.value.all, wanted);
        return before.value === undefined
          ? assessment
          : { ...assessment, change: this.#change(framework, before.value, answers.value.runs, wanted) };
      }),
    );
  }

  async #answers({ scope, owner, run }: Wanted) {
    const ours = await gatherAnswers(this.#parts, scope, owner);
    if (!ours.ok) return ours;
    const runs = await runAnswers(this.#parts, scope, run);
    if (!runs.ok) return runs;
    if (run !== undefined && runs.value.length === 0) return err(failure('E_NOT_FOUND', `${run} is no run`));
    return ok({ all: [...ours.value, ...runs.value.flatMap(({ answers }) => answers)], runs: runs.value });
  }

  async #before({ scope, compare }: Wanted): Promise<Result<RunAnswers | undefined, ApiFailure>> {
    if (compare === undefined) return ok(undefined);
    const runs = await runAnswers(this.#parts, scope, compare);
    if (!runs.ok) return runs;
    const [before] = runs.value;
    return before === undefined ? err(failure('E_NOT_FOUND', `${compare} is no run`)) : ok(before);
  }

  /**
   * Runs hold benchmarks alone: only these are compared. The earlier run is of one node; beside the newest run of that
   * node, whatever others say would look new.
   */
  #change(framework: Framework, before: RunAnswers, runs: readonly RunAnswers[], { run }: Wanted) {
    const after = run === undefined ? runs.filter(({ node }) => node === before.node) : runs;
    return changeOfFramework({
      framework,
      before: before.answers,
      after: after.flatMap(({ answers }) => answers),
      name: before.id,
      beforeAt: before.at,
      keyOf: this.#parts.book.frameworks.keyOf,
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
