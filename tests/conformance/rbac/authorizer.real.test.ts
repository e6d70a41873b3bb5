// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AccessGraph, type Attributes, isPath, type Person, readAccess } from '@bartizan/engine/access';
import { describe, expect, it } from 'vitest';
import { type Cluster, hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { hasShared, report, SHARED } from '../outside.ts';

const FILE = 'fixtures/rbac/examples.json';
const KINDS = 'clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,pods,namespaces';
const QUESTIONS = 1000;
const SETTLED_MS = 60_000;

interface Question {
  readonly person: Person;
  readonly attributes: Attributes;
}
interface Named {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
  };
}

const examples = (): { objects: Named[]; can: (Person & { attributes: Attributes })[] } =>
  JSON.parse(readFileSync(join(SHARED, FILE), 'utf8')) as never;

/** Small, seeded and good enough to spread: the questions are the same in each run. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Makes the objects of the examples; pods are left out, since nothing here asks about what runs. */
async function apply(cluster: Cluster): Promise<void> {
  const objects = examples().objects.filter(({ kind }) => kind !== 'Pod');
  const isNamespace = ({ kind }: Named): boolean => kind === 'Namespace';
  const named = new Set(objects.filter(isNamespace).map(({ metadata }) => metadata.name));
  const used = objects.flatMap(({ metadata }) => metadata.namespace ?? []);
  const missing = [...new Set(used)]
    .filter((name) => !named.has(name) && name !== 'kube-system' && name !== 'default')
    .map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  for (const items of [
    [...objects.filter(isNamespace), ...missing],
    objects.filter((one) => !isNamespace(one)),
  ])
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

const objectsOf = async (cluster: Cluster): Promise<Named[]> =>
  (JSON.parse(await cluster.kubectl(['get', KINDS, '-A', '-o', 'json'])) as { items: Named[] }).items;

/** Questions about everybody that a binding names, and about what the rules name and what they do not. */
function questionsOf(graph: AccessGraph, count: number): Question[] {
  const random = numbers(20_261_128);
  const pick = <T>(values: readonly T[]): T => {
    const at = Math.floor((random.next().value ?? 0) * values.length);
    const value = values[at];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  };
  const { roles, accounts } = graph.snapshot;
  const rules = roles.flatMap((role) => role.rules);
  const people: Person[] = [
    ...graph
      .subjects()
      .map(
        ({ kind, namespace, name }): Person =>
          kind === 'Group'
            ? { user: 'somebody', groups: [name] }
            : { user: kind === 'User' ? name : `system:serviceaccount:${namespace}:${name}`, groups: [] },
      ),
    ...accounts.map(({ namespace, name }) => ({
      user: `system:serviceaccount:${namespace}:${name}`,
      groups: [],
    })),
    { user: 'system:anonymous', groups: [] },
    { user: 'nobody', groups: [] },
  ];
  const namespaces = ['', 'default', 'kube-system', ...graph.snapshot.podSecurity.keys()];
  const verbs = [
    ...new Set(['get', 'list', 'create', 'delete', 'impersonate', ...rules.flatMap((one) => one.verbs)]),
  ];
  const plain = (values: readonly string[]): string[] => values.filter((value) => !value.includes('*'));
  const urls = ['/healthz', '/metrics', '/api/v1', ...plain(rules.flatMap((one) => one.nonResourceURLs))];
  const one = (): Question => {
    const person = pick(people);
    if (pick([0, 1, 2, 3, 4, 5, 6, 7]) === 0)
      return { person, attributes: { verb: pick(['get', 'post', 'put']), nonResourceURL: pick(urls) } };
    // Half of the questions are about a rule that the person has, so that both answers are common.
    const own = graph.whatCan(person).map(({ rule }) => rule);
    const about = (pick([0, 1]) === 0 && own.length > 0 ? own : rules).filter(
      ({ resources }) => resources.length > 0,
    );
    const rule = pick(about.length > 0 ? about : rules.filter(({ resources }) => resources.length > 0));
    const [resource = 'pods', subresource = ''] = pick([
      ...plain(rule.resources),
      'secrets',
      'pods/exec',
    ]).split('/');
    const verb = pick([0, 1]) === 0 ? pick(verbs) : pick(rule.verbs);
    return {
      person,
      attributes: {
        verb: verb === '*' ? 'get' : verb,
        group: pick([...plain(rule.apiGroups), '']),
        resource,
        subresource,
        namespace: pick(namespaces),
        name: pick(['', 'some', ...rule.resourceNames]),
      },
    };
  };
  return Array.from({ length: count }, one);
}

/** What the authorizer of the API server says. The groups a person has without being given them are sent along. */
async function reviewed(cluster: Cluster, questions: readonly Question[]): Promise<boolean[]> {
  const items = questions.map(({ person, attributes }) => ({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: person.user,
      groups: groupsSent(person),
      ...(isPath(attributes)
        ? { nonResourceAttributes: { verb: attributes.verb, path: attributes.nonResourceURL } }
        : { resourceAttributes: attributes }),
    },
  }));
  const said = await cluster.kubectl(
    ['create', '-o', 'jsonpath={.status.allowed}{"\\n"}', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  );
  return said
    .trim()
    .split('\n')
    .map((word) => word === 'true');
}

/** Authentication adds them, and a review does not pass through it. */
function groupsSent({ user, groups }: Person): string[] {
  const account = /^system:serviceaccount:([^:]+):/.exec(user);
  if (account !== null)
    return [
      ...groups,
      'system:serviceaccounts',
      `system:serviceaccounts:${account[1]}`,
      'system:authenticated',
    ];
  return [...groups, user === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated'];
}

/** Questions of the shared examples, and generated ones; nodes are judged by another authorizer, not by RBAC. */
const allQuestions = (graph: AccessGraph): Question[] => [
  ...examples().can.map(({ user, groups, attributes }) => ({ person: { user, groups }, attributes })),
  ...questionsOf(graph, QUESTIONS).filter(({ person }) => !person.groups.includes('system:nodes')),
];

describe.runIf(hasShared(FILE) && hasKubebox)('RBAC questions asked of a real API server', () => {
  const cluster = useCluster();

  it('are answered as the authorizer answers them', async () => {
    await apply(cluster());
    let differing: object[] = [];
    let counted = { all: 0, allowed: 0 };
    // The authorizer and the controller of aggregated roles follow the objects with a short delay.
    for (const until = Date.now() + SETTLED_MS; ; ) {
      const graph = new AccessGraph(readAccess(await objectsOf(cluster())));
      const questions = allQuestions(graph);
      const answers: boolean[] = [];
      for (let at = 0; at < questions.length; at += 100)
        answers.push(...(await reviewed(cluster(), questions.slice(at, at + 100))));
      expect(answers.length).toBe(questions.length);
      differing = questions
        .map((question, at) => ({
          ...question,
          theirs: answers[at],
          ours: graph.can(question.person, question.attributes),
        }))
        .filter(({ theirs, ours }) => theirs !== ours);
      counted = { all: questions.length, allowed: answers.filter(Boolean).length };
      if (differing.length === 0 || Date.now() > until) break;
    }
    process.stdout.write(
      `rbac-authorizer: ${counted.allowed} allowed, ${counted.all - counted.allowed} refused\n`,
    );
    for (const miss of differing) process.stdout.write(`  rbac-authorizer missed ${JSON.stringify(miss)}\n`);
    report('rbac-authorizer', counted.all - differing.length, counted.all);
    expect(differing).toEqual([]);
    // Both answers are common, else agreeing would show little.
    expect(Math.min(counted.allowed, counted.all - counted.allowed)).toBeGreaterThan(counted.all / 10);
  }, 300_000);
});
