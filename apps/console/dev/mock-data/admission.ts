// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import type {
  AdmissionDecision,
  AdmissionRule,
  AdmissionRuleRow,
  AdmissionViolation,
  Finding,
  ResponseOf,
  StoredAdmissionBinding,
  StoredAdmissionException,
} from '@bartizan/contracts';
import { BASE, DAY_MS, MINUTE_MS, NOW_MS, seeded } from './random.ts';

const CONTENT = new URL('../../../../content/admission/', import.meta.url);
const isRule = (value: unknown): value is AdmissionRule =>
  typeof value === 'object' && value !== null && 'id' in value && 'tests' in value;

/** The rules of the product themselves: the console is shown what it will be shown. */
export const RULES: readonly AdmissionRule[] = readdirSync(CONTENT)
  .filter((name) => name.endsWith('.json'))
  .map((name): unknown => JSON.parse(readFileSync(new URL(name, CONTENT), 'utf8')))
  .filter(isRule);

/** A rule as the list shows it; `watched`: a cluster is there to count in. */
export const ruleRow = (
  rule: AdmissionRule,
  index: number,
  { watched, enabled = true, isOwn = false }: { watched: boolean; enabled?: boolean; isOwn?: boolean },
): AdmissionRuleRow => ({
  rule,
  revision: seeded(index + 900).hex(64),
  origin: isOwn ? 'user' : 'built-in',
  enabled,
  modes: enabled ? (index % 4 === 0 ? ['enforce', rule.mode] : [rule.mode]) : ['off'],
  native: index % 3 === 0 ? 'native' : 'webhook-only',
  ...(watched && enabled
    ? { violations: index % 5 === 0 ? index : 0, unknown: index % 11 === 0 ? 2 : 0 }
    : {}),
});

const header = (id: string, revision = 1) =>
  ({
    ...BASE,
    id,
    owner: 'platform',
    origin: 'user',
    revision,
    contentHash: seeded(id.length).hex(64),
    updatedAtMs: NOW_MS - DAY_MS,
  }) as const;

export const storedBinding = (
  binding: StoredAdmissionBinding['binding'],
  position: number,
): StoredAdmissionBinding => ({ ...header(binding.id), position, binding });

const BINDINGS: readonly StoredAdmissionBinding['binding'][] = [
  {
    id: 'binding.shop',
    rules: ['admission.privileged', 'admission.host-pid'],
    namespaces: ['shop', 'shop-*'],
    mode: 'enforce',
  },
  { id: 'binding.system', rules: ['admission.*'], namespaces: ['kube-system'], mode: 'audit' },
];
export const makeBindings = (): StoredAdmissionBinding[] => BINDINGS.map(storedBinding);

export const storedException = (
  exception: StoredAdmissionException['exception'],
): StoredAdmissionException => ({
  ...header(exception.id),
  exception,
  createdBy: 'admin',
  createdAtMs: NOW_MS - 3 * DAY_MS,
});

export const makeAdmissionExceptions = (): StoredAdmissionException[] => [
  storedException({
    id: 'exception.driver',
    rules: ['admission.privileged'],
    namespaces: ['storage'],
    names: ['csi-node'],
    owner: 'storage team',
    reason: 'The driver formats disks; tracked upstream.',
    ticket: 'OPS-812',
    expiresAtMs: NOW_MS + 120 * DAY_MS,
  }),
  storedException({
    id: 'exception.debug',
    rules: ['admission.exec'],
    namespaces: ['shop'],
    owner: 'Aiko',
    reason: 'Incident 4711 is being looked into.',
    expiresAtMs: NOW_MS + 3 * DAY_MS,
  }),
  storedException({
    id: 'exception.old',
    rules: ['admission.host-pid'],
    namespaces: ['*'],
    owner: 'platform',
    reason: 'Move to the new node image.',
    expiresAtMs: NOW_MS - 5 * DAY_MS,
  }),
];

/** One violation, the way the engine tells it. */
export const privileged = (mode: AdmissionViolation['mode'], container: string): AdmissionViolation => ({
  rule: 'admission.privileged',
  revision: seeded(77).hex(64),
  title: { en: 'No container is privileged', ja: '特権コンテナーがない' },
  severity: 'critical',
  mode,
  state: 'violated',
  path: 'spec.containers[0].securityContext.privileged',
  actual: true,
  allowed: 'false',
  message: {
    en: `Container ${container} is privileged`,
    ja: `コンテナー ${container} が特権モードです`,
  },
  patch: [{ op: 'replace', path: '/spec/containers/0/securityContext/privileged', value: false }],
});

