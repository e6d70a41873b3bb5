// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type JsonRecord, type KubeObject, listOf, recordOf, textOf, textsOf } from '@bartizan/adapters/kube';

/** The controller of an object, as the object names it. */
export interface OwnerReference {
  readonly kind: string;
  readonly group: string;
  readonly name: string;
  readonly uid: string;
}
/** What is kept of any object. */
export interface ObjectView {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner?: OwnerReference;
  /** Of namespaces: rules may ask for them. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** First image of what it runs, where it runs something. */
  readonly image?: string;
}
/** What is kept of a Pod. */
export interface PodView extends ObjectView {
  readonly node?: string;
  readonly uid: string;
  readonly serviceAccount: string;
  readonly running: number;
  readonly imageDigest?: string;
  readonly addresses: readonly string[];
}

const CONTAINERS_MAX = 256;
const REFERENCE_MAX = 512;
const ADDRESSES_MAX = 8;
const ANNOTATIONS_MAX = 64;
const TEMPLATE_KINDS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'];

/** The controller that an object names: nobody checks what stands there. */
export function controllerOf(object: unknown): OwnerReference | undefined {
  const metadata = recordOf(recordOf(object)['metadata']);
  const controller = listOf(metadata['ownerReferences'])
    .slice(0, 32)
    .map(recordOf)
    .find((reference) => reference['controller'] === true);
  const name = textOf(controller?.['name']);
  const kind = textOf(controller?.['kind'], 63);
  if (name === undefined || kind === undefined) return undefined;
  const version = textOf(controller?.['apiVersion']) ?? '';
  const group = version.includes('/') ? (version.split('/')[0] ?? '') : '';
  return { kind, name, group, uid: textOf(controller?.['uid']) ?? '' };
}

const firstImage = (podSpec: JsonRecord): string | undefined =>
  textOf(recordOf(listOf(podSpec['containers'])[0])['image'], REFERENCE_MAX);

/** The Pod specification inside an object that makes Pods. */
function templateOf(kind: string, raw: JsonRecord): JsonRecord {
  const spec = recordOf(raw['spec']);
  const holder = kind === 'CronJob' ? recordOf(recordOf(spec['jobTemplate'])['spec']) : spec;
  return recordOf(recordOf(holder['template'])['spec']);
}

/** What is kept of an object that is no Pod. */
export function objectView(kind: string, { meta, raw }: KubeObject): ObjectView {
  const metadata = recordOf(raw['metadata']);
  const owner = controllerOf(raw);
  const image = TEMPLATE_KINDS.includes(kind) ? firstImage(templateOf(kind, raw)) : undefined;
  return {
    namespace: meta.namespace,
    name: meta.name,
    labels: textsOf(metadata['labels']),
    ...(owner === undefined ? {} : { owner }),
    ...(image === undefined ? {} : { image }),
    ...(kind === 'Namespace' ? { annotations: textsOf(metadata['annotations'], ANNOTATIONS_MAX) } : {}),
  };
}

const DIGEST = /sha256:[0-9a-f]{64}/;

/** What is kept of a Pod. */
export function podView(object: KubeObject): PodView {
  const { raw, meta } = object;
  const spec = recordOf(raw['spec']);
  const status = recordOf(raw['status']);
  const statuses = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses']
    .flatMap((name) => listOf(status[name]).slice(0, CONTAINERS_MAX))
    .map(recordOf);
  const [digest] = DIGEST.exec(textOf(statuses[0]?.['imageID'], REFERENCE_MAX) ?? '') ?? [];
  const node = textOf(spec['nodeName']);
  const image = firstImage(spec);
  return {
    ...objectView('Pod', object),
    uid: meta.uid,
    serviceAccount: textOf(spec['serviceAccountName']) ?? 'default',
    running: statuses.filter((one) => recordOf(one['state'])['running'] !== undefined).length,
    addresses: listOf(status['podIPs'])
      .slice(0, ADDRESSES_MAX)
      .flatMap((one) => textOf(recordOf(one)['ip'], 64) ?? []),
    ...(image === undefined ? {} : { image }),
    ...(node === undefined ? {} : { node }),
    ...(digest === undefined ? {} : { imageDigest: digest }),
  };
}
