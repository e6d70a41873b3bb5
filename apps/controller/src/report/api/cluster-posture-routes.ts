// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ClusterProbe, Component, Exposure, SecretUsage } from '@bartizan/contracts';
import type { AccessDesks } from '../../access-ports.ts';
import type { Clock } from '../../ports.ts';
import { type ListPaths, type Orders, pageOf } from './known-rows.ts';
import { partialPage } from './partial-page.ts';
import { answers, reply } from './route-handler.ts';

interface Parts {
  readonly clock: Clock;
  readonly access: AccessDesks;
}

const EXPOSURE_FIELDS: ListPaths<'access.exposure'> = {
  kind: 'kind',
  namespace: 'namespace',
  name: 'name',
  way: 'way',
  guard: 'guard',
  component: 'component',
  pod: 'pods',
  address: 'addresses',
};
const EXPOSURE_ORDERS: Orders<Exposure> = {
  '': ({ component, isOutside, guard }) =>
    (isOutside ? 0 : 4) + (component === undefined ? 2 : 0) + (guard === 'all' ? 1 : 0),
  kind: ({ kind }) => kind,
  namespace: ({ namespace }) => namespace,
  name: ({ name }) => name,
  way: ({ way }) => way,
  guard: ({ guard }) => guard,
};
const SECRET_FIELDS: ListPaths<'access.secrets'> = {
  namespace: 'namespace',
  name: 'name',
  user: 'users.by',
  way: 'users.way',
  reader: 'readers',
  everybody: 'everybody',
};
const SECRET_ORDERS: Orders<SecretUsage> = {
  '': ({ everybody, readerCount }) => -(everybody.length * 1_000_000 + readerCount),
  namespace: ({ namespace }) => namespace,
  name: ({ name }) => name,
  readers: ({ readerCount }) => readerCount,
  changed: ({ changedAtMs }) => changedAtMs ?? Number.MAX_SAFE_INTEGER,
};
const COMPONENT_FIELDS: ListPaths<'access.components'> = {
  product: 'product',
  where: 'where',
  version: 'version',
  support: 'support',
};
const SUPPORT_RANK: Readonly<Record<Component['support'], number>> = {
  ended: 0,
  'ends-soon': 1,
  unknown: 2,
  supported: 3,
};
const COMPONENT_ORDERS: Orders<Component> = {
  '': ({ support }) => SUPPORT_RANK[support],
  product: ({ product }) => product,
  where: ({ where }) => where,
  version: ({ version }) => version,
  support: ({ support }) => SUPPORT_RANK[support],
};

const PROBE_FIELDS: ListPaths<'access.probes'> = { id: 'id', about: 'about', url: 'url', outcome: 'outcome' };
const PROBE_RANK: Readonly<Record<ClusterProbe['outcome'], number>> = {
  open: 0,
  silent: 1,
  'not-run': 2,
  refused: 3,
  closed: 4,
};
const PROBE_ORDERS: Orders<ClusterProbe> = {
  '': ({ outcome }) => PROBE_RANK[outcome],
  about: ({ about }) => about,
  url: ({ url }) => url,
  outcome: ({ outcome }) => PROBE_RANK[outcome],
};

/** What the cluster shows to the outside, the secrets in use, and how old its parts are. */
export const clusterPostureHandlers = ({ clock, access }: Parts) => ({
  'access.exposure': answers('access.exposure', ({ query, caller }) => {
    const desk = access(caller);
    return Promise.resolve(
      partialPage({ rows: desk.exposure(), unread: desk.unread('exposure') }, query, {
        fields: EXPOSURE_FIELDS,
        orders: EXPOSURE_ORDERS,
        clock,
      }),
    );
  }),
  'access.secrets': answers('access.secrets', ({ query, caller }) =>
    Promise.resolve(
      pageOf(access(caller).secrets(), query, { fields: SECRET_FIELDS, orders: SECRET_ORDERS, clock }),
    ),
  ),
  'access.components': answers('access.components', ({ query, caller }) =>
    Promise.resolve(
      pageOf(access(caller).components(), query, {
        fields: COMPONENT_FIELDS,
        orders: COMPONENT_ORDERS,
        clock,
      }),
    ),
  ),
  'access.probes': answers('access.probes', ({ query, caller }) =>
    Promise.resolve(
      pageOf(access(caller).probes(), query, { fields: PROBE_FIELDS, orders: PROBE_ORDERS, clock }),
    ),
  ),
  'access.probe': answers('access.probe', async ({ caller }) => {
    const run = await access(caller).probe();
    if (!run.ok) return run;
    const { asked, open } = run.value;
    return reply(run.value, { auditDetail: `${asked} probes, ${open} answered` });
  }),
});
