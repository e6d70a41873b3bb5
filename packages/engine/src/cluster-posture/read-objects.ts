// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isObject, type Json, listOf, memberOf, textMapOf, textOf, textsOf } from '../foreign-json.ts';
import { type NotedSecret, readNotedSecret } from './secret-note.ts';

/** How a pod takes a secret. */
export type SecretWay = 'environment' | 'file' | 'image-pull' | 'ingress-tls';

/** A pod, as far as exposure, secrets and the cloud ask. */
export interface PosturePod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly images: readonly string[];
  readonly hostNetwork: boolean;
  readonly hostPorts: readonly number[];
  readonly secrets: readonly { readonly name: string; readonly way: SecretWay }[];
}
/** A service that is more than a name inside the cluster may be. */
export interface PostureService {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Undefined: it selects no pods itself. */
  readonly selector: Readonly<Record<string, string>> | undefined;
  readonly ports: readonly {
    readonly number: number;
    readonly protocol: string;
    /** Name and application protocol, as far as they are given. */
    readonly name: string;
    readonly nodePort?: number;
  }[];
  /** Addresses inside the cluster; none, or `None`: it has none of its own. */
  readonly clusterIPs: readonly string[];
  readonly addresses: readonly string[];
  readonly externalIPs: readonly string[];
  /** Networks that a load balancer lets in; none: all. */
  readonly sources: readonly string[];
}
/** An ingress with the services behind it. */
export interface PostureIngress {
  readonly namespace: string;
  readonly name: string;
  readonly hosts: readonly string[];
  readonly services: readonly string[];
  readonly secrets: readonly string[];
  readonly addresses: readonly string[];
}
/** A service account with the role it has in the cloud. */
export interface CloudAccount {
  readonly namespace: string;
  readonly name: string;
  readonly cloud: string;
  readonly role: string;
}
/** A node with its versions. */
export interface PostureNode {
  readonly name: string;
  readonly kubelet: string;
  readonly runtime: string;
  readonly system: string;
  readonly kernel: string;
  /** Cloud it runs in; empty: none that is known. */
  readonly cloud: string;
  /** Addresses inside the cluster. */
  readonly addresses: readonly string[];
  /** Where its kubelet listens. */
  readonly kubeletPort: number;
}

const LIST_MAX = 256;
const list = (value: unknown, ...path: string[]): readonly unknown[] =>
  listOf(memberOf(value, ...path)).slice(0, LIST_MAX);
const meta = (object: unknown) => ({
  namespace: textOf(memberOf(object, 'metadata', 'namespace')),
  name: textOf(memberOf(object, 'metadata', 'name')),
});
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const named = (names: readonly string[], way: SecretWay) =>
  names.filter((name) => name !== '').map((name) => ({ name, way }));
const nameIn =
  (...path: string[]) =>
  (value: unknown): string =>
    textOf(memberOf(value, ...path));

function containersOf(spec: unknown): readonly unknown[] {
  return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((key) => list(spec, key));
}

function secretsOf(spec: unknown): PosturePod['secrets'] {
  const containers = containersOf(spec);
  const volumes = list(spec, 'volumes');
  const projected = volumes.flatMap((volume) => list(volume, 'projected', 'sources'));
  const found = [
    ...named(
      containers.flatMap((one) => [
        ...list(one, 'env').map(nameIn('valueFrom', 'secretKeyRef', 'name')),
        ...list(one, 'envFrom').map(nameIn('secretRef', 'name')),
      ]),
      'environment',
    ),
    ...named(
      [...volumes.map(nameIn('secret', 'secretName')), ...projected.map(nameIn('secret', 'name'))],
      'file',
    ),
    ...named(list(spec, 'imagePullSecrets').map(nameIn('name')), 'image-pull'),
  ];
  return [...new Map(found.map((one) => [`${one.way}/${one.name}`, one])).values()];
}

