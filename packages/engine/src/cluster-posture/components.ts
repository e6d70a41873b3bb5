// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Lifecycle, Severity } from '@bartizan/contracts';
import { daysLeft } from '../posture/lifecycle.ts';
import type { ApiKnowledge, ApiUse } from './api-use.ts';
import type { PostureNode, PostureObjects, PosturePod } from './read-objects.ts';

/** Until when a component gets security fixes. `unknown`: the table does not list it, or its version cannot be read. */
export type Support = 'supported' | 'ends-soon' | 'ended' | 'unknown';

/** A known vulnerability of a component. */
export interface ComponentAdvisory {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly severity: Severity;
  readonly fixedIn?: string;
}

/** A part of a cluster with its version. */
export interface ClusterComponent {
  readonly product:
    | 'kubernetes'
    | 'kubelet'
    | 'etcd'
    | 'coredns'
    | 'containerd'
    | 'cri-o'
    | 'docker'
    | 'kernel'
    | 'system';
  /** `cluster`, or `Node/name`. */
  readonly where: string;
  readonly version: string;
  readonly support: Support;
  /** Last day of free security fixes, YYYY-MM-DD; absent: not known. */
  readonly endsOn?: string;
  readonly daysLeft?: number;
  /** Minor versions of a kubelet behind the API server, negative: ahead of it. */
  readonly behind?: number;
  /** Known vulnerabilities of that version; absent: not judged. */
  readonly advisories?: readonly ComponentAdvisory[];
  /** Of the API server: who uses versions that are deprecated; absent: not looked at. */
  readonly apiUses?: readonly ApiUse[];
}

const SOON_DAYS = 90;
/** A kubelet may be so many minor versions older than the API server (Kubernetes version skew policy, since 1.28). */
export const SKEW_MAX = 3;

const MINOR = /^v?(\d{1,3})\.(\d{1,4})(?:\.\d|$|[.+-])/;
/** Marks of a distribution that keeps a release alive by itself: the dates of the maker say nothing of it. */
const REPACKAGED = /(~ds|\+ds|-eks-|-gke\.|\+k3s|\+rke2|-aliyun|\.el\d|ubuntu|debian)/i;

/** Whether a distribution keeps a version alive by itself. */
export const isRepackaged = (version: string): boolean => REPACKAGED.test(version);

/** Major and minor number of a version; undefined when it is none. */
export function minorOf(version: string): { readonly major: number; readonly minor: number } | undefined {
  const found = MINOR.exec(version);
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) };
}

interface Clock {
  readonly lifecycle: Lifecycle | undefined;
  readonly nowMs: number;
}
interface Moment extends Clock {
  readonly apis?: Pick<ApiKnowledge, 'uses'>;
}

function supportOf(product: string, version: string, { lifecycle, nowMs }: Clock) {
  const numbers = minorOf(version);
  if (numbers === undefined || lifecycle === undefined || REPACKAGED.test(version))
    return { support: 'unknown' } as const;
  const release = `${numbers.major}.${numbers.minor}`;
  const left = daysLeft(lifecycle, { product, release }, nowMs);
  const endsOn = lifecycle.windows.find((one) => one.product === product && one.release === release)?.endsOn;
  if (left === undefined || endsOn === undefined) return { support: 'unknown' } as const;
  const support: Support = left < 0 ? 'ended' : left <= SOON_DAYS ? 'ends-soon' : 'supported';
  return { support, endsOn, daysLeft: left };
}

const RUNTIMES: Readonly<Record<string, ClusterComponent['product']>> = {
  containerd: 'containerd',
  'cri-o': 'cri-o',
  docker: 'docker',
};

function behindOf(server: string | undefined, kubelet: string): { readonly behind?: number } {
  const one = minorOf(server ?? '');
  const other = minorOf(kubelet);
  return one === undefined || other === undefined || one.major !== other.major
    ? {}
    : { behind: one.minor - other.minor };
}

function* nodeComponents(
  node: PostureNode,
  server: string | undefined,
  clock: Clock,
): Generator<ClusterComponent> {
  const where = `Node/${node.name}`;
  if (node.kubelet !== '')
    yield {
      ...{ product: 'kubelet', where, version: node.kubelet },
      ...supportOf('kubernetes', node.kubelet, clock),
      ...behindOf(server, node.kubelet),
    };
  const [runtime = '', version = ''] = node.runtime.split('://');
  const product = Object.hasOwn(RUNTIMES, runtime) ? RUNTIMES[runtime] : undefined;
  // CRI-O follows the versions and the dates of Kubernetes (cri-o.io, "Supported versions").
  if (product !== undefined && version !== '')
    yield {
      ...{ product, where, version },
      ...supportOf(product === 'cri-o' ? 'kubernetes' : product, version, clock),
    };
  if (node.kernel !== '') yield { product: 'kernel', where, version: node.kernel, support: 'unknown' };
  if (node.system !== '') yield { product: 'system', where, version: node.system, support: 'unknown' };
}

/** Programs of the control plane that run as pods, by the last part of their image. Makers publish no end of support. */
const SYSTEM_IMAGE = /(?:^|\/)(etcd|coredns):(v?\d{1,3}\.\d{1,4}\.\d{1,6})(?:-\d{1,4})?(?:@|$)/;

function systemComponents(pods: readonly PosturePod[]): ClusterComponent[] {
  const found = new Map<string, ClusterComponent>();
  for (const { namespace, images } of pods) {
    if (namespace !== 'kube-system') continue;
    for (const image of images) {
      const [, product, version] = SYSTEM_IMAGE.exec(image) ?? [];
      if (version !== undefined && (product === 'etcd' || product === 'coredns'))
        found.set(`${product} ${version}`, { product, where: 'cluster', version, support: 'unknown' });
    }
  }
  return [...found.values()];
}

/**
 * The parts of a cluster with the end of their support. Kernel and system of a node are listed without a date: an agent
 * on the node knows how its distribution supports them, the API server does not.
 */
export function componentsOf(
  { nodes, pods }: Pick<PostureObjects, 'nodes' | 'pods'>,
  server: string | undefined,
  clock: Moment,
): ClusterComponent[] {
  const own: ClusterComponent[] =
    server === undefined
      ? []
      : [
          {
            product: 'kubernetes',
            where: 'cluster',
            version: server,
            ...supportOf('kubernetes', server, clock),
            ...(clock.apis === undefined ? {} : { apiUses: clock.apis.uses }),
          },
        ];
  return [
    ...own,
    ...systemComponents(pods),
    ...nodes.flatMap((node) => [...nodeComponents(node, server, clock)]),
  ];
}
