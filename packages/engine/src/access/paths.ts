// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import { type AccessGraph, accountUser, type Grant, groupsOf, MASTERS, type Person } from './graph.ts';
import { EVERYWHERE, grantsOfPower, type Power, Powers } from './powers.ts';
import type { Binding, Subject } from './snapshot.ts';

/** A step towards cluster-admin: from whom or what, to whom or what, and by which permission. */
export interface PathStep {
  readonly from: string;
  readonly to: string;
  /** Pattern that makes the step, `access.member` or `access.account`. */
  readonly pattern: string;
  readonly words: LocalText;
  readonly grants: readonly Grant[];
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly power?: Power;
  readonly bindings?: readonly Binding[];
  readonly pattern: string;
  readonly words: LocalText;
}

/** The end of every path. */
export const CLUSTER_ADMIN = 'cluster-admin';
const NODE = 'node';
const ANY_USER = 'any-user';

const say = (en: string, ja: string): LocalText => ({ en, ja });

/** Key of a subject as paths name it: `User/ann`, `Group/devs`. A service account is the user it is. */
export const nodeOf = ({ kind, namespace, name }: Subject): string =>
  kind === 'Group' ? `Group/${name}` : `User/${kind === 'User' ? name : accountUser(namespace, name)}`;

/** What a pattern of a scope leads to. Named objects lead to their accounts directly. */
function targetsOf(graph: AccessGraph, { pattern, scope, names }: Power): string[] {
  const account = (name: string): string[] =>
    scope === EVERYWHERE
      ? graph.snapshot.accounts
          .filter((one) => one.name === name)
          .map((one) => `User/${accountUser(one.namespace, name)}`)
      : [`User/${accountUser(scope, name)}`];
  if (names.length > 0) {
    if (pattern.effect === 'accounts') return names.flatMap(account);
    if (pattern.effect === 'users') return names.map((name) => `User/${name}`);
    if (pattern.effect === 'admin')
      return names.includes(MASTERS) || names.includes('cluster-admin') ? [CLUSTER_ADMIN] : [];
    if (pattern.effect !== 'pods') return [];
    return graph.snapshot.pods
      .filter((pod) => names.includes(pod.name) && (scope === EVERYWHERE || pod.namespace === scope))
      .map((pod) => `User/${accountUser(pod.namespace, pod.serviceAccount)}`);
  }
  switch (pattern.effect) {
    case 'admin':
      return [CLUSTER_ADMIN];
    case 'users':
      return [ANY_USER];
    case 'node':
      return [NODE];
    case 'namespace':
      return [`accounts/${scope}`, `create/${scope}`, `pods/${scope}`];
    case 'risk':
      return [];
    default:
      return [`${pattern.effect}/${scope}`];
  }
}

/** What the paths assume about the cluster. */
export interface PathSettings {
  /** The control plane runs where nobody can put pods: a node is then not the way to everything. */
  readonly managedControlPlane?: boolean;
}

const HOLDS = new Set(['baseline', 'restricted']);

/** Edges between places that do not depend on who holds what: namespaces, pods, accounts, nodes. */
function placeEdges(graph: AccessGraph, settings: PathSettings): Edge[] {
  const { accounts, pods, podSecurity } = graph.snapshot;
  const edges: Edge[] = [];
  const add = (from: string, to: string, words: LocalText): void => {
    edges.push({ from, to, pattern: 'access.account', words });
  };
  const namespaces = new Set([
    ...podSecurity.keys(),
    ...accounts.map(({ namespace }) => namespace),
    ...pods.map(({ namespace }) => namespace),
  ]);
  for (const namespace of namespaces) {
    for (const place of ['accounts', 'create', 'pods'])
      add(
        `${place}/${EVERYWHERE}`,
        `${place}/${namespace}`,
        say(`in namespace ${namespace}`, `名前空間 ${namespace} 内`),
      );
    if (podSecurity.has(namespace) && !HOLDS.has(podSecurity.get(namespace) ?? ''))
      add(
        `create/${namespace}`,
        NODE,
        say(
          `${namespace} enforces no Pod Security level: a privileged pod owns its node`,
          `${namespace} は Pod Security レベルを強制しないため、特権 Pod がノードを支配できる`,
        ),
      );
  }
  for (const { namespace, name } of accounts) {
    const account = `User/${accountUser(namespace, name)}`;
    const words = say(`has the account ${namespace}/${name}`, `アカウント ${namespace}/${name} を使える`);
    add(`create/${namespace}`, account, words);
    add(`accounts/${namespace}`, account, words);
    add(ANY_USER, account, words);
  }
  edges.push(...podEdges(graph));
  if (settings.managedControlPlane !== true)
    add(
      NODE,
      CLUSTER_ADMIN,
      say(
        'a pod can be put on a node of the control plane and read its keys',
        'コントロールプレーンのノードに Pod を置いて鍵を読める',
      ),
    );
  return edges;
}

