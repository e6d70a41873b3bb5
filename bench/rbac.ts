// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  AccessGraph,
  type Attributes,
  accountUser,
  EscalationPaths,
  type Grant,
  listUse,
  MASTERS,
  readAccess,
  ruleAllows,
  type UsedPermission,
} from '@bartizan/engine/access';
import { median, percentile, record, spreadOf } from './results.ts';

/**
 * A cluster with 5,000 roles, 20,000 bindings and 20,000 service accounts: how long until it can be asked, how long one
 * "who can" takes, how long all shortest paths to cluster-admin take. The other side of "who can" is the plain way: every
 * binding, every rule; both have to name as many subjects.
 * At last everybody's permissions are held against what the audit log showed: as many different ones as are kept, most
 * of many accounts, and all of one that was granted much.
 */
const ROLES = 5000;
const BINDINGS = 20_000;
const ACCOUNTS = 20_000;
const NAMESPACES = 500;
const QUESTIONS = 2000;
const PLAIN_QUESTIONS = 20;
const ROUNDS = 5;
/** Different permissions that the controller keeps of an audit log, of all users together. */
const PERMISSIONS_SEEN = 20_000;

/** Mulberry32: the same cluster in every run. */
let seed = 20261128;
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const upTo = (limit: number): number => Math.floor(random() * limit);
const oneOf = <T>(values: readonly T[]): T => {
  const value = values[upTo(values.length)];
  if (value === undefined) throw new Error('nothing to choose from');
  return value;
};

const VERBS = [
  ['get', 'list', 'watch'],
  ['create'],
  ['update', 'patch'],
  ['get'],
  ['*'],
  ['delete'],
] as const;
const RESOURCES = [
  ['', 'pods'],
  ['', 'pods/exec'],
  ['', 'configmaps'],
  ['', 'secrets'],
  ['apps', 'deployments'],
  ['batch', 'jobs'],
  ['', 'serviceaccounts/token'],
  ['rbac.authorization.k8s.io', 'rolebindings'],
] as const;

function cluster(): object[] {
  const namespace = (): string => `team-${upTo(NAMESPACES)}`;
  const account = (index: number) => ({ namespace: `team-${index % NAMESPACES}`, name: `app-${index}` });
  const rule = (): object => {
    const custom = random() < 0.7;
    const [group, resource] = oneOf(RESOURCES);
    return {
      verbs: oneOf(VERBS),
      apiGroups: [custom ? 'example.com' : group],
      resources: [custom ? `things${upTo(400)}` : resource],
      resourceNames: random() < 0.2 ? [`name-${upTo(50)}`] : [],
    };
  };
  const roles = Array.from({ length: ROLES }, (_, at) => ({
    kind: 'ClusterRole',
    metadata: { name: at === 0 ? 'cluster-admin' : `role-${at}` },
    rules:
      at === 0
        ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]
        : Array.from({ length: 1 + upTo(8) }, rule),
  }));
  const bindings = Array.from({ length: BINDINGS }, (_, at) => {
    const everywhere = random() < 0.05;
    return {
      kind: everywhere ? 'ClusterRoleBinding' : 'RoleBinding',
      metadata: { name: `b-${at}`, namespace: everywhere ? undefined : namespace() },
      roleRef: { kind: 'ClusterRole', name: at < 3 ? 'cluster-admin' : `role-${1 + upTo(ROLES - 1)}` },
      subjects: [{ kind: 'ServiceAccount', ...account(upTo(ACCOUNTS)) }],
    };
  });
  const accounts = Array.from({ length: ACCOUNTS }, (_, at) => ({
    kind: 'ServiceAccount',
    metadata: account(at),
  }));
  const pods = accounts.map(({ metadata }, at) => ({
    kind: 'Pod',
    metadata: { namespace: metadata.namespace, name: `pod-${at}` },
    spec: { serviceAccountName: metadata.name },
  }));
  const spaces = Array.from({ length: NAMESPACES }, (_, at) => ({
    kind: 'Namespace',
    metadata: {
      name: `team-${at}`,
      labels: at % 3 === 0 ? {} : { 'pod-security.kubernetes.io/enforce': 'restricted' },
    },
  }));
  return [...roles, ...bindings, ...accounts, ...pods, ...spaces];
}

const question = (): Attributes => {
  const [group, wanted] = oneOf(RESOURCES);
  const [resource = '', subresource] = wanted.split('/');
  return {
    verb: oneOf(['get', 'create', 'list']),
    group,
    resource,
    subresource,
    namespace: `team-${upTo(NAMESPACES)}`,
  };
};

/** The plain way: every rule of the role of every binding. */
function plain(graph: AccessGraph, asks: Attributes): number {
  let found = 0;
  for (const binding of graph.snapshot.bindings) {
    const inScope =
      binding.kind === 'ClusterRoleBinding' || ('namespace' in asks && asks.namespace === binding.namespace);
    if (inScope && graph.roleOf(binding)?.rules.some((rule) => ruleAllows(rule, asks)))
      found += binding.subjects.length;
  }
  return found;
}

const timed = <T>(work: () => T): { readonly ms: number; readonly value: T } => {
  const before = performance.now();
  const value = work();
  return { ms: performance.now() - before, value };
};

