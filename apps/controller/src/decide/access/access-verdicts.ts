// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import {
  type CheckResult,
  type Finding,
  type LocalText,
  severityRank,
  type WorkloadRef,
} from '@bartizan/contracts';
import { findingId } from '@bartizan/engine';
import {
  ACCESS_CHECKS,
  type AccessCheck,
  accountOf,
  findRisks,
  GRANTING_KINDS,
  type Grant,
  originOf,
  PATH_KINDS,
  type PathStep,
  personOf,
  type Risk,
  subjectName,
} from '@bartizan/engine/access';
import { clusterClaims } from '@bartizan/engine/cluster-posture';
import { isDefaultDeny, NETWORK_CHECKS, narrows } from '@bartizan/engine/reachability';
import type { Owner } from '../../ports.ts';
import type { AccessVerdict } from './access-verdict.ts';
import type { AccessView, Moment } from './cluster-access.ts';
import { exposedVerdicts } from './exposed-paths.ts';

export type { AccessVerdict } from './access-verdict.ts';

const EVIDENCE_MAX = 32;
const ROLE_TEXT_MAX = 1200;
const NONE: LocalText = { en: '', ja: '' };

/** Its own id, apart from what admission rules say about the same object: each replaces only what it said itself. */
function subjectOf({ cluster }: Owner, about: string, namespace: string): WorkloadRef {
  const id = createHash('sha256').update([cluster, 'access', about].join('\n')).digest('hex');
  return {
    workload: `o-${id.slice(0, 20)}`,
    kind: 'KubernetesObject',
    namespace: namespace.slice(0, 253),
    name: about.slice(0, 253),
  };
}

const placeOf = ({
  kind,
  namespace,
  name,
}: Pick<Grant['role'], 'namespace' | 'name'> & { kind: string }): string =>
  `${kind}/${namespace === '' ? '' : `${namespace}/`}${name}`;

/** What is left of the roles when the rules are taken out that give the permissions. */
function smallerRoles(grants: readonly Grant[]): LocalText {
  const roles = new Map(grants.map(({ role }) => [role, new Set<unknown>()]));
  for (const { role, rule } of grants) roles.get(role)?.add(rule);
  const texts = [...roles].map(([role, taken]) => {
    const left = role.rules.filter((rule) => !taken.has(rule));
    const named = placeOf(role);
    const rules = JSON.stringify(
      left.map((rule) => Object.fromEntries(Object.entries(rule).filter(([, values]) => values.length > 0))),
    ).slice(0, ROLE_TEXT_MAX);
    return left.length === 0
      ? {
          en: `nothing of ${named} is left: remove the binding`,
          ja: `${named} には残る規則がないため、バインディングを削除する`,
        }
      : { en: `${named} keeps ${rules}`, ja: `${named} に残す規則：${rules}` };
  });
  const bindings = [...new Set(grants.map(({ binding }) => placeOf(binding)))].slice(0, 8).join(', ');
  return {
    en: `Bind a smaller role by ${bindings}, with the verbs, resources and names that are needed only. Without the risky rules: ${texts.map(({ en }) => en).join('; ')}`.slice(
      0,
      2000,
    ),
    ja: `${bindings} では、必要な動詞・リソース・名前だけを許可する小さいロールをバインドしてください。危険な規則を除いた場合：${texts.map(({ ja }) => ja).join('、')}`.slice(
      0,
      2000,
    ),
  };
}

const grantText = ({ binding, role, rule }: Grant): string =>
  `${placeOf(binding)} → ${placeOf(role)}: ${rule.verbs.join(',')} ${rule.resources.join(',')}`.slice(0, 600);

function riskVerdict(subject: WorkloadRef, risks: readonly Risk[], isWhole: boolean): AccessVerdict {
  const check = ACCESS_CHECKS.risky;
  const given = risks
    .filter((risk) => originOf(risk) === 'given')
    .toSorted(
      (one, two) => severityRank(one.power.pattern.severity) - severityRank(two.power.pattern.severity),
    );
  const [worst] = given;
  if (worst === undefined) {
    const outcome = !isWhole ? 'unknown' : risks.length > 0 ? 'not-applicable' : 'pass';
    return {
      check,
      subject,
      outcome,
      severity: check.severity,
      said: check.title,
      evidence: [],
      action: NONE,
    };
  }
  const { title, severity } = worst.power.pattern;
  const more = given.length - 1;
  return {
    check,
    subject,
    outcome: 'fail',
    severity,
    said: {
      en: `${subject.name}: ${title.en}${more === 0 ? '' : `, and ${more} more`}`,
      ja: `${subject.name}：${title.ja}${more === 0 ? '' : `（ほか ${more} 件）`}`,
    },
    evidence: given.slice(0, EVIDENCE_MAX).map(({ power, grants }) => {
      const where = power.scope === '*' ? 'cluster' : power.scope;
      return `${power.pattern.id} (${where}): ${grants.map(grantText).join('; ')}`.slice(0, 2000);
    }),
    action: smallerRoles(given.flatMap(({ grants }) => grants)),
  };
}