/** What runs gives the account whose token is inside it, and a node gives what runs on it. */
function podEdges(graph: AccessGraph): Edge[] {
  const mounts = new Map(
    graph.snapshot.accounts.map((one) => [`${one.namespace}/${one.name}`, one.mountsToken]),
  );
  const seen = new Set<string>();
  return graph.snapshot.pods.flatMap((pod): Edge[] => {
    const id = `${pod.namespace}/${pod.serviceAccount}`;
    if (!(pod.mountsToken ?? mounts.get(id) ?? true) || seen.has(id)) return [];
    seen.add(id);
    const to = `User/${accountUser(pod.namespace, pod.serviceAccount)}`;
    const words = say(
      `pod ${pod.namespace}/${pod.name} holds a token of ${id}`,
      `Pod ${pod.namespace}/${pod.name} は ${id} のトークンを持つ`,
    );
    return [`pods/${pod.namespace}`, NODE].map((from) => ({ from, to, pattern: 'access.account', words }));
  });
}

/** Edges of one subject: what its bindings give, and the groups it is in. */
function subjectEdges(graph: AccessGraph, powers: Powers, subject: Subject): Edge[] {
  const from = nodeOf(subject);
  const bindings = graph.bindingsOf(subject);
  const edges = powers.of(bindings).flatMap((power): Edge[] =>
    targetsOf(graph, power).map((to) => ({
      from,
      to,
      power,
      bindings,
      pattern: power.pattern.id,
      words: power.pattern.title,
    })),
  );
  return subject.kind === 'User'
    ? [
        ...edges,
        {
          from: ANY_USER,
          to: from,
          pattern: 'access.account',
          words: say(`is ${subject.name}`, `${subject.name} になる`),
        },
      ]
    : edges;
}

/** Ways to cluster-admin, each the shortest there is. Computed once for a graph; asking is then quick. */
export class EscalationPaths {
  readonly #graph: AccessGraph;
  readonly #next = new Map<string, Edge>();

  constructor(graph: AccessGraph, settings: PathSettings = {}) {
    this.#graph = graph;
    const powers = new Powers(graph);
    const into = new Map<string, Edge[]>();
    const put = (edge: Edge): void => {
      const known = into.get(edge.to);
      if (known === undefined) into.set(edge.to, [edge]);
      else known.push(edge);
    };
    const subjects = new Map(graph.subjects().map((subject) => [nodeOf(subject), subject]));
    for (const { namespace, name } of graph.snapshot.accounts) {
      const subject: Subject = { kind: 'ServiceAccount', namespace, name };
      if (!subjects.has(nodeOf(subject))) subjects.set(nodeOf(subject), subject);
    }
    for (const [node, subject] of subjects) {
      for (const edge of subjectEdges(graph, powers, subject)) put(edge);
      if (subject.kind !== 'Group') for (const edge of memberEdges(node)) put(edge);
    }
    for (const edge of placeEdges(graph, settings)) put(edge);
    put({
      from: `Group/${MASTERS}`,
      to: CLUSTER_ADMIN,
      pattern: 'access.masters',
      words: say(
        'is in system:masters, which is allowed everything',
        'すべてが許可される system:masters に属する',
      ),
    });
    this.#walk(into);
  }

  /** Breadth first from the goal backwards: the first edge that reaches a node starts its shortest path. */
  #walk(into: ReadonlyMap<string, readonly Edge[]>): void {
    let wave = [CLUSTER_ADMIN];
    while (wave.length > 0) {
      const following: string[] = [];
      for (const node of wave)
        for (const edge of into.get(node) ?? []) {
          if (this.#next.has(edge.from) || edge.from === CLUSTER_ADMIN) continue;
          this.#next.set(edge.from, edge);
          following.push(edge.from);
        }
      wave = following;
    }
  }

  /** The shortest path of somebody, by name or by a group; undefined: none is known. */
  from(person: Person): PathStep[] | undefined {
    const user = `User/${person.user}`;
    const starts = [user, ...groupsOf(person).map((group) => `Group/${group}`)];
    let best: PathStep[] | undefined;
    for (const start of starts) {
      const steps = this.#steps(start);
      if (steps === undefined) continue;
      const whole = start === user ? steps : [memberStep(user, start), ...steps];
      if (best === undefined || whole.length < best.length) best = whole;
    }
    return best;
  }

  /** Everybody from whom a path starts, with it: subjects of bindings and service accounts. */
  all(): { readonly from: string; readonly steps: readonly PathStep[] }[] {
    return [...this.#next.keys()]
      .filter((node) => node.startsWith('User/') || node.startsWith('Group/'))
      .map((from) => ({ from, steps: this.#steps(from) ?? [] }));
  }

  #steps(start: string): PathStep[] | undefined {
    if (!this.#next.has(start)) return undefined;
    const steps: PathStep[] = [];
    for (let edge = this.#next.get(start); edge !== undefined; edge = this.#next.get(edge.to)) {
      const { from, to, pattern, words, power, bindings } = edge;
      const grants = power === undefined ? [] : grantsOfPower(this.#graph, bindings ?? [], power);
      steps.push({ from, to, pattern, words, grants });
    }
    return steps;
  }
}

const memberStep = (from: string, to: string): PathStep => ({
  from,
  to,
  pattern: 'access.member',
  words: memberWords(to),
  grants: [],
});
const memberWords = (group: string): LocalText =>
  say(`is a member of ${group.slice('Group/'.length)}`, `${group.slice('Group/'.length)} のメンバー`);

const memberEdges = (node: string): Edge[] =>
  groupsOf({ user: node.slice('User/'.length), groups: [] }).map((group) => ({
    from: node,
    to: `Group/${group}`,
    pattern: 'access.member',
    words: memberWords(`Group/${group}`),
  }));
