// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import {
  type AdmissionContext,
  type AdmissionRequest,
  compileAdmissionPolicy,
  judgeAdmission,
  PSS_MINOR_LATEST,
  pssRules,
} from '@bartizan/engine/admission';
import { emitNativePolicies, NATIVE_MINOR, type NativeRule } from '@bartizan/engine/admission-native';
import { describe, expect, it } from 'vitest';
import { report } from '../outside.ts';
import { basePods, mutatedPods, type Pod } from '../pss/pods.ts';
import { faultAt, namespaceFacts, nativeJudge, nativeRequest, workloadRequest } from './requests.ts';

const SEED = 20261128;
const PODS = 10_000;
const NOW_MS = 1_790_000_000_000;

/** The rules that refuse a request by their closures. */
function refusedBy(
  rules: readonly AdmissionRule[],
): (request: AdmissionRequest, context: AdmissionContext) => ReadonlySet<string> {
  const set = compileAdmissionPolicy({ rules });
  if (!set.ok) throw new Error(set.error.detail);
  return (request, context) =>
    new Set(
      judgeAdmission(set.value, request, { ...context, namespace: namespaceFacts }, NOW_MS)
        // An update that leaves the violation as it was is recorded, not refused.
        .violations.filter(({ mode, state }) => mode === 'enforce' && state === 'violated')
        .map(({ rule }) => rule),
    );
}

/** Rules whose policy and closure do not say the same about one of the requests, with the first such request. */
function differences(
  rules: readonly AdmissionRule[],
  native: readonly NativeRule[],
  requests: Iterable<AdmissionRequest>,
): { readonly wrong: readonly string[]; readonly refused: number; readonly judged: number } {
  const closures = refusedBy(rules);
  const judges = native.map((one) => ({ rule: one.rule, judge: nativeJudge(one) }));
  const wrong = new Map<string, string>();
  let refused = 0;
  let judged = 0;
  for (const request of requests) {
    const theirs = closures(request, {});
    const asked = nativeRequest(request);
    for (const { rule, judge } of judges) {
      const denied = judge(asked);
      judged += 1;
      if (denied === true) refused += 1;
      if (denied !== theirs.has(rule) && !wrong.has(rule))
        wrong.set(
          rule,
          `${rule}: policy ${typeof denied === 'string' ? denied : denied ? 'refuses' : 'lets in'} ${JSON.stringify(request)}`,
        );
    }
  }
  return { wrong: [...wrong.values()], refused, judged };
}

/** Mutated pods in all kinds, each created, and every second one also as an update of the one before. */
function* podRequests(count: number): Generator<AdmissionRequest> {
  let turn = 0;
  let before: AdmissionRequest | undefined;
  for (const pod of mutatedPods(basePods(), count, SEED)) {
    const request = workloadRequest(pod, Math.floor(turn / 2));
    yield request;
    if (before !== undefined && turn % 2 === 1)
      yield { ...request, operation: 'UPDATE', oldObject: before.object };
    before = request;
    turn += 1;
  }
}
/** Updates that change something else than what was there before, or nothing. */
function* smallUpdates(count: number): Generator<AdmissionRequest> {
  let turn = 0;
  for (const pod of mutatedPods(basePods(), count, SEED + 1)) {
    const [changed] = mutatedPods([pod], 1, SEED + turn);
    const old = workloadRequest(pod, turn);
    const object = turn % 4 === 0 ? old.object : workloadRequest(changed as Pod, turn).object;
    yield { ...old, operation: 'UPDATE', oldObject: old.object, object };
    turn += 1;
  }
}

describe('rules as policies of the API server', () => {
  it('are all of the Pod Security Standards, in every version', { timeout: 120_000 }, () => {
    for (const level of ['baseline', 'restricted'] as const)
      for (let minor = 0; minor <= PSS_MINOR_LATEST; minor += 1) {
        const rules = pssRules(level, minor);
        const { compiled, notExpressible } = emitNativePolicies(
          { rules },
          { nowMs: 0, fault: faultAt(NATIVE_MINOR) },
        );
        expect(notExpressible).toEqual([]);
        expect(compiled.map(({ rule }) => rule).sort()).toEqual(rules.map(({ id }) => id).sort());
      }
  });

  it.each(['baseline', 'restricted'] as const)(
    'refuse what the closures of %s refuse',
    { timeout: 300_000 },
    (level) => {
      const rules = pssRules(level);
      const { compiled } = emitNativePolicies({ rules }, { nowMs: 0 });
      const created = differences(rules, compiled, podRequests(PODS));
      const updated = differences(rules, compiled, smallUpdates(2000));
      expect([...created.wrong, ...updated.wrong]).toEqual([]);
      expect(created.refused).toBeGreaterThan(PODS);
      expect(updated.refused).toBeGreaterThan(100);
      const judged = created.judged + updated.judged;
      report(`native.pss-${level}`, judged, judged);
    },
  );
});
