// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import { type AccessGraph, accountUser, type Grant, groupsOf, MASTERS, type Person } from './graph.ts';
import { EVERYWHERE, grantsOfPower, type Power, Powers } from './powers.ts';
import type { Binding, Subject } from './snapshot.ts';
import { ANY_USER, CLUSTER_ADMIN, escalatedRoles, NODE, namespaceTargets, targetsOf } from './targets.ts';

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

const say = (en: string, ja: string): LocalText => ({ en, ja });

/** Key of a subject as paths name it: `User/ann`, `Group/devs`. A service account is the user it is. */
export const nodeOf = ({ kind, namespace, name }: Subject): string =>
  kind === 'Group' ? `Group/${name}` : `User/${kind === 'User' ? name : accountUser(namespace, name)}`;

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
  for (const edge of podEdges(graph)) edges.push(edge);
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

/** Edges that powers make, from whoever holds them by the bindings. */
const powerEdges = (from: string, held: Holding, targets: (power: Power) => readonly string[]): Edge[] =>
  held.powers.flatMap((power) =>
    targets(power).map((to) => ({
      from,
      to,
      power,
      bindings: held.bindings,
      pattern: power.pattern.id,
      words: power.pattern.title,
    })),
  );

/** What bindings give together. */
interface Holding {
  readonly bindings: readonly Binding[];
  readonly powers: readonly Power[];
}

const anyUserEdge = (name: string): Edge => ({
  from: ANY_USER,
  to: `User/${name}`,
  pattern: 'access.account',
  words: say(`is ${name}`, `${name} になる`),
});

const MASTERS_EDGE: Edge = {
  from: `Group/${MASTERS}`,
  to: CLUSTER_ADMIN,
  pattern: 'access.masters',
  words: say(
    'is in system:masters, which is allowed everything',
    'すべてが許可される system:masters に属する',
  ),
};

/** Everybody a path may start from: subjects of bindings, and accounts without any. */
function subjectsByNode(graph: AccessGraph): Map<string, Subject> {
  const subjects = new Map(graph.subjects().map((subject) => [nodeOf(subject), subject]));
  for (const { namespace, name } of graph.snapshot.accounts) {
    const subject: Subject = { kind: 'ServiceAccount', namespace, name };
    if (!subjects.has(nodeOf(subject))) subjects.set(nodeOf(subject), subject);
  }
  return subjects;
}

/** Ways to cluster-admin, each the shortest there is. Computed once for a graph; asking is then quick. */
export class EscalationPaths {
  readonly #graph: AccessGraph;
  readonly #powers: Powers;
  readonly #into = new Map<string, Edge[]>();
  readonly #next = new Map<string, Edge>();
  #onward: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(graph: AccessGraph, settings: PathSettings = {}) {
    this.#graph = graph;
    this.#powers = new Powers(graph);
    const writers: (Holding & { readonly node: string })[] = [];
    for (const [node, subject] of subjectsByNode(graph)) {
      const held = this.#holding(graph.bindingsOf(subject));
      for (const edge of powerEdges(node, held, (power) => targetsOf(graph, power))) this.#put(edge);
      if (held.powers.some((power) => escalatedRoles(power) !== undefined)) writers.push({ node, ...held });
      if (subject.kind === 'User') this.#put(anyUserEdge(subject.name));
      if (subject.kind !== 'Group') for (const edge of memberEdges(node)) this.#put(edge);
    }
    for (const edge of placeEdges(graph, settings)) this.#put(edge);
    this.#put(MASTERS_EDGE);
    const written = writers.flatMap(({ node, ...held }) => this.#writtenRoles(node, held, [node]));
    for (const edge of written) this.#put(edge);
    this.#walk(this.#into);
  }

  #put(edge: Edge): void {
    const known = this.#into.get(edge.to);
    if (known === undefined) this.#into.set(edge.to, [edge]);
    else known.push(edge);
  }

  #holding(bindings: readonly Binding[]): Holding {
    return { bindings, powers: this.#powers.of(bindings) };
  }

  /** Edges of somebody who writes more into a role by its name, where a holder of that role is in reach. */
  #writtenRoles(from: string, held: Holding, starts: readonly string[]): Edge[] {
    let reach: ReadonlySet<string> | undefined;
    return powerEdges(from, held, (power) => {
      const roles = escalatedRoles(power);
      if (roles === undefined) return [];
      reach ??= this.#reach(starts);
      const within = reach;
      return this.#graph.snapshot.bindings
        .filter(
          ({ role, namespace, subjects }) =>
            role.kind === roles.kind &&
            roles.names.includes(role.name) &&
            (power.scope === EVERYWHERE || power.scope === namespace) &&
            subjects.some((subject) => within.has(nodeOf(subject))),
        )
        .flatMap(({ kind, namespace }) =>
          kind === 'ClusterRoleBinding' ? [CLUSTER_ADMIN] : namespaceTargets(namespace),
        );
    });
  }

  /** Everything that can be reached, the starts too. */
  #reach(starts: readonly string[]): ReadonlySet<string> {
    this.#onward ??= onwardOf(this.#into);
    const reached = new Set(starts);
    // A set hands out what is added while it is walked.
    for (const node of reached) for (const to of this.#onward.get(node) ?? []) reached.add(to);
    return reached;
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
    return best ?? this.#together(person, starts);
  }

  /** A path that takes what somebody has by name and by groups together: neither alone opens it. */
  #together(person: Person, starts: readonly string[]): PathStep[] | undefined {
    const bindings = this.#graph.bindingsOfPerson(person);
    if (bindings.length < 2) return undefined;
    const held = this.#holding(bindings);
    const from = person.user === '' ? `Group/${person.groups[0] ?? ''}` : `User/${person.user}`;
    const edges = [
      ...powerEdges(from, held, (power) => targetsOf(this.#graph, power)),
      ...this.#writtenRoles(from, held, starts),
    ];
    let best: PathStep[] | undefined;
    for (const edge of edges) {
      const rest = edge.to === CLUSTER_ADMIN ? [] : this.#steps(edge.to);
      if (rest !== undefined && (best === undefined || rest.length + 1 < best.length))
        best = [this.#step(edge), ...rest];
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
    for (let edge = this.#next.get(start); edge !== undefined; edge = this.#next.get(edge.to))
      steps.push(this.#step(edge));
    return steps;
  }

  #step({ from, to, pattern, words, power, bindings }: Edge): PathStep {
    const grants = power === undefined ? [] : grantsOfPower(this.#graph, bindings ?? [], power);
    return { from, to, pattern, words, grants };
  }
}

function onwardOf(into: ReadonlyMap<string, readonly Edge[]>): ReadonlyMap<string, readonly string[]> {
  const onward = new Map<string, string[]>();
  for (const edges of into.values())
    for (const { from, to } of edges) {
      const known = onward.get(from);
      if (known === undefined) onward.set(from, [to]);
      else known.push(to);
    }
  return onward;
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