export const decision = (index: number, atMs: number): AdmissionDecision => {
  const verdict = (['allow', 'deny', 'allow', 'alert', 'allow'] as const)[index % 5] ?? 'allow';
  const name = ['web', 'api', 'ci-runner', 'worker'][index % 4] ?? 'web';
  return {
    ...BASE,
    id: `ad-${String(index).padStart(4, '0')}`,
    requestUid: `${seeded(index).hex(8)}-${seeded(index + 1).hex(4)}-4000-8000-${seeded(index + 2).hex(12)}`,
    operation: index % 7 === 0 ? 'UPDATE' : 'CREATE',
    resource: 'apps/v1/deployments',
    kind: 'Deployment',
    namespace: index % 3 === 0 ? 'shop' : 'ci',
    name,
    user: index % 2 === 0 ? 'aiko@example.com' : 'system:serviceaccount:argocd:argocd-controller',
    userGroups: ['system:authenticated'],
    dryRun: index % 13 === 0,
    policyRevision: seeded(55).hex(64),
    violations: verdict === 'allow' ? [] : [privileged(verdict === 'deny' ? 'enforce' : 'audit', name)],
    decision: {
      verdict,
      reasons: [],
      nearest: [],
      enforcementPoint: 'api-server',
      elapsedUs: 120 + (index % 40),
    },
    atMs,
  };
};

export const makeDecisions = (): AdmissionDecision[] =>
  Array.from({ length: 80 }, (_, index) => decision(index, NOW_MS - index * 3 * MINUTE_MS));

export const STATUS_OFF: ResponseOf<'admission.status'> = {
  kubernetes: { state: 'off', kinds: [] },
  decisions: {},
  policyRevision: seeded(55).hex(64),
};
export const STATUS: ResponseOf<'admission.status'> = {
  kubernetes: {
    state: 'synced',
    server: '10.96.0.1:443',
    version: 'v1.35.2',
    kinds: [],
    admission: {
      state: 'on',
      port: 9443,
      requestsTotal: 4821,
      deniedTotal: 12,
      failedTotal: 0,
      policyRevision: seeded(55).hex(64),
      record: { waiting: 0, lostTotal: 0 },
      webhooks: [
        { name: 'bartizan-validate', state: 'in-force', failsClosed: true, restoredTotal: 0 },
        { name: 'bartizan-connect', state: 'restored', failsClosed: false, restoredTotal: 2 },
      ],
    },
  },
  decisions: { allow: '4731', alert: '78', deny: '12' },
  policyRevision: seeded(55).hex(64),
};

const quiet = { rules: 0, bindings: 0, exceptions: 0, changes: [], problems: [], problemsTotal: 0 };
/** The product, the console, a push, a directory with a torn file, and the cluster. */
export const SOURCES: ResponseOf<'admission.sources'> = {
  sources: [
    { ...quiet, source: 'built-in', state: 'current', rules: 61 },
    { ...quiet, source: 'federated', state: 'off' },
    { ...quiet, source: 'user', state: 'current', bindings: 2, exceptions: 3 },
    { ...quiet, source: 'gitops', state: 'current' },
    {
      ...quiet,
      source: 'directory',
      state: 'degraded',
      place: '/policies',
      rules: 4,
      revision: seeded(91).hex(64),
      readAtMs: NOW_MS - 2_000,
      changedAtMs: NOW_MS - DAY_MS,
      changes: [{ action: 'update', kind: 'AdmissionRule', id: 'shop.registry' }],
      problems: [
        {
          place: 'rules/labels.yaml:12:3',
          reason: 'Unreadable',
          detail: 'E_YAML_SYNTAX: a value begins where none may stand',
        },
        {
          kind: 'AdmissionRule',
          id: 'admission.exec',
          place: 'rules/exec.yaml:1',
          reason: 'Conflict',
          detail: {
            en: 'the id is taken by the source built-in',
            ja: 'この ID は管理元 built-in が使用しています',
          },
        },
      ],
      problemsTotal: 2,
    },
    {
      ...quiet,
      source: 'crd',
      state: 'current',
      place: '10.96.0.1:443',
      rules: 2,
      exceptions: 1,
      readAtMs: NOW_MS - 4_000,
    },
  ],
};

