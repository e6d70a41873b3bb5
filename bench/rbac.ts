// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  AccessGraph,
  type Attributes,
  accountUser,
  EscalationPaths,
  MASTERS,
  readAccess,
  ruleAllows,
} from '@bartizan/engine/access';
import { median, percentile, record, spreadOf } from './results.ts';

/**
 * A cluster with 5,000 roles, 20,000 bindings and 20,000 service accounts: how long until it can be asked, how long one
 * "who can" takes, how long all shortest paths to cluster-admin take. The other side of "who can" is the plain way: every
 * binding, every rule; both have to name as many subjects.
 */
const ROLES = 5000;
const BINDINGS = 20_000;
const ACCOUNTS = 20_000;
const NAMESPACES = 500;
const QUESTIONS = 2000;
const PLAIN_QUESTIONS = 20;
const ROUNDS = 5;

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