/** A Pod; of its environment only the names of the secrets it takes are read. */
export function readPosturePod(object: unknown): PosturePod {
  const spec = memberOf(object, 'spec');
  const containers = containersOf(spec);
  return {
    ...meta(object),
    labels: textMapOf(memberOf(object, 'metadata', 'labels')),
    serviceAccount: textOf(memberOf(spec, 'serviceAccountName')) || 'default',
    images: containers.map(nameIn('image')).filter((image) => image !== ''),
    hostNetwork: memberOf(spec, 'hostNetwork') === true,
    hostPorts: containers
      .flatMap((one) => list(one, 'ports'))
      .flatMap((port) => numberOf(memberOf(port, 'hostPort')) ?? [])
      .filter((port) => port > 0),
    secrets: secretsOf(spec),
  };
}

export function readService(object: unknown): PostureService {
  const spec = memberOf(object, 'spec');
  const selector = memberOf(spec, 'selector');
  return {
    ...meta(object),
    type: textOf(memberOf(spec, 'type')) || 'ClusterIP',
    annotations: textMapOf(memberOf(object, 'metadata', 'annotations')),
    selector: isObject(selector) && Object.keys(selector).length > 0 ? textMapOf(selector) : undefined,
    ports: list(spec, 'ports').map((port) => {
      const nodePort = numberOf(memberOf(port, 'nodePort'));
      return {
        number: numberOf(memberOf(port, 'port')) ?? 0,
        protocol: textOf(memberOf(port, 'protocol')) || 'TCP',
        name: `${textOf(memberOf(port, 'name'))} ${textOf(memberOf(port, 'appProtocol'))}`.trim(),
        ...(nodePort === undefined ? {} : { nodePort }),
      };
    }),
    addresses: list(object, 'status', 'loadBalancer', 'ingress').map(
      (one) => textOf(memberOf(one, 'ip')) || textOf(memberOf(one, 'hostname')),
    ),
    clusterIPs: [
      ...new Set([textOf(memberOf(spec, 'clusterIP')), ...textsOf(memberOf(spec, 'clusterIPs')).slice(0, 2)]),
    ],
    externalIPs: textsOf(memberOf(spec, 'externalIPs')).slice(0, LIST_MAX),
    sources: textsOf(memberOf(spec, 'loadBalancerSourceRanges')).slice(0, LIST_MAX),
  };
}

export function readIngress(object: unknown): PostureIngress {
  const spec = memberOf(object, 'spec');
  const rules = list(spec, 'rules');
  const backends = [
    memberOf(spec, 'defaultBackend'),
    ...rules.flatMap((rule) => list(rule, 'http', 'paths').map((path) => memberOf(path, 'backend'))),
  ];
  return {
    ...meta(object),
    hosts: rules.map((rule) => textOf(memberOf(rule, 'host')) || '*'),
    services: [...new Set(backends.map(nameIn('service', 'name')).filter((name) => name !== ''))],
    secrets: list(spec, 'tls')
      .map(nameIn('secretName'))
      .filter((name) => name !== ''),
    addresses: list(object, 'status', 'loadBalancer', 'ingress').map(
      (one) => textOf(memberOf(one, 'ip')) || textOf(memberOf(one, 'hostname')),
    ),
  };
}

/** Annotations by which a service account gets a role of a cloud, as each cloud's documentation names them. */
export const CLOUD_ROLE_ANNOTATIONS: Readonly<Record<string, string>> = {
  'eks.amazonaws.com/role-arn': 'aws',
  'iam.gke.io/gcp-service-account': 'gcp',
  'azure.workload.identity/client-id': 'azure',
  'pod-identity.alibabacloud.com/role-name': 'alibaba',
};

export function readCloudAccount(object: unknown): CloudAccount | undefined {
  const annotations = textMapOf(memberOf(object, 'metadata', 'annotations'));
  for (const [key, cloud] of Object.entries(CLOUD_ROLE_ANNOTATIONS)) {
    const role = annotations[key];
    if (role !== undefined && role !== '') return { ...meta(object), cloud, role };
  }
  return undefined;
}

