// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import type { AgentEvent, CheckResult, Finding, ResponseOf, Scope } from '@bartizan/contracts';
import type { Frozen } from './route-handler.ts';
import { answers, refuse, reply } from './route-handler.ts';

type Explanation = Frozen<ResponseOf<'explain.show'>>;
type Security = Extract<AgentEvent, { kind: 'security' }>;

interface Parts {
  readonly store: Store;
}

const shown = (value: unknown): string =>
  (Array.isArray(value) ? value.join(', ') : String(value)).slice(0, 16_384);

function ofEvent(event: Security): Explanation {
  const comparisons = event.decision.reasons.flatMap((reason) => reason.comparisons);
  return {
    id: event.id,
    subject: 'event',
    sentence: event.message,
    decision: event.decision,
    steps: event.decision.reasons.slice(0, 64).map((reason) => {
      const held = reason.comparisons
        .map((one) => `${one.field} ${one.operator} ${shown(one.expected)}`)
        .join('; ');
      const revision = reason.revision.slice(0, 12);
      return {
        step: 'rule',
        detail: {
          en: `${reason.rule}, revision ${revision}: ${held}`.slice(0, 1000),
          ja: `${reason.rule}（版 ${revision}）：${held}`.slice(0, 1000),
        },
      };
    }),
    facts: comparisons
      .filter((one) => one.actual !== undefined)
      .slice(0, 128)
      .map((one) => ({ name: one.field, value: shown(one.actual) })),
  };
}

const ofFinding = (finding: Finding): Explanation => ({
  id: finding.id,
  subject: 'finding',
  sentence: finding.title,
  steps: finding.why.map((step) => ({ ...step })),
  facts: finding.evidence.slice(0, 128).map((value, at) => ({ name: `evidence ${at + 1}`, value })),
});

const ofCheck = (id: string, result: CheckResult): Explanation => ({
  id,
  subject: 'check',
  sentence: result.title,
  steps: [{ step: result.outcome, detail: { en: result.check, ja: result.check } }],
  facts: result.evidence.slice(0, 128).map((value, at) => ({ name: `evidence ${at + 1}`, value })),
});

/** Why something was judged so: events, findings and check results by id. */
export const explainHandlers = ({ store }: Parts) => ({
  'explain.show': answers('explain.show', async ({ scope, params }) => {
    const event = await store.events.get(scope, params.id);
    if (!event.ok) return event;
    if (event.value?.kind === 'security') return reply(ofEvent(event.value));
    const finding = await store.findings.get(scope, params.id);
    if (!finding.ok) return finding;
    if (finding.value !== undefined) return reply(ofFinding(finding.value));
    return checkOrNothing(store, scope, params.id);
  }),
});

async function checkOrNothing(store: Store, scope: Scope, id: string) {
  const check = await store.checks.get(scope, id);
  if (!check.ok) return check;
  return check.value === undefined
    ? refuse('E_NOT_FOUND', `nothing here has the id ${id}`)
    : reply(ofCheck(id, check.value));
}
