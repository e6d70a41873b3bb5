// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Attributes, isPath } from './authorize.ts';
import { AccessGraph, type Grant, type Person } from './graph.ts';
import { EscalationPaths } from './paths.ts';
import type { Binding, PolicyRule, Role, Subject } from './snapshot.ts';
import { subjectName } from './subject-name.ts';
import { requestsOf, type UsedPermission } from './use.ts';

/** Roles that keep what was used, the bindings they take the place of, and the proof of it. */
export interface SmallerRole {
  readonly roles: readonly Role[];
  readonly bindings: readonly Binding[];
  /** Bindings out of which the subject has to be taken. */
  readonly replaces: readonly Binding[];
  /** Requests of the window that are allowed now, and how many of them still are afterwards. */
  readonly checked: number;
  readonly stillAllowed: number;
  /** Whether a way to cluster-admin is known, now and afterwards. */
  readonly reachesAdmin: boolean;
  readonly reachesAdminAfter: boolean;
}

const isOf = (person: Person) => {
  const own = subjectName({ kind: 'User', namespace: '', name: person.user });
  return (subject: Subject): boolean => subject.kind !== 'Group' && subjectName(subject) === own;
};

interface Kept {
  readonly attributes: Attributes;
  /** Names the permission stays limited to; empty: none. */
  readonly names: readonly string[];
}

/** What has to be kept: requests that only the own bindings of the subject allow. What a group gives stays given. */
function keptOf(graph: AccessGraph, person: Person, used: readonly UsedPermission[]): Kept[] {
  const isOwn = isOf(person);
  const isFromGroup = ({ binding }: Grant): boolean => !binding.subjects.some(isOwn);
  return used.flatMap((permission): Kept[] => {
    const grants = requestsOf(permission).map((request) => graph.grants(person, request));
    const needed = grants.filter((some) => some.length > 0 && !some.some(isFromGroup));
    if (needed.length === 0) return [];
    const isLimited = needed.every((some) => some.every(({ rule }) => rule.resourceNames.length > 0));
    // Beyond the names that were kept nobody knows which were used: all that were granted stay.
    const granted = needed.flat().flatMap(({ rule }) => rule.resourceNames);
    const names = isLimited ? (permission.isCut ? granted : permission.names) : [];
    return [{ attributes: permission.attributes, names: [...new Set(names)].toSorted() }];
  });
}

const scopeOf = (attributes: Attributes): string => (isPath(attributes) ? '' : (attributes.namespace ?? ''));

/** Rules for what is kept, as few as say it without giving more. */
function rulesOf(kept: readonly Kept[]): PolicyRule[] {
  const verbs = new Map<string, { readonly one: Kept; readonly verbs: Set<string> }>();
  for (const one of kept) {
    const { attributes, names } = one;
    const key = isPath(attributes)
      ? `path\n${attributes.nonResourceURL}`
      : [attributes.group, attributes.resource, attributes.subresource ?? '', ...names].join('\n');
    const known = verbs.get(key) ?? { one, verbs: new Set<string>() };
    known.verbs.add(attributes.verb);
    verbs.set(key, known);
  }
  const rules = new Map<
    string,
    {
      verbs: string[];
      apiGroups: string[];
      resources: Set<string>;
      resourceNames: readonly string[];
      nonResourceURLs: Set<string>;
    }
  >();
  for (const { one, verbs: all } of verbs.values()) {
    const { attributes, names } = one;
    const sorted = [...all].toSorted();
    const group = isPath(attributes) ? undefined : attributes.group;
    const key = JSON.stringify([group ?? null, sorted, names]);
    const rule = rules.get(key) ?? {
      verbs: sorted,
      apiGroups: group === undefined ? [] : [group],
      resources: new Set<string>(),
      resourceNames: names,
      nonResourceURLs: new Set<string>(),
    };
    if (isPath(attributes)) rule.nonResourceURLs.add(attributes.nonResourceURL);
    else
      rule.resources.add(
        attributes.subresource ? `${attributes.resource}/${attributes.subresource}` : attributes.resource,
      );
    rules.set(key, rule);
  }
  return [...rules.values()].map((rule) => ({
    ...rule,
    resources: [...rule.resources].toSorted(),
    nonResourceURLs: [...rule.nonResourceURLs].toSorted(),
  }));
}

/** A name that no role has yet. */
function freeName(roles: readonly Role[], kind: Role['kind'], namespace: string, wanted: string): string {
  const isTaken = (name: string): boolean =>
    roles.some((role) => role.kind === kind && role.namespace === namespace && role.name === name);
  for (let at = 1; at <= roles.length + 1; at += 1) {
    const name = at === 1 ? wanted : `${wanted}-${at}`;
    if (!isTaken(name)) return name;
  }
  return wanted;
}

const baseName = (person: Person): string =>
  `${(person.user.split(':').at(-1) ?? '').toLowerCase().replaceAll(/[^a-z0-9.-]/gu, '-') || 'subject'}-used`.slice(
    -63,
  );

