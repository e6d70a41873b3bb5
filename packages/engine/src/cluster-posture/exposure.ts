// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { EXPOSURES } from '@bartizan/contracts';
import { narrows, type Reachability } from '../reachability/index.ts';
import type { KnownSurface } from './known-surfaces.ts';
import { surfaceOf } from './known-surfaces.ts';
import type { PostureObjects, PosturePod, PostureService } from './read-objects.ts';

export type ExposureWay = (typeof EXPOSURES)[number];

/** How many of the pods behind it network policies hold for traffic into them. */
export type Guard = 'all' | 'some' | 'none' | 'unknown';

/** Something by which pods are reachable from outside the cluster. */
export interface ExposurePoint {
  readonly kind: 'Service' | 'Ingress' | 'Pod';
  readonly namespace: string;
  readonly name: string;
  readonly way: ExposureWay;
  /** Addresses or host names; none: not known, or those of the nodes. */
  readonly addresses: readonly string[];
  readonly ports: readonly { readonly number: number; readonly protocol: string }[];
  /** Networks it is limited to; none: everybody who reaches the address. */
  readonly sources: readonly string[];
  readonly pods: readonly PosturePod[];
  readonly guard: Guard;
  readonly surface?: KnownSurface;
}

/** Annotations by which clouds keep a load balancer inside, with the values that do. */
const INTERNAL: readonly (readonly [string, readonly string[]])[] = [
  ['service.beta.kubernetes.io/aws-load-balancer-internal', ['true', '0.0.0.0/0']],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', ['internal']],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', ['true']],
  ['networking.gke.io/load-balancer-type', ['internal']],
  ['cloud.google.com/load-balancer-type', ['internal']],
  ['service.beta.kubernetes.io/openstack-internal-load-balancer', ['true']],
];

const isInternal = ({ annotations }: PostureService): boolean =>
  INTERNAL.some(([key, values]) => values.includes((annotations[key] ?? '').toLowerCase()));

/** The pods behind a service. */
export function selected(pods: readonly PosturePod[], service: PostureService): PosturePod[] {
  const wanted = service.selector;
  if (wanted === undefined) return [];
  return pods.filter(
    ({ namespace, labels }) =>
      namespace === service.namespace &&
      Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value),
  );
}

interface Asked {
  readonly reachability: Reachability;
  readonly namespaceLabels: (namespace: string) => Readonly<Record<string, string>>;
  /** Kinds of policies that could not be read: what is not guarded by those known is perhaps guarded by these. */
  readonly unreadPolicies: readonly string[];
}

function isGuarded(pod: PosturePod, { reachability, namespaceLabels }: Asked): boolean {
  const { namespace, name, labels, hostNetwork } = pod;
  if (hostNetwork) return false;
  return reachability
    .selecting({
      kind: 'pod',
      ...{ namespace, name, labels, hostNetwork },
      namespaceLabels: namespaceLabels(namespace),
      addresses: [],
      ports: [],
    })
    .some((policy) => narrows(policy, 'ingress'));
}

function guardOf(pods: readonly PosturePod[], asked: Asked): Guard {
  if (pods.length === 0) return 'unknown';
  const held = pods.filter((pod) => isGuarded(pod, asked)).length;
  if (held === pods.length) return 'all';
  if (asked.unreadPolicies.length > 0) return 'unknown';
  return held === 0 ? 'none' : 'some';
}

function waysOf(service: PostureService): ExposureWay[] {
  const ways: ExposureWay[] = [];
  if (service.type === 'LoadBalancer')
    ways.push(isInternal(service) ? 'internal-load-balancer' : 'load-balancer');
  if (service.type === 'NodePort') ways.push('node-port');
  if (service.externalIPs.length > 0) ways.push('external-ip');
  return ways;
}

function* servicePoints(objects: PostureObjects, asked: Asked): Generator<ExposurePoint> {
  for (const service of objects.services)
    for (const way of waysOf(service)) {
      const { namespace, name, sources } = service;
      const pods = selected(objects.pods, service);
      yield {
        ...{ kind: 'Service', namespace, name, way, sources, pods },
        addresses: way === 'external-ip' ? service.externalIPs : service.addresses,
        ports: service.ports.map(({ number, protocol, nodePort }) => ({
          number: way === 'node-port' ? (nodePort ?? number) : number,
          protocol,
        })),
        guard: guardOf(pods, asked),
        ...surfaceIn(pods),
      };
    }
}

const surfaceIn = (pods: readonly PosturePod[]): { readonly surface?: KnownSurface } => {
  const surface = pods.map(surfaceOf).find((one) => one !== undefined);
  return surface === undefined ? {} : { surface };
};

function* ingressPoints(objects: PostureObjects, asked: Asked): Generator<ExposurePoint> {
  for (const { namespace, name, hosts, services, addresses } of objects.ingresses) {
    const behind = objects.services.filter(
      (service) => service.namespace === namespace && services.includes(service.name),
    );
    const pods = [...new Set(behind.flatMap((service) => selected(objects.pods, service)))];
    yield {
      ...{ kind: 'Ingress', namespace, name, way: 'ingress', sources: [], pods },
      addresses: [...new Set([...hosts, ...addresses])].slice(0, 64),
      ports: [],
      guard: guardOf(pods, asked),
      ...surfaceIn(pods),
    };
  }
}

function* podPoints(objects: PostureObjects, asked: Asked): Generator<ExposurePoint> {
  for (const pod of objects.pods) {
    if (!pod.hostNetwork && pod.hostPorts.length === 0) continue;
    const { namespace, name } = pod;
    yield {
      ...{ kind: 'Pod', namespace, name, sources: [], addresses: [], pods: [pod] },
      way: pod.hostNetwork ? 'host-network' : 'host-port',
      ports: pod.hostPorts.map((number) => ({ number, protocol: 'TCP' })),
      guard: guardOf([pod], asked),
      ...surfaceIn([pod]),
    };
  }
}

/** Everything by which pods of the cluster are reachable from outside it. */
export const exposureOf = (objects: PostureObjects, asked: Asked): ExposurePoint[] => [
  ...servicePoints(objects, asked),
  ...ingressPoints(objects, asked),
  ...podPoints(objects, asked),
];

/** Whether it is meant for others than the nodes' own network. */
export const isOutside = ({ way }: Pick<ExposurePoint, 'way'>): boolean =>
  way !== 'internal-load-balancer' && way !== 'host-network';