const objects = cluster();
/** A permission of a rule as it is made use of. */
function usedOf({ rule, binding }: Grant, place: string): UsedPermission {
  const [resource = '', subresource] = (rule.resources[0] ?? '').split('/');
  const verb = rule.verbs[0] ?? '';
  return {
    attributes: {
      verb: verb === '*' ? 'get' : verb,
      group: rule.apiGroups[0] ?? '',
      ...{ resource, subresource },
      namespace: binding.namespace === '' ? place : binding.namespace,
    },
    names: [rule.resourceNames[0] ?? ''],
    isCut: false,
  };
}

/**
 * What the audit log showed: half of the permissions by one account each, most of them granted, and half by a busy one
 * that was granted the most.
 */
function usedByAll(graph: AccessGraph): Map<string, UsedPermission[]> {
  const used = new Map<string, UsedPermission[]>();
  const accounts = graph.subjects().map((subject) => ({ subject, granted: graph.grantsTo(subject) }));
  for (const { subject, granted } of accounts.slice(0, PERMISSIONS_SEEN / 2))
    used.set(
      accountUser(subject.namespace, subject.name),
      granted.slice(-1).map((grant) => usedOf(grant, subject.namespace)),
    );
  const [busy] = accounts.toSorted((one, two) => two.granted.length - one.granted.length);
  if (busy !== undefined)
    used.set(
      accountUser(busy.subject.namespace, busy.subject.name),
      Array.from({ length: PERMISSIONS_SEEN / 2 }, () => ({
        attributes: { ...question(), namespace: `team-${upTo(NAMESPACES)}` },
        names: [`name-${upTo(50)}`],
        isCut: false,
      })),
    );
  return used;
}

const unused: number[] = [];
const index: number[] = [];
const paths: number[] = [];
const answers: number[] = [];
const plainMs: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const built = timed(() => new AccessGraph(readAccess(objects)));
  index.push(built.ms);
  const graph = built.value;
  for (let at = 0; at < QUESTIONS; at++) {
    const asks = question();
    const answer = timed(() => graph.whoCan(asks));
    answers.push(answer.ms);
    if (at >= PLAIN_QUESTIONS) continue;
    const slow = timed(() => plain(graph, asks));
    plainMs.push(slow.ms);
    if (slow.value !== answer.value.length)
      throw new Error(`the plain way names ${slow.value} subjects, the index ${answer.value.length}`);
  }
  const walked = timed(() => {
    const all = new EscalationPaths(graph);
    return { all: all.all().length, admin: all.from({ user: accountUser('x', 'y'), groups: [MASTERS] }) };
  });
  if (walked.value.all < 1000 || walked.value.admin === undefined)
    throw new Error('too few paths were found');
  paths.push(walked.ms);
  const used = usedByAll(graph);
  const window = { sinceMs: 0, untilMs: 3_600_000_000, gapMs: 0, isCut: false };
  const before = process.cpuUsage();
  const rows = listUse(graph, { usedOf: (user) => used.get(user) ?? [], window, neededMs: 720 * 3_600_000 });
  const spent = process.cpuUsage(before);
  const seen = rows.reduce((sum, row) => sum + row.used, 0);
  const idle = rows.filter((row) => row.idleBindings.length > 0).length;
  if (rows.length < 10_000 || seen < 5000 || idle < 1000)
    throw new Error(`${rows.length} subjects, ${seen} permissions seen, ${idle} with idle bindings`);
  unused.push((spent.user + spent.system) / 1000);
}

const shape = `${ROLES} roles, ${BINDINGS} bindings, ${ACCOUNTS} service accounts, ${ACCOUNTS} pods`;
record({
  id: 'rbac-index',
  title: { en: 'Index of the permissions of a large cluster', ja: '大規模クラスターの権限の索引付け' },
  unit: 'ms',
  goal: '<= 1000',
  value: median(index),
  n: index.length,
  spread: spreadOf(index),
  met: median(index) <= 1000,
  notes: [shape],
});
record({
  id: 'rbac-who-can',
  title: { en: '"Who can" in a large cluster, p99', ja: '大規模クラスターでの「誰ができるか」(p99)' },
  unit: 'ms',
  goal: '<= 1',
  value: percentile(answers, 99),
  baseline: {
    title: { en: 'every binding and every rule', ja: '全バインディング・全ルールの走査' },
    value: percentile(plainMs, 99),
  },
  n: answers.length,
  spread: spreadOf(answers),
  met: percentile(answers, 99) <= 1,
  notes: [shape],
});
record({
  id: 'rbac-paths',
  title: {
    en: 'All shortest paths to cluster-admin in a large cluster',
    ja: '大規模クラスターで cluster-admin に至る最短経路すべて',
  },
  unit: 'ms',
  goal: '<= 5000',
  value: median(paths),
  n: paths.length,
  spread: spreadOf(paths),
  met: median(paths) <= 5000,
  notes: [shape],
});
record({
  id: 'rbac-unused',
  title: {
    en: "CPU to hold everybody's permissions against what the audit log showed, in a large cluster",
    ja: '大規模クラスターで全員の許可を監査ログの使用実績と照合する CPU 時間',
  },
  unit: 'ms',
  goal: '<= 1000',
  value: median(unused),
  n: unused.length,
  spread: spreadOf(unused),
  met: median(unused) <= 1000,
  notes: [`${shape}, ${PERMISSIONS_SEEN} different permissions seen, half of them of one account`],
});
