// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { workloadIdOf } from '@bartizan/adapters/kube';
import {
  type AdmissionViolation,
  type CheckResult,
  type Finding,
  WORKLOAD_KINDS,
  type WorkloadRef,
} from '@bartizan/contracts';
import { findingId } from '@bartizan/engine';
import {
  type AdmissionRequest,
  type AdmissionVerdict,
  type CompiledAdmissionRule,
  joinPatches,
} from '@bartizan/engine/admission';
import type { KnownPolicy } from '../../admission-ports.ts';
import type { Owner } from '../../ports.ts';

const EVIDENCE_MAX = 16;
const NAME_MAX = 253;

const isWorkloadKind = (kind: string): kind is (typeof WORKLOAD_KINDS)[number] =>
  WORKLOAD_KINDS.some((known) => known === kind);

/** What a verdict about an object of the cluster belongs to: its workload, or the object itself. */
export function subjectOf(
  { cluster }: Owner,
  request: Pick<AdmissionRequest, 'group' | 'kind' | 'namespace' | 'name'>,
): WorkloadRef {
  const { kind, namespace, name, group } = request;
  if (isWorkloadKind(kind) && (group === 'apps' || group === 'batch' || group === ''))
    return { workload: workloadIdOf(cluster, { kind, namespace, name }), kind, namespace, name };
  const id = createHash('sha256').update([cluster, group, kind, namespace, name].join('\n')).digest('hex');
  return {
    workload: `o-${id.slice(0, 20)}`,
    kind: 'KubernetesObject',
    namespace,
    name: `${kind}/${name}`.slice(0, NAME_MAX),
  };
}

/** The command that repairs what nobody answers for; nothing where a shell would need care with the text. */
function commandOf(
  { group, resource, kind, namespace, name, object }: AdmissionRequest,
  violations: readonly AdmissionViolation[],
): string | undefined {
  const open = violations.filter(({ state }) => state === 'violated');
  // Each patch is of the object as it is: places in lists are others once one of them was made.
  const patch = joinPatches(
    object,
    open.map((one) => one.patch),
  );
  const text = JSON.stringify(patch);
  if (patch.length === 0 || text.includes("'") || text.length > 3500) return undefined;
  const place = namespace === '' ? '' : ` --namespace ${namespace}`;
  // A kind of somebody else may have the name of one of Kubernetes.
  const isForeign = group.includes('.') && !group.endsWith('.k8s.io');
  return `kubectl patch ${isForeign ? `${resource}.${group}` : kind.toLowerCase()} ${name}${place} --type json --patch '${text}'`;
}

interface Judged {
  readonly owner: Owner;
  readonly request: AdmissionRequest;
  readonly verdict: AdmissionVerdict;
  /** Rules that were asked. */
  readonly asked: readonly CompiledAdmissionRule[];
  readonly policy: KnownPolicy;
  readonly nowMs: number;
}

const fixOf = (
  rule: CompiledAdmissionRule['rule'],
  request: AdmissionRequest,
  violations: readonly AdmissionViolation[],
): Finding['fix'] => {
  const command = commandOf(request, violations);
  return {
    state: 'configuration',
    action: rule.fix?.action ?? rule.description,
    ...(command === undefined ? {} : { command }),
  };
};

/** One verdict a rule: what the scorecard counts. */
export function checksOf({ owner, request, verdict, asked, nowMs }: Judged): CheckResult[] {
  const subject = subjectOf(owner, request);
  return asked.map(({ rule }) => {
    const found = verdict.violations.filter((one) => one.rule === rule.id);
    const outcome = found.some(({ state }) => state !== 'unknown')
      ? 'fail'
      : found.length > 0
        ? 'unknown'
        : 'pass';
    return {
      check: rule.id,
      ...owner,
      subject,
      outcome,
      severity: rule.severity,
      title: rule.title,
      evidence: found.slice(0, EVIDENCE_MAX).map(evidenceOf),
      ...(outcome === 'fail' ? { fix: fixOf(rule, request, found) } : {}),
      owasp: rule.owasp,
      checkedAtMs: nowMs,
    };
  });
}

const evidenceOf = ({ path, actual, missing }: AdmissionViolation): string => {
  if (missing !== undefined) return `${path}: ${missing}`.slice(0, 2000);
  return (actual === undefined ? path : `${path} = ${JSON.stringify(actual)}`).slice(0, 2000);
};

/** Findings of one object: one a rule that it violates. What an exception covers is accepted. */
export function findingsOf(judged: Judged): Finding[] {
  const { owner, request, verdict, asked, policy, nowMs } = judged;
  const subject = subjectOf(owner, request);
  const byId = new Map(asked.map((one) => [one.rule.id, one]));
  return [...new Set(verdict.violations.map(({ rule }) => rule))].flatMap((id): Finding[] => {
    const compiled = byId.get(id);
    const found = verdict.violations.filter((one) => one.rule === id && one.state !== 'unknown');
    const [first] = found;
    if (compiled === undefined || first === undefined) return [];
    const { rule, revision } = compiled;
    const said = found.length === 1 ? first.message : rule.title;
    return [
      {
        id: findingId({ workload: subject.workload, kind: 'policy', cause: id }),
        ...owner,
        kind: 'policy',
        title: { en: said.en.slice(0, 512), ja: said.ja.slice(0, 512) },
        severity: rule.severity,
        subject,
        check: id,
        evidence: found.slice(0, EVIDENCE_MAX).map(evidenceOf),
        why: [
          {
            step: 'check',
            detail: {
              en: `${id}, revision ${revision.slice(0, 12)}`,
              ja: `${id}（版 ${revision.slice(0, 12)}）`,
            },
          },
          ...found.slice(0, EVIDENCE_MAX).map((one) => ({ step: 'path', detail: both(one.path) })),
        ],
        fix: fixOf(rule, request, found),
        owasp: rule.owasp,
        attack: rule.attack,
        ...stateOf(found, policy),
        groupKey: `check:${id}`,
        firstSeenAtMs: nowMs,
        lastSeenAtMs: nowMs,
      },
    ];
  });
}

/** A path is the same in every language. */
const both = (path: string) => ({ en: path.slice(0, 1000), ja: path.slice(0, 1000) });

/** Accepted when somebody answers for every place. */
function stateOf(
  found: readonly AdmissionViolation[],
  { exceptions }: KnownPolicy,
): Pick<Finding, 'state' | 'acceptance'> {
  const excepted = found.every(({ state }) => state === 'excepted');
  const record = exceptions.find(({ id }) => id === found[0]?.exception)?.exception;
  if (!excepted || record === undefined) return { state: 'open' };
  const { id, owner, reason, expiresAtMs } = record;
  return { state: 'accepted', acceptance: { owner, reason, expiresAtMs, exception: id } };
}
