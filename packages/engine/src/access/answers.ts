// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessAnswer, AccessGrant, AccessPath, AccessRisk, LocalText } from '@bartizan/contracts';
import { type Attributes, isPath } from './authorize.ts';
import { type AccessGraph, type Grant, groupsOf, MASTERS, type Person } from './graph.ts';
import type { EscalationPaths } from './paths.ts';
import { findRisks } from './powers.ts';
import type { Binding, Role, Subject } from './snapshot.ts';
import { nodeName, originOf, subjectName } from './subject-name.ts';

const GRANTS_MAX = 5000;
const STEP_GRANTS_MAX = 64;
const LIST_MAX = 1000;
const PLACES_MAX = 64;

/** Kinds without which nobody knows who is allowed what. */
export const GRANTING_KINDS = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const;
/** Kinds that ways to cluster-admin go over: without one of these, no way found is no answer. */
export const PATH_KINDS = [...GRANTING_KINDS, 'ServiceAccount', 'Pod', 'Namespace'] as const;

const EVERYTHING = `Group/${MASTERS}`;

const cut = (values: readonly string[], length = 512): string[] =>
  values.slice(0, LIST_MAX).map((value) => value.slice(0, length));
export const place = ({ kind, namespace, name }: Pick<Binding | Role, 'kind' | 'namespace' | 'name'>) => ({
  kind,
  namespace,
  name,
});

export function grantOf(subject: string, { binding, role, rule }: Grant): AccessGrant {
  return {
    subject,
    binding: place(binding),
    role: place(role),
    rule: {
      verbs: cut(rule.verbs),
      apiGroups: cut(rule.apiGroups),
      resources: cut(rule.resources),
      resourceNames: cut(rule.resourceNames),
      nonResourceURLs: cut(rule.nonResourceURLs),
    },
  };
}

/** The question as people say it. */
function questionWords(attributes: Attributes): LocalText {
  if (isPath(attributes)) {
    const { verb, nonResourceURL } = attributes;
    return {
      en: `who may ${verb} ${nonResourceURL}`,
      ja: `${nonResourceURL} に対して ${verb} できるのは誰か`,
    };
  }
  const { verb, group, resource, subresource = '', namespace = '', name = '' } = attributes;
  const what = `${resource}${subresource === '' ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`;
  const one = name === '' ? what : `${what} ${name}`;
  return namespace === ''
    ? {
        en: `who may ${verb} ${one} in the whole cluster`,
        ja: `クラスター全体で ${one} を ${verb} できるのは誰か`,
      }
    : {
        en: `who may ${verb} ${one} in ${namespace}`,
        ja: `${namespace} で ${one} を ${verb} できるのは誰か`,
      };
}

export const missing = (graph: AccessGraph, kinds: readonly string[] = GRANTING_KINDS): string[] =>
  graph.snapshot.unreadable.filter((kind) => kinds.includes(kind));

/** Who is allowed something, with each grant. */
export function answerWhoCan(graph: AccessGraph, attributes: Attributes): AccessAnswer {
  const found = graph.whoCan(attributes);
  return {
    question: questionWords(attributes),
    grants: found.slice(0, GRANTS_MAX).map(({ subject, grant }) => grantOf(subjectName(subject), grant)),
    total: found.length,
    always: [EVERYTHING],
    unreadable: missing(graph),
  };
}

/** Who a grant of somebody is for: the name itself, or the group that has it. */
export function holderOf({ subjects }: Binding, person: Person): Subject | undefined {
  const groups = groupsOf(person);
  return (
    subjects.find((one) => one.kind !== 'Group' && subjectName(one) === nameOf(person)) ??
    subjects.find((one) => one.kind === 'Group' && groups.includes(one.name))
  );
}

export const nameOf = ({ user, groups }: Person): string =>
  user === '' ? `Group/${groups[0] ?? ''}` : nodeName(`User/${user}`);

/** What somebody is allowed, by name and by groups. */
export function answerWhatCan(graph: AccessGraph, person: Person): AccessAnswer {
  const found = graph.whatCan(person);
  const name = nameOf(person);
  return {
    question: { en: `what ${name} may do`, ja: `${name} に許可されている操作` },
    grants: found.slice(0, GRANTS_MAX).map((grant) => {
      const holder = holderOf(grant.binding, person);
      return grantOf(holder === undefined ? name : subjectName(holder), grant);
    }),
    total: found.length,
    always: groupsOf(person).includes(MASTERS) ? [EVERYTHING] : [],
    unreadable: missing(graph),
  };
}

/** Every permission that gives more than it says, worst first as the patterns are ordered. */
export function listRisks(graph: AccessGraph): AccessRisk[] {
  const words = (one: Pick<Binding | Role, 'kind' | 'namespace' | 'name'>): string =>
    `${one.kind}/${one.namespace === '' ? '' : `${one.namespace}/`}${one.name}`.slice(0, 512);
  const once = (values: readonly string[]): string[] => [...new Set(values)].slice(0, PLACES_MAX);
  return findRisks(graph).map((risk): AccessRisk => {
    const { subject, power, grants } = risk;
    const { id, title, severity } = power.pattern;
    return {
      subject: subjectName(subject),
      pattern: id,
      title,
      severity,
      scope: power.scope,
      names: cut(power.names, 253),
      origin: originOf(risk),
      bindings: once(grants.map(({ binding }) => words(binding))),
      roles: once(grants.map(({ role }) => words(role))),
    };
  });
}

/** The shortest way of somebody to everything. Where not everything was read, no way found is no answer. */
export function answerPath(graph: AccessGraph, paths: EscalationPaths, person: Person): AccessPath {
  const found = paths.from(person);
  // A group that is asked for by itself is nobody who would have to become a member first.
  const steps = person.user === '' && found?.[0]?.pattern === 'access.member' ? found.slice(1) : found;
  const unreadable = missing(graph, PATH_KINDS);
  return {
    subject: nameOf(person),
    reaches: steps !== undefined ? 'yes' : unreadable.length > 0 ? 'unknown' : 'no',
    steps: (steps ?? []).slice(0, PLACES_MAX).map(({ from, to, pattern, words, grants }) => ({
      from: nodeName(from),
      to: nodeName(to),
      pattern,
      words,
      grants: grants.slice(0, STEP_GRANTS_MAX).map((grant) => grantOf(nodeName(from), grant)),
    })),
    unreadable,
  };
}
