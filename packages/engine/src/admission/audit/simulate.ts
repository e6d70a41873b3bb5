// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionStage, LocalText, Verdict } from '@bartizan/contracts';
import type { AdmissionContext, AdmissionRequest } from '../request.ts';
import { type AdmissionVerdict, judgeAdmission } from '../rules/judge.ts';
import type { AdmissionRuleSet } from '../rules/rule-set.ts';

/** One request that would come out otherwise. */
export interface SimulatedChange {
  readonly request: Pick<
    AdmissionRequest,
    'operation' | 'group' | 'resource' | 'kind' | 'namespace' | 'name'
  >;
  readonly user: string;
  readonly owner: string;
  readonly before: Verdict;
  readonly after: Verdict;
  /** Rules that make the difference. */
  readonly rules: readonly string[];
  readonly message?: LocalText;
}
/** What a draft would change, and for whom. */
export interface BlastRadius {
  /** Revisions of the rules in force and of the draft. */
  readonly revisions: { readonly now: string; readonly draft: string };
  readonly judged: number;
  readonly newlyDenied: number;
  readonly newlyAlerted: number;
  readonly newlyAllowed: number;
  /** Requests that are newly denied. */
  readonly byNamespace: ReadonlyMap<string, number>;
  readonly byOwner: ReadonlyMap<string, number>;
  readonly byUser: ReadonlyMap<string, number>;
  readonly byRule: ReadonlyMap<string, number>;
  /** The first of them, and of those that come out otherwise in another way. */
  readonly examples: readonly SimulatedChange[];
}

const EXAMPLES_MAX = 200;
const NOBODY = '';

const isRefused = ({ decision }: AdmissionVerdict): boolean =>
  decision.verdict === 'deny' || decision.verdict === 'undecided';

const openRules = ({ violations }: AdmissionVerdict): Set<string> =>
  new Set(violations.filter(({ state }) => state !== 'excepted').map(({ rule, mode }) => `${rule} ${mode}`));

function changeOf(
  request: AdmissionRequest,
  before: AdmissionVerdict,
  after: AdmissionVerdict,
): SimulatedChange {
  const old = openRules(before);
  const fresh = [...openRules(after)]
    .filter((rule) => !old.has(rule))
    .map((rule) => rule.split(' ')[0] ?? '');
  const gone = [...old].filter((rule) => !openRules(after).has(rule)).map((rule) => rule.split(' ')[0] ?? '');
  const rules = [...new Set(fresh.length > 0 ? fresh : gone)];
  const message = after.violations.find(({ rule }) => rules.includes(rule))?.message;
  const { operation, group, resource, kind, namespace, name, user, owner } = request;
  return {
    request: { operation, group, resource, kind, namespace, name },
    user: user?.name ?? NOBODY,
    owner: owner ?? `${kind}/${name}`,
    before: before.decision.verdict,
    after: after.decision.verdict,
    rules,
    ...(message === undefined ? {} : { message }),
  };
}

const count = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};

/** Judges objects and recorded requests by the rules in force and by a draft, and tells the difference. */
export function simulateAdmission(
  rules: { readonly now: AdmissionRuleSet; readonly draft: AdmissionRuleSet },
  requests: Iterable<AdmissionRequest>,
  context: AdmissionContext,
  nowMs: number,
  stage: AdmissionStage = 'admission',
): BlastRadius {
  const byNamespace = new Map<string, number>();
  const byOwner = new Map<string, number>();
  const byUser = new Map<string, number>();
  const byRule = new Map<string, number>();
  const examples: SimulatedChange[] = [];
  const counts = { judged: 0, newlyDenied: 0, newlyAlerted: 0, newlyAllowed: 0 };
  for (const request of requests) {
    counts.judged += 1;
    const before = judgeAdmission(rules.now, request, context, nowMs, stage);
    const after = judgeAdmission(rules.draft, request, context, nowMs, stage);
    if (before.decision.verdict === after.decision.verdict) continue;
    const change = changeOf(request, before, after);
    if (examples.length < EXAMPLES_MAX) examples.push(change);
    if (isRefused(after) && !isRefused(before)) {
      counts.newlyDenied += 1;
      count(byNamespace, request.namespace);
      count(byOwner, `${request.namespace}/${change.owner}`);
      if (change.user !== NOBODY) count(byUser, change.user);
      for (const rule of change.rules) count(byRule, rule);
    } else if (isRefused(before) && !isRefused(after)) counts.newlyAllowed += 1;
    else if (after.decision.verdict === 'alert') counts.newlyAlerted += 1;
  }
  return {
    revisions: { now: rules.now.revision, draft: rules.draft.revision },
    ...counts,
    byNamespace,
    byOwner,
    byUser,
    byRule,
    examples,
  };
}
