// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionRule, err, failure, ok, type Result } from '@bartizan/contracts';
import {
  type AdmissionContext,
  type AdmissionRequest,
  type AdmissionRuleSet,
  admissionCoverage,
  type CoverageReport,
  type CoveredKind,
  reportSimulation,
  simulateAdmission,
} from '@bartizan/engine/admission';
import type {
  AdmissionDesk,
  ControlStatus,
  Coverage,
  RuleCount,
  RuleReach,
  Simulation,
} from '../../admission-ports.ts';
import type { ApiFailure, Clock, ClusterStatus, Owner } from '../../ports.ts';
import { reachOf } from './audited-rules.ts';
import type { ClusterAudit } from './cluster-audit.ts';
import { type CustomFacts, customCoverage } from './custom-coverage.ts';
import type { PolicyBook } from './policy-book.ts';

/** What those tell who follow custom kinds and register webhooks. */
export interface CustomSide {
  readonly facts: () => CustomFacts;
  /** Resources that rules name and API servers are not told to ask about. */
  readonly notAsked: () => readonly string[];
}

interface Parts {
  readonly clock: Clock;
  readonly owner: Owner;
  readonly book: PolicyBook;
  readonly context: AdmissionContext;
  /** Absent: no cluster is watched. */
  readonly audit?: ClusterAudit;
  /** Absent as the audit is. */
  readonly custom?: CustomSide;
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
export class ClusterDesk
  implements Pick<AdmissionDesk, 'simulate' | 'coverage' | 'status' | 'counts' | 'reach'>
{
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  counts = (owner: Owner): ReadonlyMap<string, RuleCount> | undefined => this.#auditFor(owner)?.counts();

  reach = (owner: Owner, rule: AdmissionRule): RuleReach => {
    const { book, kubernetes, custom } = this.#parts;
    const bindings = book.held(owner)?.policy.bindings;
    if (this.#auditFor(owner) === undefined || bindings === undefined) return 'none';
    const known = { status: kubernetes(), custom: custom?.facts() ?? NO_FACTS };
    return reachOf(
      rule,
      bindings.map(({ binding }) => binding),
      known,
    );
  };

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
    const { set } = inForce.value;
    const facts = this.#parts.custom?.facts() ?? NO_FACTS;
    const custom = customCoverage(set, facts);
    // Kinds of which nobody knows what exists are kinds all the same.
    const unseen = facts.kinds.filter(({ group, resource }) =>
      custom.kinds.some((one) => one.resource === `${group}/${resource}` && one.audit !== 'not-asked'),
    );
    const kinds = new Map(
      [...unseen, ...audit.kinds()].map((kind) => [`${kind.group}/${kind.resource}`, kind]),
    );
    const report = admissionCoverage(set, {
      kinds: [...kinds.values()],
      namespaces: [...namespaces.keys()],
    });
    const notAsked = (this.#parts.custom?.notAsked() ?? []).slice(0, NOT_ASKED_MAX);
    return ok({ ...coverageOf(report, audit, { kinds, namespaces, custom }), custom, notAsked });
  };
}

const NOT_ASKED_MAX = 1_000;
const KINDS_MAX = 500;
const NAMESPACES_MAX = 5_000;
const NO_FACTS: CustomFacts = { definitions: 'connecting', kinds: [], leftOut: 0, audits: [] };

interface Covered {
  readonly kinds: ReadonlyMap<string, CoveredKind>;
  readonly namespaces: ReadonlyMap<string, number>;
  readonly custom: Coverage['custom'];
}

function coverageOf(
  { covered }: CoverageReport,
  audit: ClusterAudit,
  { kinds, namespaces, custom }: Covered,
): Pick<Coverage, 'kinds' | 'namespaces'> {
  const strongest = (mine: CoverageReport['covered']) => ({
    rules: Math.max(0, ...mine.map(({ rules }) => rules.audit + rules.warn + rules.enforce)),
    enforced: Math.max(0, ...mine.map(({ rules }) => rules.enforce)),
  });
  const levels = new Map(podSecurityOf(audit.requests()));
  const states = new Map(custom.kinds.map((one) => [one.resource, one]));
  const objectsOf = (name: string, kind: CoveredKind): Pick<Coverage['kinds'][number], 'objects'> => {
    const state = states.get(name);
    if (state !== undefined && state.objects === undefined) return {};
    return { objects: audit.objectsOf(kind) };
  };
  return {
    kinds: [...kinds].slice(0, KINDS_MAX).map(([name, kind]) => ({
      resource: name,
      ...objectsOf(name, kind),
      ...strongest(
        covered.filter(({ group, resource }) => group === kind.group && resource === kind.resource),
      ),
    })),
    namespaces: [...namespaces].slice(0, NAMESPACES_MAX).map(([namespace, objects]) => {
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
