// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ApiVersionUse, ok } from '@bartizan/contracts';
import type { AccessDesks } from '../../access-ports.ts';
import type { Clock } from '../../ports.ts';
import { type ListPaths, type Orders, pageOf } from './known-rows.ts';
import { answers, reply } from './route-handler.ts';

const FIELDS: ListPaths<'access.api-uses'> = {
  version: 'apiVersion',
  kind: 'kind',
  by: 'by',
  about: 'about',
  namespace: 'namespace',
  source: 'source',
  removedIn: 'removedIn',
  isRemoved: 'isRemoved',
  isOwn: 'isOwn',
};
/** A release as a number; what no release removes comes behind all that one does. */
const releaseOf = ({ removedIn }: ApiVersionUse): number => Number(removedIn?.split('.')[1] ?? 9999);
const ORDERS: Orders<ApiVersionUse> = {
  '': (use) => releaseOf(use) + (use.isOwn ? 10_000 : 0),
  removedIn: releaseOf,
  version: ({ apiVersion, kind }) => `${apiVersion} ${kind}`,
  by: ({ by }) => by,
  about: ({ about, namespace }) => `${namespace} ${about}`,
  last: ({ lastAtMs }) => lastAtMs ?? 0,
};

/** Who uses versions of the Kubernetes API that go. */
export const apiUseHandlers = ({
  clock,
  access,
}: {
  readonly clock: Clock;
  readonly access: AccessDesks;
}) => ({
  'access.api-uses': answers('access.api-uses', ({ query, caller }) => {
    const known = access(caller).apiUses();
    const uses = known.ok ? ok(known.value.uses) : known;
    const page = pageOf(uses, query, { fields: FIELDS, orders: ORDERS, clock });
    if (!page.ok) return Promise.resolve(page);
    if (!known.ok) return Promise.resolve(known);
    const { unread, isHeard } = known.value;
    return Promise.resolve(reply({ ...page.value.body, unread: [...unread], isAuditLogHeard: isHeard }));
  }),
});
