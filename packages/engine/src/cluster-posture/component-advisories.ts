// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ClusterComponent, type ComponentAdvisory, isRepackaged, minorOf } from './components.ts';

/** What advisories are keyed by. */
export interface ComponentPackage {
  readonly ecosystem: 'Kubernetes' | 'Go';
  readonly name: string;
  readonly version: string;
}

type Name = readonly [ecosystem: ComponentPackage['ecosystem'], name: string];

/**
 * Names that advisories have for each: the feed of Kubernetes names its programs, the database of Go the repository, in
 * which a flaw may be one of another program; it is told of the API server, whose version the whole control plane has.
 */
const NAMES: Readonly<Record<string, readonly Name[]>> = {
  kubernetes: [
    ['Kubernetes', 'k8s.io/apiserver'],
    ['Kubernetes', 'k8s.io/controller-manager'],
    ['Kubernetes', 'k8s.io/kubernetes'],
    ['Go', 'k8s.io/kubernetes'],
  ],
  kubelet: [['Kubernetes', 'k8s.io/kubelet']],
  containerd: [['Go', 'github.com/containerd/containerd']],
  etcd: [
    ['Go', 'go.etcd.io/etcd'],
    ['Go', 'go.etcd.io/etcd/server/v3'],
  ],
  coredns: [['Go', 'github.com/coredns/coredns']],
};

/**
 * The packages that a component is; none: nothing can be said of its version, for instance since a distribution repairs
 * it without another number.
 */
export function packagesOf({ product, version }: ClusterComponent): ComponentPackage[] {
  const names = Object.hasOwn(NAMES, product) ? (NAMES[product] ?? []) : [];
  const numbers = minorOf(version);
  if (numbers === undefined || isRepackaged(version)) return [];
  // A major version of Go from 2 on has another name, but for etcd, which came before modules.
  const isSecond = product === 'containerd' && numbers.major >= 2;
  return names.map(([ecosystem, name]) => ({
    ecosystem,
    name: isSecond ? `${name}/v${numbers.major}` : name,
    version: version.replace(/^v/, ''),
  }));
}

/** What is known of a package; undefined: not judged (yet). */
export type AdvisoriesOf = (one: ComponentPackage) => readonly ComponentAdvisory[] | undefined;

const RANK: Readonly<Record<string, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** Components with the advisories that speak against them; without them where a part of the answer is missing. */
export function withAdvisories(
  components: readonly ClusterComponent[],
  known: AdvisoriesOf,
): ClusterComponent[] {
  return components.map((component) => {
    const packages = packagesOf(component);
    const answers = packages.map(known);
    if (packages.length === 0 || answers.includes(undefined)) return component;
    const found: ComponentAdvisory[] = [];
    const seen = new Set<string>();
    for (const one of answers.flatMap((answer) => answer ?? [])) {
      const ids = [one.id, ...one.aliases];
      if (!ids.some((id) => seen.has(id))) found.push(one);
      for (const id of ids) seen.add(id);
    }
    const advisories = found.sort(
      (left, right) =>
        (RANK[left.severity] ?? 4) - (RANK[right.severity] ?? 4) || (left.id < right.id ? -1 : 1),
    );
    return { ...component, advisories };
  });
}
