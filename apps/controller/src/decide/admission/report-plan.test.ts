// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionRequest,
  compileAdmissionPolicy,
  EMPTY_CONTEXT,
  judgeAdmission,
} from '@bartizan/engine/admission';
import { anAdmissionRule } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import { type HitObject, REPORT_LIMITS, ReportPlanner } from './report-plan.ts';

const rule = anAdmissionRule();
const setOf = () => {
  const compiled = compileAdmissionPolicy({ rules: [rule], bindings: [], exceptions: [] });
  if (!compiled.ok) throw new Error(compiled.error.detail);
  return compiled.value;
};
const set = setOf();
const rules = new Map([[rule.id, rule]]);
const basis = { set, context: EMPTY_CONTEXT, nowMs: 0, rules, limits: REPORT_LIMITS };

function hit(namespace: string, name: string): HitObject {
  const container = { name, image: 'web:1', securityContext: { privileged: true } };
  const request: AdmissionRequest = {
    ...{ operation: 'CREATE', group: '', resource: 'pods', kind: 'Pod', namespace, name, subResource: '' },
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace },
      spec: { containers: [container] },
    },
    owner: name,
  };
  const { violations } = judgeAdmission(set, request, EMPTY_CONTEXT, 0, 'audit');
  return { request, hits: violations.map((one) => ({ rule: one.rule, mode: one.mode, state: one.state })) };
}

describe('the plan of policy reports', () => {
  it('is made anew only for namespaces in which something changed, and for other rules', async () => {
    const planner = new ReportPlanner();
    const [shop, bank] = [hit('shop', 'web'), hit('bank', 'web')];
    const first = await planner.plan([shop, bank], basis);
    expect(first.reports.map(({ namespace }) => namespace)).toEqual(['bank', 'shop']);
    const second = await planner.plan([shop, bank, hit('shop', 'other')], basis);
    expect(second.reports[0]).toBe(first.reports[0]);
    expect(second.reports[1]?.results).toHaveLength(2);
    const third = await planner.plan([shop, bank], { ...basis, set: setOf() });
    expect(third.reports[0]).not.toBe(first.reports[0]);
    expect(third.reports).toEqual(first.reports);
    planner.forget();
    expect((await planner.plan([shop, bank], basis)).reports[0]).not.toBe(third.reports[0]);
  });

  it('lets others in while many sentences are made, and bounds what it holds', async () => {
    const many = Array.from({ length: 700 }, (_, at) => hit('shop', `pod-${String(at).padStart(3, '0')}`));
    let served = 0;
    const serving = setInterval(() => {
      served += 1;
    }, 0);
    const { reports, leftOut } = await new ReportPlanner().plan(many, basis);
    clearInterval(serving);
    expect(served).toBeGreaterThan(0);
    expect([reports[0]?.results.length, reports[0]?.leftOut, leftOut]).toEqual([500, 200, 200]);
    expect(reports[0]?.results[0]?.resources[0]?.name).toBe('pod-000');
    // Well below what an API server takes for an object, 1.5 MB.
    expect(JSON.stringify(reports[0]).length).toBeLessThan(1_000_000);
  });
});