export const COVERAGE: ResponseOf<'admission.coverage'> = {
  kinds: [
    { resource: '/pods', objects: 214, rules: 71, enforced: 12 },
    { resource: 'apps/deployments', objects: 61, rules: 70, enforced: 12 },
    { resource: 'batch/cronjobs', objects: 9, rules: 70, enforced: 12 },
    { resource: '/configmaps', objects: 180, rules: 0, enforced: 0 },
    { resource: 'example.com/widgets', rules: 0, enforced: 0 },
  ],
  namespaces: [
    { namespace: 'shop', objects: 120, rules: 71, enforced: 12, podSecurity: 'restricted' },
    { namespace: 'ci', objects: 44, rules: 70, enforced: 3, podSecurity: 'baseline' },
    { namespace: 'kube-system', objects: 97, rules: 60, enforced: 0, podSecurity: 'privileged' },
    { namespace: 'sandbox', objects: 3, rules: 0, enforced: 0 },
  ],
  custom: {
    definitions: 'known',
    read: 31,
    leftOut: 0,
    kinds: [
      {
        ...{ resource: 'argoproj.io/rollouts', versions: ['v1alpha1'], found: 'schema', native: true },
        ...{ places: ['spec.template'], open: [], audit: 'followed', objects: 12 },
      },
      {
        ...{ resource: 'example.com/widgets', versions: ['v1', 'v1beta1'], found: 'name', native: false },
        ...{ places: ['spec.template', 'spec.workers[*].template'], open: ['spec.values'] },
        ...{ audit: 'not-permitted', code: 'E_KUBE_NOT_PERMITTED' },
        remedy:
          'kubectl create clusterrole bartizan-reads-widgets.example.com --verb=list,watch --resource=widgets.example.com && kubectl label clusterrole bartizan-reads-widgets.example.com policy.bartizan.dev/read-custom-kinds=true',
      },
      {
        ...{ resource: 'charts.example.com/releases', versions: ['v1'], found: 'none', native: false },
        ...{ places: [], open: ['spec.values'], unread: 'too-large', audit: 'not-asked' },
      },
    ],
  },
  notAsked: ['g9.example/r58', 'g9.example/r59'],
};

/** What a draft of the mock would do. */
export const SIMULATION: ResponseOf<'admission.simulate'> = {
  revisions: { now: seeded(55).hex(64), draft: seeded(56).hex(64) },
  judged: 512,
  objects: 480,
  newlyDenied: 3,
  newlyAlerted: 1,
  newlyAllowed: 0,
  byNamespace: [
    { name: 'ci', count: 2 },
    { name: 'storage', count: 1 },
  ],
  byOwner: [
    { name: 'DaemonSet/csi-node', count: 1 },
    { name: 'Deployment/ci-runner', count: 2 },
  ],
  byUser: [{ name: '', count: 3 }],
  byRule: [{ name: 'admission.privileged', count: 3 }],
  examples: [
    {
      operation: 'CREATE',
      kind: 'Deployment',
      namespace: 'ci',
      name: 'ci-runner',
      owner: 'Deployment/ci-runner',
      user: '',
      before: 'alert',
      after: 'deny',
      rules: ['admission.privileged'],
      message: { en: 'Container runner is privileged', ja: 'コンテナー runner が特権モードです' },
    },
  ],
};

/** What an object of the cluster violates, as a finding. */
export const policyFinding = (like: Finding): Finding => {
  const { vulnerability: _, package: _package, ...base } = like;
  return {
    ...base,
    id: 'f-policy-role',
    kind: 'policy',
    severity: 'medium',
    state: 'open',
    title: {
      en: 'Rule 1 of role edit-all allows every verb',
      ja: 'ロール edit-all のルール 1 がすべての操作を許可しています',
    },
    subject: {
      workload: 'o-0123456789abcdef0123',
      kind: 'KubernetesObject',
      namespace: 'shop',
      name: 'Role/edit-all',
    },
    check: 'admission.role-wildcard-verbs',
    evidence: ['rules[0].verbs = ["*"]'],
    why: [
      { step: 'check', detail: { en: 'admission.role-wildcard-verbs', ja: 'admission.role-wildcard-verbs' } },
    ],
    fix: {
      state: 'configuration',
      action: { en: 'Name the verbs that are needed.', ja: '必要な操作だけを指定してください。' },
      command: `kubectl patch role edit-all --namespace shop --type json --patch '[{"op":"replace","path":"/rules/0/verbs","value":["get"]}]'`,
    },
    groupKey: 'check:admission.role-wildcard-verbs',
  };
};
