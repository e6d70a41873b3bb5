// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Facts } from '@bartizan/contracts';
import type { Attributes } from '../access/authorize.ts';
import { actedAsMaster, impersonationAsked } from './impersonation.ts';
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
  if (as === '') return [{ user, attributes }];
  // Whoever acts as somebody else uses the permissions to do so; what is done then is done by the other.
  const asked = impersonationAsked(facts).map((one): UsedRequest => ({ user, attributes: one }));
  return actedAsMaster(facts) ? asked : [...asked, { user: as, attributes }];
}