const stepText = ({ from, to, words, grants }: PathStep): string =>
  `${from} → ${to}: ${words.en}${grants.length === 0 ? '' : ` (${grants.map(grantText).join('; ')})`}`.slice(
    0,
    2000,
  );

/** A path is told of who starts it: not of members of a group that is told of, nor of who holds everything already. */
function isToldElsewhere(steps: readonly PathStep[], risks: readonly Risk[]): boolean {
  const [first] = steps;
  if (first === undefined || first.pattern === 'access.member' || steps.length === 1) return true;
  const mine = risks.filter(({ power }) => power.pattern.id === first.pattern);
  return mine.length > 0 && mine.every((risk) => originOf(risk) === 'kubernetes');
}

function pathVerdict(
  subject: WorkloadRef,
  steps: readonly PathStep[] | undefined,
  { risks, unread }: { readonly risks: readonly Risk[]; readonly unread: readonly string[] },
): AccessVerdict {
  const check = ACCESS_CHECKS.path;
  const base = { check, subject, severity: check.severity };
  if (steps === undefined) {
    const known = unread.length === 0;
    const evidence = known ? [] : [`unread: ${unread.join(', ')}`];
    return { ...base, outcome: known ? 'pass' : 'unknown', said: check.title, evidence, action: NONE };
  }
  if (isToldElsewhere(steps, risks))
    return { ...base, outcome: 'not-applicable', said: check.title, evidence: [], action: NONE };
  return {
    ...base,
    outcome: 'fail',
    said: {
      en: `${subject.name} reaches cluster-admin in ${steps.length} steps`,
      ja: `${subject.name} から ${steps.length} 段階で cluster-admin に到達できる`,
    },
    evidence: steps.slice(0, EVIDENCE_MAX).map(stepText),
    action: smallerRoles(steps[0]?.grants ?? []),
  };
}

/** Verdicts about everybody that a binding names, and every service account. */
function* accessVerdicts(owner: Owner, view: AccessView): Generator<AccessVerdict> {
  const isWhole = !GRANTING_KINDS.some((kind) => view.unreadable.includes(kind));
  const unread = PATH_KINDS.filter((kind) => view.unreadable.includes(kind));
  const bySubject = new Map<string, Risk[]>();
  const { accounts } = view.graph.snapshot;
  const named = [
    ...view.graph.subjects().map(subjectName),
    ...accounts.map(({ namespace, name }) => `ServiceAccount/${namespace}/${name}`),
  ];
  for (const name of named) bySubject.set(name, []);
  for (const risk of findRisks(view.graph)) bySubject.get(subjectName(risk.subject))?.push(risk);
  for (const [name, risks] of bySubject) {
    const person = personOf(name, []);
    const subject = subjectOf(owner, name, accountOf(person.user)?.namespace ?? '');
    yield riskVerdict(subject, risks, isWhole);
    const steps = view.paths.from(person);
    const own = person.user === '' && steps?.[0]?.pattern === 'access.member' ? steps.slice(1) : steps;
    // A group that reaches everything only as everybody does is told of as that group.
    const other = person.user === '' && own?.[0] !== undefined && own[0].from !== name;
    yield pathVerdict(subject, other ? [] : own, { risks, unread });
  }
}

const DENY_FIX: LocalText = {
  en: 'Add a NetworkPolicy with an empty podSelector and policyTypes Ingress and Egress, then allow what is needed.',
  ja: 'podSelector が空で policyTypes に Ingress と Egress を持つ NetworkPolicy を追加し、必要な通信だけを許可してください。',
};
const SELECT_FIX: LocalText = {
  en: 'Add a NetworkPolicy that selects these pods and names who may connect to them and where they may connect to.',
  ja: 'これらの Pod を対象とする NetworkPolicy を追加し、接続元と接続先を指定してください。',
};

