// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import {
  type AdmissionContext,
  type AdmissionRequest,
  type AdmissionRuleSet,
  admissionCoverage,
  type CoverageReport,
  reportSimulation,
  simulateAdmission,
} from '@bartizan/engine/admission';
import type { AdmissionDesk, ControlStatus, Coverage, RuleCount, Simulation } from '../../admission-ports.ts';
import type { ApiFailure, Clock, ClusterStatus, Owner } from '../../ports.ts';
import type { ClusterAudit } from './cluster-audit.ts';
import type { PolicyBook } from './policy-book.ts';

interface Parts {
  readonly clock: Clock;
  readonly owner: Owner;
  readonly book: PolicyBook;
  readonly context: AdmissionContext;
  /** Absent: no cluster is watched. */
  readonly audit?: ClusterAudit;
  /** What is told of the watch and the webhooks, by those who run them. */
  readonly kubernetes: () => ClusterStatus;
  /** Decisions since start, by verdict. */
  readonly verdicts: () => ReadonlyMap<string, number>;
  /** Recent requests of the API servers, judged like what exists. */
  readonly recorded?: () => readonly AdmissionRequest[];
}

const noCluster = (): Result<never, ApiFailure> =>
  err(failure('E_POLICY_NO_CLUSTER', 'there are no objects to judge'));

/** What the policies mean for the cluster: counts, coverage, the effect of a draft. */
export class ClusterDesk implements Pick<AdmissionDesk, 'simulate' | 'coverage' | 'status' | 'counts'> {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  counts = (owner: Owner): ReadonlyMap<string, RuleCount> | undefined => this.#auditFor(owner)?.counts();

  /** The cluster is told of to the tenant it belongs to; to everybody else there is none. */
  #auditFor({ cluster, tenant }: Owner): ClusterAudit | undefined {
    const { audit, owner } = this.#parts;
    return cluster === owner.cluster && tenant === owner.tenant ? audit : undefined;
  }

  status = (owner: Owner): ControlStatus => {
    const { book, kubernetes, verdicts } = this.#parts;
    const policyRevision = book.held(owner)?.policy.revision ?? '';
    if (owner.cluster !== this.#parts.owner.cluster || owner.tenant !== this.#parts.owner.tenant)
      return { kubernetes: { state: 'off', kinds: [] }, decisions: {}, policyRevision };
    return {
      kubernetes: kubernetes(),
      decisions: Object.fromEntries([...verdicts()].map(([verdict, count]) => [verdict, String(count)])),
      policyRevision,
    };
  };

  simulate: AdmissionDesk['simulate'] = async (owner, draft) => {
    const { book } = this.#parts;
    const now = await book.inForce(owner);
    if (!now.ok) return now;
    const drafted = await book.draft(owner, draft);
    if (!drafted.ok) return drafted;
    const simulation = this.effect(owner, now.value.set, drafted.value.set);
    return simulation === undefined ? noCluster() : ok(simulation);
  };

  /** What one set of rules does otherwise than another to what exists and to what was asked lately; undefined: no cluster is watched. */
  effect = (owner: Owner, now: AdmissionRuleSet, draft: AdmissionRuleSet): Simulation | undefined => {
    const { context, clock } = this.#parts;
    const audit = this.#auditFor(owner);
    if (audit === undefined) return undefined;
    const objects = [...audit.requests()];
    const requests = [...objects, ...(this.#parts.recorded?.() ?? [])];
    return reportSimulation(
      simulateAdmission({ now, draft }, requests, context, clock.nowMs()),
      objects.length,
    );
  };

  coverage: AdmissionDesk['coverage'] = async (owner) => {
    const { book } = this.#parts;
    const audit = this.#auditFor(owner);
    if (audit === undefined) return noCluster();
    const inForce = await book.inForce(owner);
    if (!inForce.ok) return inForce;
    const namespaces = audit.namespaces();
    const kinds = audit.kinds();
    const report = admissionCoverage(inForce.value.set, { kinds, namespaces: [...namespaces.keys()] });
    return ok(coverageOf(report, audit, namespaces));
  };
}

function coverageOf(
  { covered }: CoverageReport,
  audit: ClusterAudit,
  namespaces: ReadonlyMap<string, number>,
): Coverage {
  const strongest = (mine: CoverageReport['covered']) => ({
    rules: Math.max(0, ...mine.map(({ rules }) => rules.audit + rules.warn + rules.enforce)),
    enforced: Math.max(0, ...mine.map(({ rules }) => rules.enforce)),
  });
  const levels = new Map(podSecurityOf(audit.requests()));
  return {
    kinds: audit.kinds().map((kind) => ({
      resource: `${kind.group}/${kind.resource}`,
      objects: audit.objectsOf(kind),
      ...strongest(
        covered.filter(({ group, resource }) => group === kind.group && resource === kind.resource),
      ),
    })),
    namespaces: [...namespaces].map(([namespace, objects]) => {
      const podSecurity = levels.get(namespace);
      return {
        namespace,
        objects,
        ...strongest(covered.filter((one) => one.namespace === namespace)),
        ...(podSecurity === undefined ? {} : { podSecurity }),
      };
    }),
  };
}

/** The Pod Security level that each namespace enforces by its label. */
function* podSecurityOf(requests: Iterable<AdmissionRequest>): Iterable<[string, string]> {
  for (const { kind, name, object } of requests) {
    if (kind !== 'Namespace' || typeof object !== 'object' || object === null) continue;
    const metadata: unknown = Reflect.get(object, 'metadata');
    const labels: unknown =
      typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'labels') : undefined;
    const level: unknown =
      typeof labels === 'object' && labels !== null
        ? Reflect.get(labels, 'pod-security.kubernetes.io/enforce')
        : undefined;
    if (typeof level === 'string') yield [name, level.slice(0, 64)];
  }
}
