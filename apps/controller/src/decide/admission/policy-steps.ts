// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { EntityRepository } from '@bartizan/adapters/store';
import { ok, type Result, type tenantScope } from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';

/** A change that can be taken back. */
export interface Step {
  readonly run: () => Promise<Result<unknown, ApiFailure>>;
  readonly undo: () => Promise<Result<unknown, ApiFailure>>;
}

/** All or nothing: what was written before a failure is written back. */
export async function runSteps(steps: readonly Step[]): Promise<Result<undefined, ApiFailure>> {
  const done: Step[] = [];
  for (const step of steps) {
    done.push(step);
    const ran = await step.run();
    if (ran.ok) continue;
    for (const one of done.reverse()) await one.undo();
    return ran;
  }
  return ok(undefined);
}

/** Writing and removing records of one kind as one step. */
export const stepsIn =
  (scope: ReturnType<typeof tenantScope>) =>
  <T extends { readonly id: string }>(
    repository: EntityRepository<T>,
    before: ReadonlyMap<string, T>,
    records: readonly T[],
    removed: ReadonlySet<string>,
  ): Step => ({
    run: async () => {
      const saved = await repository.put(scope, [...records]);
      return saved.ok ? repository.remove(scope, [...removed]) : saved;
    },
    undo: async () => {
      const touched = [...records.map(({ id }) => id), ...removed];
      const back = await repository.put(
        scope,
        touched.flatMap((id) => before.get(id) ?? []),
      );
      const added = records.map(({ id }) => id).filter((id) => !before.has(id));
      return back.ok ? repository.remove(scope, added) : back;
    },
  });
