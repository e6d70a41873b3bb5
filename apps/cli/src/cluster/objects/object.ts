// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** An object of Kubernetes as it is applied. */
export interface ClusterObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Where the data of the controller lies. */
export type Storage =
  | { readonly kind: 'persistent'; readonly size: string; readonly className?: string }
  | { readonly kind: 'ephemeral'; readonly sizeLimit: string };

/** What differs between one installation and another. */
export interface ObjectOptions {
  readonly version: string;
  readonly controllerImage: string;
  readonly agentImage: string;
  /** Digests of images that nodes were loaded with: a tag alone does not say that they changed. */
  readonly controllerDigest?: string;
  readonly agentDigest?: string;
  readonly pullPolicy: 'IfNotPresent' | 'Always' | 'Never';
  readonly storage: Storage;
  readonly serviceType: 'ClusterIP' | 'NodePort';
  /** TCP ports that the controller may reach beside EGRESS_PORTS: of registries, or of an API server at another port. */
  readonly egressPorts?: readonly number[];
}

/** Names are fixed, so that one cluster has one installation and every document speaks of the same objects. */
export const NAMES = {
  partOf: 'bartizan',
  instance: 'main',
  namespace: 'bartizan',
  agentNamespace: 'bartizan-agent',
  controller: 'bartizan-controller',
  agent: 'bartizan-agent',
  keys: 'bartizan-keys',
  data: 'bartizan-data',
  trust: 'bartizan-trust',
  audience: 'bartizan-controller',
} as const;

export const PORTS = { api: 8443, agents: 8444, webhook: 8445 } as const;
/** TCP ports that the controller may reach, at any address: the API server, registries and feeds have no labels. */
export const EGRESS_PORTS: readonly number[] = [443, 6443];
/** These, and what an installation opens beside them. */
export const egressPortsOf = ({ egressPorts = [] }: Pick<ObjectOptions, 'egressPorts'>): number[] => [
  ...new Set([...EGRESS_PORTS, ...egressPorts]),
];
/** User of the controller: the one of its image. */
export const CONTROLLER_UID = 10_001;

/** Everything of ours carries these: uninstalling finds it by them. */
export const labelsOf = (component: string): Record<string, string> => ({
  'app.kubernetes.io/name': `bartizan-${component}`,
  'app.kubernetes.io/component': component,
  'app.kubernetes.io/part-of': NAMES.partOf,
  'app.kubernetes.io/instance': NAMES.instance,
});

/** Helm leaves it when the chart is uninstalled: with the namespace keys and data would go, with a kind every policy. */
export const KEPT_BY_HELM = { 'helm.sh/resource-policy': 'keep' } as const;

/** Annotations of a pod whose image was loaded by hand. */
export const digestOf = (digest: string | undefined): Pick<ClusterObject['metadata'], 'annotations'> =>
  digest === undefined ? {} : { annotations: { 'bartizan.dev/image-digest': digest } };

/** What selects the pods of a part; never changes, since a selector cannot. */
export const selectorOf = (component: string): Record<string, string> => ({
  'app.kubernetes.io/name': `bartizan-${component}`,
  'app.kubernetes.io/instance': NAMES.instance,
});