/** Verdicts about each namespace in which something runs. */
function* networkVerdicts(
  owner: Owner,
  view: AccessView,
  unreadPolicies: readonly string[],
): Generator<AccessVerdict> {
  const pods = Map.groupBy(view.pods(), ({ namespace }) => namespace);
  const unreadPods = view.unreadable.filter((kind) => kind === 'Pod');
  const unread = [...unreadPolicies, ...unreadPods];
  for (const namespace of view.namespaces()) {
    const subject = subjectOf(owner, `Namespace/${namespace}`, namespace);
    const held = (pods.get(namespace) ?? []).filter(({ hostNetwork }) => !hostNetwork);
    const of = (
      check: AccessCheck,
      bad: readonly string[],
      action: LocalText,
      said: LocalText,
    ): AccessVerdict => {
      const idle = held.length === 0 ? 'not-applicable' : bad.length === 0 ? 'pass' : 'fail';
      // A policy that is not read only adds to what holds; a pod that is not read may be one that nothing selects.
      const holds = idle === 'pass' && (check !== NETWORK_CHECKS.selected || unreadPods.length === 0);
      const outcome = unread.length === 0 || holds ? idle : 'unknown';
      const base = { check, subject, outcome, severity: check.severity } as const;
      return outcome === 'fail'
        ? { ...base, said, evidence: bad.slice(0, EVIDENCE_MAX), action }
        : {
            ...base,
            said: check.title,
            evidence: outcome === 'unknown' ? [`unread: ${unread.join(', ')}`] : [],
            action: NONE,
          };
    };
    const isDenied = view.policies.some(
      (policy) => policy.namespace === namespace && isDefaultDeny(policy, 'ingress'),
    );
    yield of(NETWORK_CHECKS.deny, isDenied ? [] : [`${held.length} pods in ${namespace}`], DENY_FIX, {
      en: `${namespace} has no default deny for traffic into it`,
      ja: `${namespace} には受信通信の既定拒否がない`,
    });
    const open = held.filter(
      (pod) =>
        !view.reachability
          .selecting(pod)
          .some((policy) => narrows(policy, 'ingress') || narrows(policy, 'egress')),
    );
    yield of(
      NETWORK_CHECKS.selected,
      open.map(({ name }) => `${namespace}/${name}`),
      SELECT_FIX,
      {
        en: `No network policy selects ${open.length} of ${held.length} pods in ${namespace}`,
        ja: `${namespace} の Pod ${held.length} 個のうち ${open.length} 個がどのネットワークポリシーの対象にもなっていない`,
      },
    );
  }
}

/** Verdicts about secrets, exposure, the cloud and versions. */
function* postureVerdicts(owner: Owner, view: AccessView, moment: Moment): Generator<AccessVerdict> {
  for (const { check, about, namespace, outcome, said, evidence, action } of clusterClaims(
    view.claimSource(moment),
  ))
    yield {
      ...{ check, outcome, said, action },
      subject: subjectOf(owner, about, namespace),
      severity: check.severity,
      evidence: evidence.map((one) => one.slice(0, 2000)),
    };
}

/** Everything that is said about access, reachability and posture of the cluster now. */
export const verdictsOf = (
  owner: Owner,
  view: AccessView,
  known: { readonly unread: readonly string[]; readonly moment: Moment },
): AccessVerdict[] => [
  ...accessVerdicts(owner, view),
  ...exposedVerdicts(view, {
    subjectOf: (about, namespace) => subjectOf(owner, about, namespace),
    stepText,
  }),
  ...networkVerdicts(owner, view, known.unread),
  ...postureVerdicts(owner, view, known.moment),
];

const fixOf = ({ action }: AccessVerdict): Finding['fix'] => ({ state: 'configuration', action });

export const checkOf = (owner: Owner, verdict: AccessVerdict, nowMs: number): CheckResult => ({
  check: verdict.check.id,
  ...owner,
  subject: verdict.subject,
  outcome: verdict.outcome,
  severity: verdict.check.severity,
  title: verdict.check.title,
  evidence: [...verdict.evidence],
  ...(verdict.outcome === 'fail' ? { fix: fixOf(verdict) } : {}),
  owasp: verdict.check.owasp,
  checkedAtMs: nowMs,
});

export const findingOf = (owner: Owner, verdict: AccessVerdict, nowMs: number): Finding => {
  const { check, subject, said, evidence, severity } = verdict;
  return {
    id: findingId({ workload: subject.workload, kind: 'policy', cause: check.id }),
    ...owner,
    kind: 'policy',
    title: { en: said.en.slice(0, 512), ja: said.ja.slice(0, 512) },
    severity,
    subject,
    check: check.id,
    evidence: [...evidence],
    why: [{ step: 'check', detail: { en: check.title.en, ja: check.title.ja } }],
    fix: fixOf(verdict),
    owasp: check.owasp,
    attack: [...check.attack],
    state: 'open',
    groupKey: `check:${check.id}`,
    firstSeenAtMs: nowMs,
    lastSeenAtMs: nowMs,
  };
};