function subjectOf(person: Person): Subject {
  const [kind, namespace = '', name = ''] = subjectName({
    kind: 'User',
    namespace: '',
    name: person.user,
  }).split('/');
  return kind === 'ServiceAccount'
    ? { kind, namespace, name }
    : { kind: 'User', namespace: '', name: person.user };
}

/** The cluster as it would be with the smaller roles in place of the own bindings of the subject. */
function afterwards(
  graph: AccessGraph,
  person: Person,
  made: Pick<SmallerRole, 'roles' | 'bindings'>,
): AccessGraph {
  const isOwn = isOf(person);
  const left = graph.snapshot.bindings
    .map((binding) => ({ ...binding, subjects: binding.subjects.filter((one) => !isOwn(one)) }))
    .filter(({ subjects }) => subjects.length > 0);
  return new AccessGraph({
    ...graph.snapshot,
    roles: [...graph.snapshot.roles, ...made.roles],
    bindings: [...left, ...made.bindings],
  });
}

/**
 * Roles that give a subject what it used and nothing else, one in each namespace and one for the whole cluster, with the
 * proof by the authorizer that every request of the window that is allowed now stays allowed.
 */
export function proposeSmallerRole(
  graph: AccessGraph,
  person: Person,
  used: readonly UsedPermission[],
): SmallerRole {
  const isOwn = isOf(person);
  const wanted = baseName(person);
  const byScope = Map.groupBy(keptOf(graph, person, used), ({ attributes }) => scopeOf(attributes));
  const roles = [...byScope].map(([namespace, kept]): Role => {
    const kind = namespace === '' ? 'ClusterRole' : 'Role';
    const name = freeName(graph.snapshot.roles, kind, namespace, wanted);
    return { kind, namespace, name, labels: {}, rules: rulesOf(kept) };
  });
  const bindings = roles.map(
    ({ kind, namespace, name }): Binding => ({
      kind: kind === 'Role' ? 'RoleBinding' : 'ClusterRoleBinding',
      ...{ namespace, name },
      role: { kind, name },
      subjects: [subjectOf(person)],
    }),
  );
  const after = afterwards(graph, person, { roles, bindings });
  const requests = used.flatMap(requestsOf).filter((request) => graph.can(person, request));
  return {
    ...{ roles, bindings },
    replaces: graph.snapshot.bindings.filter(({ subjects }) => subjects.some(isOwn)),
    checked: requests.length,
    stillAllowed: requests.filter((request) => after.can(person, request)).length,
    reachesAdmin: new EscalationPaths(graph).from(person) !== undefined,
    reachesAdminAfter: new EscalationPaths(after).from(person) !== undefined,
  };
}

const flow = (values: readonly string[]): string =>
  `[${values.map((one) => JSON.stringify(one)).join(', ')}]`;

function ruleLines(rule: PolicyRule): string[] {
  const lines = [
    ...(rule.nonResourceURLs.length > 0
      ? [`nonResourceURLs: ${flow(rule.nonResourceURLs)}`]
      : [`apiGroups: ${flow(rule.apiGroups)}`, `resources: ${flow(rule.resources)}`]),
    ...(rule.resourceNames.length > 0 ? [`resourceNames: ${flow(rule.resourceNames)}`] : []),
    `verbs: ${flow(rule.verbs)}`,
  ];
  return lines.map((line, at) => `${at === 0 ? '- ' : '  '}${line}`);
}

const metadata = ({ name, namespace }: Pick<Role, 'name' | 'namespace'>): string[] => [
  'metadata:',
  `  name: ${JSON.stringify(name)}`,
  ...(namespace === '' ? [] : [`  namespace: ${JSON.stringify(namespace)}`]),
];
const RBAC = 'rbac.authorization.k8s.io';

function bindingLines({ kind, namespace, name, role, subjects }: Binding): string[] {
  return [
    `apiVersion: ${RBAC}/v1`,
    `kind: ${kind}`,
    ...metadata({ name, namespace }),
    `roleRef: { apiGroup: ${RBAC}, kind: ${role.kind}, name: ${JSON.stringify(role.name)} }`,
    'subjects:',
    ...subjects.map((one) =>
      one.kind === 'ServiceAccount'
        ? `- { kind: ServiceAccount, namespace: ${JSON.stringify(one.namespace)}, name: ${JSON.stringify(one.name)} }`
        : `- { apiGroup: ${RBAC}, kind: ${one.kind}, name: ${JSON.stringify(one.name)} }`,
    ),
  ];
}

/** The proposal as manifests. Every name is quoted as JSON, which YAML reads alike. */
export function smallerRoleYaml({ roles, bindings }: Pick<SmallerRole, 'roles' | 'bindings'>): string {
  const documents = [
    ...roles.map((role) => [
      `apiVersion: ${RBAC}/v1`,
      `kind: ${role.kind}`,
      ...metadata(role),
      'rules:',
      ...role.rules.flatMap(ruleLines),
    ]),
    ...bindings.map(bindingLines),
  ];
  return documents.map((lines) => `${lines.join('\n')}\n`).join('---\n');
}
