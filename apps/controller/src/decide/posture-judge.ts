// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type CheckResult,
  type Finding,
  type Lifecycle,
  ok,
  type PostureCheck,
  type PostureFacts,
  type Result,
  tenantScope,
} from '@bartizan/contracts';
import { checkToFinding, evaluateChecks, readWireFacts } from '@bartizan/engine';
import { isBenchmarkCheck } from '@bartizan/engine/compliance';
import type { ApiFailure, Clock, Owner, Publish } from '../ports.ts';
import type { FindingLedger } from './finding-ledger.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly publish: Publish;
  readonly findings: FindingLedger;
  readonly checks: () => readonly PostureCheck[];
  readonly lifecycle: () => Lifecycle | undefined;
}

/** Judges the posture of a host or container whenever its facts arrive. */
export class PostureJudge {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Evaluates all checks of a subject and keeps verdicts and findings. */
  async judge(owner: Owner, report: PostureFacts): Promise<Result<void, ApiFailure>> {
    const { store, clock, findings, publish } = this.#parts;
    const scope = tenantScope(owner.cluster, owner.tenant);
    const { facts, unknown } = readWireFacts(report.facts, report.unknown);
    const lifecycle = this.#parts.lifecycle();
    const checks = this.#parts.checks();
    const results = evaluateChecks(
      checks,
      {
        ...owner,
        subject: report.subject,
        facts,
        unknown,
        ...(lifecycle === undefined ? {} : { lifecycle }),
      },
      clock.nowMs(),
    );
    const saved = await store.checks.put(scope, results);
    if (!saved.ok) return saved;
    const replaced = await findings.replace(scope, {
      workload: report.subject.workload,
      kinds: ['posture', 'end-of-life'],
      isOurs: ({ check }) => check === undefined || !isBenchmarkCheck(check),
      found: findingsOf(checks, results),
      isUnjudged: (finding) =>
        results.some((result) => result.check === finding.check && result.outcome === 'unknown'),
    });
    if (!replaced.ok) return replaced;
    publish({ topic: 'finding', ...owner, data: { workload: report.subject.workload } });
    return ok(undefined);
  }
}

function findingsOf(checks: readonly PostureCheck[], results: readonly CheckResult[]): Finding[] {
  const byId = new Map(checks.map((check) => [check.id, check]));
  return results.flatMap((result) => {
    const check = byId.get(result.check);
    const finding = check === undefined ? undefined : checkToFinding(check, result);
    return finding === undefined ? [] : [finding];
  });
}
