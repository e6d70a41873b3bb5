// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionDecision, tenantScope } from '@bartizan/contracts';
import { decisionIdFrom } from '@bartizan/contracts/decision-id';
import {
  all,
  anAdmissionDecision,
  good,
  OWNER,
  openTestStore,
  type TestStore,
} from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

type Verdict = AdmissionDecision['decision']['verdict'];
const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const OTHER = { cluster: OWNER.cluster, tenant: 'second' };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LIMITS = {
  passed: { days: 2, rows: 50 },
  noted: { days: 5, rows: 20 },
  batch: 10,
};

let test: TestStore;
let number = 0;
beforeEach(async () => {
  number = 0;
  test = await openTestStore({ decisions: LIMITS });
});
afterEach(() => test.remove());

/** A decision of now, with an id as the controller makes them. */
function decided(verdict: Verdict, owner = OWNER): AdmissionDecision {
  number += 1;
  const atMs = test.clock.value;
  const id = `${decisionIdFrom(atMs)}${number.toString(16).padStart(12, '0')}`;
  const made = anAdmissionDecision({ ...owner, id, atMs });
  return { ...made, decision: { ...made.decision, verdict } };
}
async function decide(verdict: Verdict, count = 1, owner = OWNER): Promise<void> {
  const items = Array.from({ length: count }, () => decided(verdict, owner));
  good(await test.store.admissionDecisions.put(tenantScope(owner.cluster, owner.tenant), items));
}
/** A round as the controller makes it: batch by batch. */
async function trim(): Promise<number> {
  let removed = 0;
  for (;;) {
    const done = good(await test.store.trimDecisions(test.clock.value));
    expect(done.removed).toBeLessThanOrEqual(LIMITS.batch);
    removed += done.removed;
    if (!done.hasMore) return removed;
  }
}
/** Lets time pass as it does: the store looks at the clock often. */
async function live(ms: number): Promise<number> {
  let removed = 0;
  for (let passed = 0; passed < ms; passed += HOUR_MS) {
    test.clock.value += HOUR_MS;
    removed += await trim();
  }
  return removed;
}
async function kept(owner = OWNER): Promise<Readonly<Partial<Record<Verdict, number>>>> {
  const page = good(
    await test.store.admissionDecisions.list(tenantScope(owner.cluster, owner.tenant), all({ limit: 1000 })),
  );
  const counts: Partial<Record<Verdict, number>> = {};
  for (const { decision } of page.items) counts[decision.verdict] = (counts[decision.verdict] ?? 0) + 1;
  return counts;
}

describe('answers to API servers', () => {
  it('that passed are kept for their days, what was noted for its own, and not a quarter of a day longer', async () => {
    await trim();
    for (const verdict of ['allow', 'alert', 'deny', 'undecided'] as const) await decide(verdict, 3);
    expect(await live(LIMITS.passed.days * DAY_MS)).toBe(0);
    expect(await live(7 * HOUR_MS)).toBe(3);
    expect(await kept()).toEqual({ alert: 3, deny: 3, undecided: 3 });
    const rest = (LIMITS.noted.days - LIMITS.passed.days) * DAY_MS;
    expect(await live(rest - 7 * HOUR_MS)).toBe(0);
    expect(await live(7 * HOUR_MS)).toBe(9);
    expect(await kept()).toEqual({});
  });

  it('are bounded in number, the oldest go, and what passed never pushes out what was refused', async () => {
    await decide('deny', 5);
    await decide('allow', 30);
    test.clock.value += 1000;
    await decide('allow', 45);
    expect(await trim()).toBe(25);
    expect(await kept()).toEqual({ deny: 5, allow: LIMITS.passed.rows });
    const newest = good(await test.store.admissionDecisions.list(SCOPE, all({ limit: 1000 })));
    expect(newest.items.filter(({ atMs }) => atMs === test.clock.value)).toHaveLength(45);
    await decide('deny', 40);
    expect(await trim()).toBe(25);
    expect(await kept()).toEqual({ deny: LIMITS.noted.rows, allow: LIMITS.passed.rows });
  });

  it('of one tenant take no room of another', async () => {
    await decide('allow', 40);
    await decide('allow', 120, OTHER);
    await trim();
    expect([await kept(), await kept(OTHER)]).toEqual([{ allow: 40 }, { allow: LIMITS.passed.rows }]);
  });

  it.each([400 * DAY_MS, -400 * DAY_MS])('stay when the clock jumps by %i ms, and back', async (jumpMs) => {
    await trim();
    await decide('allow');
    await live(3 * HOUR_MS);
    test.clock.value += jumpMs;
    await decide('deny');
    expect(await live(3 * HOUR_MS)).toBe(0);
    test.clock.value -= jumpMs;
    await decide('alert');
    expect(await live(3 * HOUR_MS)).toBe(0);
    expect(await kept()).toEqual({ allow: 1, deny: 1, alert: 1 });
  });

  it('that came while the clock was wrong are not deleted early when it was set back', async () => {
    test.clock.value += 30 * DAY_MS;
    await trim();
    await live(DAY_MS);
    // Set right: what comes now looks older than what was marked before.
    test.clock.value -= 30 * DAY_MS;
    await trim();
    await decide('allow');
    expect(await live(LIMITS.passed.days * DAY_MS)).toBe(0);
    expect(await kept()).toEqual({ allow: 1 });
  });

  it('age on over a restart', async () => {
    await trim();
    await decide('allow');
    await live(DAY_MS + 12 * HOUR_MS);
    test = await test.reopen();
    expect(await live(DAY_MS)).toBe(1);
  });
});