/** First part of a node's provider id, where that cloud has a metadata service at 169.254.169.254. */
const CLOUDS: Readonly<Record<string, string>> = {
  aws: 'aws',
  gce: 'gcp',
  azure: 'azure',
  openstack: 'openstack',
  digitalocean: 'digitalocean',
  alicloud: 'alibaba',
  ibm: 'ibm',
  oci: 'oci',
  hcloud: 'hetzner',
  linode: 'linode',
};

const KUBELET_PORT = 10250;
const portOf = (value: unknown): number => {
  const port = numberOf(value) ?? 0;
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : KUBELET_PORT;
};

export function readNode(object: unknown): PostureNode {
  const info = memberOf(object, 'status', 'nodeInfo');
  const [provider = ''] = textOf(memberOf(object, 'spec', 'providerID')).split('://');
  return {
    name: meta(object).name,
    kubelet: textOf(memberOf(info, 'kubeletVersion')),
    runtime: textOf(memberOf(info, 'containerRuntimeVersion')),
    system: textOf(memberOf(info, 'osImage')),
    kernel: textOf(memberOf(info, 'kernelVersion')),
    addresses: list(object, 'status', 'addresses')
      .filter((one) => memberOf(one, 'type') === 'InternalIP')
      .map(nameIn('address')),
    kubeletPort: portOf(memberOf(object, 'status', 'daemonEndpoints', 'kubeletEndpoint', 'Port')),
    cloud: Object.hasOwn(CLOUDS, provider) ? (CLOUDS[provider] ?? '') : '',
  };
}

/** What takes secrets without being a pod or an ingress itself. */
export interface SecretTaker {
  readonly by: string;
  readonly namespace: string;
  readonly secrets: PosturePod['secrets'];
}
const TEMPLATES = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;

function readTaker(kind: string, object: unknown): SecretTaker {
  const { namespace, name } = meta(object);
  const spec = memberOf(object, 'spec');
  const template = memberOf(spec, 'template') ?? memberOf(spec, 'jobTemplate', 'spec', 'template');
  return { by: `${kind}/${name}`, namespace, secrets: secretsOf(memberOf(template, 'spec')) };
}

/** A service account gives its pods what they pull images with. */
function readAccountTaker(object: unknown): SecretTaker {
  const { namespace, name } = meta(object);
  return {
    ...{ by: `ServiceAccount/${name}`, namespace },
    secrets: named(list(object, 'imagePullSecrets').map(nameIn('name')), 'image-pull'),
  };
}

/** Everything of a cluster that posture asks, read from its objects. */
export interface PostureObjects {
  readonly pods: readonly PosturePod[];
  readonly services: readonly PostureService[];
  readonly ingresses: readonly PostureIngress[];
  readonly accounts: readonly CloudAccount[];
  readonly nodes: readonly PostureNode[];
  /** Secrets as their metadata tells; none: not read. */
  readonly secrets: readonly NotedSecret[];
  /** What will take secrets when it runs. */
  readonly takers: readonly SecretTaker[];
}

/** Reads what is asked about; objects of other kinds are left out. */
export function readPostureObjects(objects: readonly Json[]): PostureObjects {
  const of = <T>(kind: string, read: (object: Json) => T): T[] =>
    objects.filter((object) => object['kind'] === kind).map(read);
  return {
    pods: of('Pod', readPosturePod),
    services: of('Service', readService),
    ingresses: of('Ingress', readIngress),
    accounts: of('ServiceAccount', readCloudAccount).filter((one) => one !== undefined),
    nodes: of('Node', readNode),
    secrets: objects.filter((one) => one['kind'] === 'Secret' && 'noted' in one).map(readNotedSecret),
    takers: [
      ...TEMPLATES.flatMap((kind) => of(kind, (one) => readTaker(kind, one))),
      ...of('ServiceAccount', readAccountTaker),
    ],
  };
}
