// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessGrantRisk, Severity } from '@bartizan/contracts';
import { answerPath, missing, PATH_KINDS } from './answers.ts';
import { AccessGraph, accountUser, type Person } from './graph.ts';
import { EscalationPaths } from './paths.ts';
import { Powers } from './powers.ts';
import type { Binding, PolicyRule, Role, Subject } from './snapshot.ts';

/** A grant that is not there yet. */
export interface ProposedGrant {
  readonly subject: Subject;
  /** A role that is there, or the rules of one that is made for it. */
  readonly role:
    | { readonly kind: Role['kind']; readonly name: string }
    | { readonly rules: readonly PolicyRule[] };
  /** Empty: the whole cluster. */
  readonly namespace: string;
}

/** No object can have this name, so that it stands beside all that are there. */
const NAME = 'proposed grant';
const PATTERNS_MAX = 128;
/** What nobody should approve without a second look; the rest is told. */
const GRAVE: ReadonlySet<Severity> = new Set<Severity>(['critical', 'high']);

const personOfSubject = ({ kind, namespace, name }: Subject): Person => {
  if (kind === 'Group') return { user: '', groups: [name] };
  return { user: kind === 'User' ? name : accountUser(namespace, name), groups: [] };
};

function withGrant({ snapshot }: AccessGraph, { subject, role, namespace }: ProposedGrant) {
  const isWide = namespace === '';
  const made: Role | undefined =
    'rules' in role
      ? { kind: isWide ? 'ClusterRole' : 'Role', namespace, name: NAME, labels: {}, rules: role.rules }
      : undefined;
  const binding: Binding = {
    kind: isWide ? 'ClusterRoleBinding' : 'RoleBinding',
    namespace,
    name: NAME,
    role: 'rules' in role ? { kind: isWide ? 'ClusterRole' : 'Role', name: NAME } : role,
    subjects: [subject],
  };
  const graph = new AccessGraph({
    ...snapshot,
    roles: made === undefined ? snapshot.roles : [...snapshot.roles, made],
    bindings: [...snapshot.bindings, binding],
  });
  return { graph, binding };
}

/** What a grant would open: the way to cluster-admin that comes with it, and what in it gives more than it says. */
export function judgeGrant(
  graph: AccessGraph,
  paths: EscalationPaths,
  grant: ProposedGrant,
): AccessGrantRisk {
  const person = personOfSubject(grant.subject);
  const hadPath = paths.from(person) !== undefined;
  const after = withGrant(graph, grant);
  const path = answerPath(after.graph, new EscalationPaths(after.graph), person);
  const powers = new Powers(after.graph).of([after.binding]);
  const patterns = new Map(powers.map(({ pattern }) => [pattern.id, pattern]));
  const unreadable = missing(graph, PATH_KINDS);
  // A role that is not there gives nothing today, and anything as soon as somebody makes it.
  const isUnknown = unreadable.length > 0 || after.graph.roleOf(after.binding) === undefined;
  const isWay = !hadPath && path.reaches === 'yes';
  const isRisky = powers.some(({ pattern }) => GRAVE.has(pattern.severity));
  const calm = patterns.size > 0 ? 'minor' : 'none';
  return {
    level: isWay ? 'path' : isRisky ? 'risky' : isUnknown ? 'unknown' : calm,
    ...(isWay ? { path } : {}),
    hadPath,
    patterns: [...patterns.values()]
      .slice(0, PATTERNS_MAX)
      .map(({ id, title, severity }) => ({ pattern: id, title, severity })),
    unreadable,
  };
}
