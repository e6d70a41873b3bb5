// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type Finding, ok, type Result, type Scope } from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';

/**
 * Findings with the time of watching as it is now: what is stored is as old as the last change. A node that is not heard
 * of watches no more, and its time stands still.
 */
export async function withUseAge(
  store: Store,
  scope: Scope,
  findings: readonly Finding[],
): Promise<Result<Finding[], ApiFailure>> {
  const heard = new Map<string, number>();
  const aged: Finding[] = [];
  for (const finding of findings) {
    const { node, package: found } = finding;
    const sinceMs = found?.use?.sinceMs;
    if (found?.use === undefined || sinceMs === undefined || node === undefined) {
      aged.push(finding);
      continue;
    }
    let untilMs = heard.get(node);
    if (untilMs === undefined) {
      const known = await store.nodes.get(scope, node);
      if (!known.ok) return known;
      untilMs = known.value?.lastSeenAtMs ?? sinceMs;
      heard.set(node, untilMs);
    }
    const observedMs = Math.max(0, Math.round(untilMs - sinceMs));
    aged.push({ ...finding, package: { ...found, use: { ...found.use, observedMs } } });
  }
  return ok(aged);
}
