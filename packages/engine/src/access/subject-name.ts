// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { accountOf, accountUser, type Person } from './graph.ts';
import { isOwnBinding } from './own-grants.ts';
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

/** `kubernetes`: every grant of it is made by the API server for its own parts; else somebody gave it. */
export const originOf = ({ subject, grants }: Pick<Risk, 'subject' | 'grants'>): 'kubernetes' | 'given' =>
  grants.length > 0 && grants.every(({ binding }) => isOwnBinding(binding, subjectName(subject)))
    ? 'kubernetes'
    : 'given';
