// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { accountOf, accountUser, type Grant, type Person } from './graph.ts';
import type { Risk } from './powers.ts';
import type { Subject } from './snapshot.ts';

/** A subject as answers name it: `User/x`, `Group/x`, `ServiceAccount/namespace/name`. */
export function subjectName({ kind, namespace, name }: Subject): string {
  if (kind === 'ServiceAccount') return `ServiceAccount/${namespace}/${name}`;
  const account = kind === 'User' ? accountOf(name) : undefined;
  return account === undefined ? `${kind}/${name}` : `ServiceAccount/${account.namespace}/${account.name}`;
}

/** A node of a path as answers name it; places of a path keep their own names. */
export function nodeName(node: string): string {
  const user = node.startsWith('User/') ? accountOf(node.slice('User/'.length)) : undefined;
  return user === undefined ? node : `ServiceAccount/${user.namespace}/${user.name}`;
}

/** A user name, or a subject as answers name it, with the groups given. */
export function personOf(user: string, groups: readonly string[]): Person {
  const [kind, namespace = '', name = ''] = user.split('/');
  if (kind === 'ServiceAccount' && namespace !== '' && name !== '')
    return { user: accountUser(namespace, name), groups };
  if (user.startsWith('User/')) return { user: user.slice('User/'.length), groups };
  return user.startsWith('Group/')
    ? { user: '', groups: [user.slice('Group/'.length), ...groups] }
    : { user, groups };
}

const CONTROLLER = 'system:controller:';

/** Subjects of bindings that the API server itself makes, beside the accounts of its controllers. */
const OWN_SUBJECTS: Readonly<Record<string, string>> = {
  'cluster-admin': 'Group/system:masters',
  'system:kube-controller-manager': 'User/system:kube-controller-manager',
  'system:kube-scheduler': 'User/system:kube-scheduler',
  'system:volume-scheduler': 'User/system:kube-scheduler',
  'system:node-proxier': 'User/system:kube-proxy',
};

/** Whether a grant is one that the API server makes for a part of Kubernetes: name, role and subject all fit. */
function isOwnGrant({ binding, role }: Grant, subject: string): boolean {
  if (binding.kind !== 'ClusterRoleBinding' || role.kind !== 'ClusterRole' || binding.name !== role.name)
    return false;
  return binding.name.startsWith(CONTROLLER)
    ? subject === `ServiceAccount/kube-system/${binding.name.slice(CONTROLLER.length)}`
    : OWN_SUBJECTS[binding.name] === subject;
}

/** `kubernetes`: every grant of it is made by the API server for its own parts; else somebody gave it. */
export const originOf = ({ subject, grants }: Pick<Risk, 'subject' | 'grants'>): 'kubernetes' | 'given' =>
  grants.length > 0 && grants.every((grant) => isOwnGrant(grant, subjectName(subject)))
    ? 'kubernetes'
    : 'given';
