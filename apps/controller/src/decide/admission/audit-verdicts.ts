// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type CheckResult,
  exactly,
  type Filter,
  ok,
  type Result,
  type Scope,
  tenantScope,
} from '@bartizan/contracts';
import { ACCESS_CHECKS } from '@bartizan/engine/access';
import { type AdmissionContext, type AdmissionRequest, judgeAdmission } from '@bartizan/engine/admission';
import { CLUSTER_CHECKS } from '@bartizan/engine/cluster-posture';
import { isBenchmarkCheck } from '@bartizan/engine/compliance';
import { NETWORK_CHECKS } from '@bartizan/engine/reachability';
import type { ApiFailure, Clock, Owner, Publish } from '../../ports.ts';
import type { FindingLedger } from '../finding-ledger.ts';
import { checksOf, findingsOf, subjectOf } from './audited-object.ts';
import type { PolicyBook } from './policy-book.ts';

export interface VerdictParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly publish: Publish;
  readonly owner: Owner;
  readonly book: PolicyBook;
  readonly findings: FindingLedger;
  readonly context: AdmissionContext;
  /** Knows the checks that agents are asked about: they have the same subjects, and are no rules of admission. */
  readonly knowledge?: { readonly content: { readonly checks: readonly { readonly id: string }[] } };
}
type Written = Result<void, ApiFailure>;
type Asked = ReadonlyMap<string, ReadonlySet<string>>;

const PAGE = 1000;
/** Values of one term of a filter, and how many such terms find room. */
const VALUES_MAX = 100;
const TERMS_MAX = 30;
/** Kinds of subjects that objects of a cluster have. */
const SUBJECTS = [
  ...['Pod', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
  'KubernetesObject',
];
const OTHERS: ReadonlySet<string> = new Set(
  [ACCESS_CHECKS, NETWORK_CHECKS, CLUSTER_CHECKS].flatMap((checks) =>
    Object.values(checks).map(({ id }) => id),
  ),
);

const idOf = ({ check, subject }: CheckResult): string => `${check}|${subject.workload}`;

/** None of these checks; as many of them as find room. */
const noneOf = (checks: readonly string[]): Filter =>
  Array.from({ length: Math.min(TERMS_MAX, Math.ceil(checks.length / VALUES_MAX)) }, (_, at) => ({
    ...exactly('check', ...checks.slice(at * VALUES_MAX, (at + 1) * VALUES_MAX)),
    negated: true,
  }));

/** What the audit of the cluster says, as checks and findings in the store. */
export class AuditVerdicts {
  readonly #parts: VerdictParts;

  constructor(parts: VerdictParts) {
    this.#parts = parts;
  }

  get #scope(): Scope {
    const { cluster, tenant } = this.#parts.owner;
    return tenantScope(cluster, tenant);
  }

  /** Judges objects and keeps the verdicts; what was said of them by rules that are asked no more goes. */
  async write(requests: readonly AdmissionRequest[]): Promise<Written> {
    const { owner, store, findings, publish, book, clock, context } = this.#parts;
    const inForce = await book.inForce(owner);
    if (!inForce.ok) return inForce;
    const { set, policy } = inForce.value;
    const nowMs = clock.nowMs();
    const judged = requests.map((request) => {
      const asked = set
        .planFor(request, 'audit')
        .filter(({ compiled, variants }) => compiled.rule.effect === 'deny' && variants[0]?.mode !== 'off')
        .map(({ compiled }) => compiled);
      const verdict = judgeAdmission(set, request, context, nowMs, 'audit');
      const { workload } = subjectOf(owner, request);
      return { owner, request, verdict, asked, policy, nowMs, workload };
    });
    const saved = await store.checks.put(this.#scope, judged.flatMap(checksOf));
    if (!saved.ok) return saved;
    for (const one of judged) {
      const unjudged = new Set(
        one.verdict.violations.filter(({ state }) => state === 'unknown').map(({ rule }) => rule),
      );
      const replaced = await findings.replace(this.#scope, {
        workload: one.workload,
        kinds: ['policy'],
        found: findingsOf(one),
        isUnjudged: ({ check }) => check !== undefined && unjudged.has(check),
      });
      if (!replaced.ok) return replaced;
      publish({ topic: 'finding', ...owner, data: { workload: one.workload } });
    }
    return this.#removeOthers(
      new Map(judged.map(({ workload, asked }) => [workload, new Set(asked.map(({ rule }) => rule.id))])),
    );
  }

  /** Verdicts about what is gone count no more. Their checks go last: as long as they are there, it is tried again. */
  async forget(workload: string): Promise<Written> {
    const { owner, findings, publish } = this.#parts;
    const fixed = await findings.replace(this.#scope, { workload, kinds: ['policy'], found: [] });
    if (!fixed.ok) return fixed;
    publish({ topic: 'finding', ...owner, data: { workload } });
    return this.#removeOthers(new Map([[workload, new Set()]]));
  }

  /** Subjects that something is stored of, by id, with the kind of the object. */
  async subjects(): Promise<Result<Map<string, string>, ApiFailure>> {
    const known = new Map<string, string>();
    const ofCluster = exactly('workloadKind', ...SUBJECTS);
    const counted = await this.#parts.store.checks.countBy(this.#scope, 'check', {
      filter: [ofCluster],
      limit: PAGE,
    });
    if (!counted.ok) return counted;
    for (const check of [...counted.value.keys()].filter((id) => this.#isOurs(id))) {
      const read = await this.#eachOf([exactly('check', check), ofCluster], ({ subject }) =>
        known.set(
          subject.workload,
          subject.kind === 'KubernetesObject' ? kindIn(subject.name) : subject.kind,
        ),
      );
      if (!read.ok) return read;
    }
    return ok(known);
  }

  #isOurs(check: string): boolean {
    const posture = this.#parts.knowledge?.content.checks ?? [];
    return !OTHERS.has(check) && !isBenchmarkCheck(check) && !posture.some(({ id }) => id === check);
  }

  /** Removes what is stored of subjects by rules that are not asked about them. */
  async #removeOthers(asked: Asked): Promise<Written> {
    const stale: string[] = [];
    // What is asked of many objects is the same: one question for all of those.
    const groups = Map.groupBy(asked, ([, checks]) => [...checks].sort().join());
    for (const group of groups.values()) {
      const filter = [
        exactly('workload', ...group.map(([workload]) => workload)),
        ...noneOf([...(group[0]?.[1] ?? [])]),
      ];
      const read = await this.#eachOf(filter, (result) => {
        const isAsked = asked.get(result.subject.workload)?.has(result.check) === true;
        if (!isAsked && this.#isOurs(result.check)) stale.push(idOf(result));
      });
      if (!read.ok) return read;
    }
    if (stale.length === 0) return ok(undefined);
    const removed = await this.#parts.store.checks.remove(this.#scope, stale);
    return removed.ok ? ok(undefined) : removed;
  }

  async #eachOf(filter: Filter, each: (result: CheckResult) => void): Promise<Written> {
    let cursor: string | undefined;
    do {
      const page = await this.#parts.store.checks.list(this.#scope, {
        filter,
        sort: { field: 'workload', descending: false },
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      for (const result of page.value.items) each(result);
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(undefined);
  }
}

/** Objects that are no workload are named by kind and name. */
const kindIn = (name: string): string => name.split('/')[0] ?? '';
