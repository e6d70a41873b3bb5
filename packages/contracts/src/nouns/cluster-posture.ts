// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import {
  choice,
  flag,
  inline,
  instant,
  integer,
  list,
  localText,
  object,
  optional,
  text,
} from '../schema.ts';
import { SeveritySchema } from '../severity.ts';

const namespace = text('Namespace; empty: none', 253);
const name = text('Name', 253);

/** Ways out of a cluster by which pods are reachable. */
export const EXPOSURES = [
  'load-balancer',
  'internal-load-balancer',
  'node-port',
  'external-ip',
  'ingress',
  'host-port',
  'host-network',
] as const;

/** Something by which pods are reachable from outside the cluster. */
export const Exposure = object('Exposure', 'Something by which pods are reachable from outside the cluster', {
  kind: choice(['Service', 'Ingress', 'Pod'], 'Kind of the object'),
  namespace,
  name,
  way: choice(EXPOSURES, 'How; host-network: every port that the pod opens'),
  isOutside: flag('Meant for others than the network of the nodes'),
  addresses: list(
    text('Address or host name', 253),
    'Where; none: the addresses of the nodes, or not known',
    64,
  ),
  ports: list(
    inline('Port', {
      number: integer('Port', '1', { minimum: 0, maximum: 65535 }),
      protocol: text('Protocol', 16),
    }),
    'Ports; none: those of the ingress controller, or not known',
    256,
  ),
  sources: list(
    text('Network', 64),
    'Networks it is limited to; none: everybody who reaches the address',
    256,
  ),
  pods: list(text('Pod', 253), 'Pods behind it; the first 100', 100),
  podCount: integer('Pods behind it', '1'),
  guard: choice(
    ['all', 'some', 'none', 'unknown'],
    'How many of these pods network policies hold for traffic into them; unknown: no pods, or policies that cannot be read',
  ),
  component: optional(text('Administration page or data store that it is', 64)),
  risk: optional(localText('What somebody who reaches that component has', 256)),
});
export type Exposure = Static<typeof Exposure>;

/** A secret, what uses it and who may read it. The value is never read. */
export const SecretUsage = object('SecretUsage', 'A secret, what uses it, and who may read it', {
  namespace,
  name,
  users: list(
    inline('User', {
      by: text('Pod/name, Ingress/name, or the workload or account whose pods will use it', 320),
      way: choice(['environment', 'file', 'image-pull', 'ingress-tls'], 'How it takes the secret'),
    }),
    'What uses it; the first 200; none: nothing that is known',
    200,
  ),
  readers: list(
    text('User/x, Group/x or ServiceAccount/namespace/name', 640),
    'Everybody whom a role lets read it, apart from parts of Kubernetes; the first 200',
    200,
  ),
  readerCount: integer('Readers', '1'),
  everybody: list(text('Group or user', 253), 'Readers that stand for everybody', 8),
  createdAtMs: optional(instant('When it was made; absent: metadata of secrets may not be read')),
  changedAtMs: optional(instant('When its values were written last; absent: not known')),
});
export type SecretUsage = Static<typeof SecretUsage>;

const versionUse = {
  apiVersion: text('Version, as group/version', 320),
  kind: text('Kind, or the resource', 253),
  source: choice(
    ['written', 'applied', 'manifest', 'requested'],
    'written: a field manager wrote the object so; applied: the manifest applied last says so; manifest: the object is in it; requested: a request in the audit log, kept for 35 days',
  ),
  by: text('Field manager, or user with its program; empty: not known', 1100),
  about: text('The object, or the resource that was asked for', 640),
  namespace,
  isOwn: flag('By a part of Kubernetes, which goes along with its release'),
  removedIn: optional(text('Release of Kubernetes that serves it no more; absent: none is named', 16)),
  isRemoved: optional(flag('The API server serves it no more')),
  replacement: optional(text('Version that has the kind then; absent: none', 320)),
  lastAtMs: optional(instant('Last time that is known')),
};

/** Who uses a version of the Kubernetes API that goes, where, and until which release. */
export const ApiVersionUse = object(
  'ApiVersionUse',
  'Use of a deprecated version of the Kubernetes API',
  versionUse,
);
export type ApiVersionUse = Static<typeof ApiVersionUse>;

/** A part of a cluster, and until when it gets security fixes. */
export const Component = object('Component', 'A part of a cluster, and until when it gets security fixes', {
  product: choice(
    ['kubernetes', 'kubelet', 'etcd', 'coredns', 'containerd', 'cri-o', 'docker', 'kernel', 'system'],
    'What it is; kubernetes: the API server',
  ),
  where: text('cluster, or Node/name', 320),
  version: text('Version', 256),
  support: choice(
    ['supported', 'ends-soon', 'ended', 'unknown'],
    'ends-soon: within 90 days; unknown: the table of dates does not list it, or a distribution maintains it',
  ),
  endsOn: optional(text('Last day of free security fixes, YYYY-MM-DD', 10)),
  daysLeft: optional(integer('Days until then; negative: since then', 'days', { minimum: -100_000 })),
  behind: optional(
    integer('Minor versions of a kubelet behind the API server; negative: ahead', '1', { minimum: -1000 }),
  ),
  advisoryCount: optional(
    integer('Advisories that speak against the version; absent: not judged, which is not none', '1'),
  ),
  advisories: optional(
    list(
      inline('Advisory', {
        id: text('Id of the flaw', 128),
        severity: SeveritySchema,
        fixedIn: optional(text('Version that has the fix', 256)),
      }),
      'Of those, the worst 200',
      200,
    ),
  ),
  apiUseCount: optional(
    integer('Of the API server: uses of deprecated API versions; absent: not looked at', '1'),
  ),
  apiUses: optional(
    list(
      inline('Use of a deprecated API version', versionUse),
      'Of those, the 200 that are removed first',
      200,
    ),
  ),
});
export type Component = Static<typeof Component>;

/** A harmless request without credentials, and what it proved last. */
export const ClusterProbe = object(
  'ClusterProbe',
  'A harmless request without credentials, and what it proved last',
  {
    id: text('Id', 512),
    about: text('Cluster, Node/name or Service/namespace/name', 640),
    url: text('What is asked: a GET, of which only the status is read', 1024),
    what: localText('What an answer would mean', 256),
    fix: localText('What to do when it answers', 512),
    outcome: choice(
      ['not-run', 'open', 'refused', 'closed', 'silent'],
      'open: it answered a stranger; silent: no answer, which proves nothing; not-run: nobody asked yet, since probes are opt-in',
    ),
    said: optional(text('Status of HTTP, or the code of the fault', 64)),
    askedAtMs: optional(instant('When')),
  },
);
export type ClusterProbe = Static<typeof ClusterProbe>;

/** What a run of probes came to. */
export const ProbeRun = object('ProbeRun', 'What a run of probes came to', {
  asked: integer('Probes', '1'),
  open: integer('Of those, answered', '1'),
  refused: integer('Asked for credentials', '1'),
  closed: integer('Nothing listens', '1'),
  silent: integer('No answer', '1'),
});
export type ProbeRun = Static<typeof ProbeRun>;
