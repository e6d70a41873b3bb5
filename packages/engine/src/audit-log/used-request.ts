// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Facts } from '@bartizan/contracts';
import type { Attributes } from '../access/authorize.ts';
import { accountOf } from '../access/graph.ts';
import type { AuditedRequest } from './read-event.ts';

/** A permission somebody made use of, as the authorizer was asked for it. */
export interface UsedRequest {
  readonly user: string;
  readonly attributes: Attributes;
}

const factText = (facts: Facts, name: string): string => {
  const value = facts[name];
  return typeof value === 'string' ? value : '';
};

/** Whoever acts as somebody else uses the permission to do so; what is done then is done by the other. */
function impersonation(user: string, as: string): UsedRequest {
  const account = accountOf(as);
  return {
    user,
    attributes:
      account === undefined
        ? { verb: 'impersonate', group: '', resource: 'users', name: as }
        : { verb: 'impersonate', group: '', resource: 'serviceaccounts', ...account },
  };
}

/**
 * The permissions a request made use of; none when it was refused, or when nobody knows. A request that was allowed and
 * then failed, for instance since there is no such object, used its permission all the same.
 */
export function usedRequests({
  facts,
  resource,
  namespace,
  name,
  authorized,
}: AuditedRequest): UsedRequest[] {
  const user = factText(facts, 'audit.user');
  if (authorized !== true || user === '') return [];
  const as = factText(facts, 'audit.impersonated');
  const verb = factText(facts, 'audit.verb');
  const subresource = factText(facts, 'audit.subresource');
  const attributes: Attributes =
    resource === ''
      ? { verb, nonResourceURL: factText(facts, 'audit.path') }
      : {
          ...{ verb, resource, namespace },
          group: factText(facts, 'audit.group'),
          ...(subresource === '' ? {} : { subresource }),
          // The name of what is created is in the body, which the authorizer does not see.
          ...(name === '' || (verb === 'create' && subresource === '') ? {} : { name }),
        };
  return as === '' ? [{ user, attributes }] : [impersonation(user, as), { user: as, attributes }];
}
