// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCollection } from '@bartizan/contracts';
import type { AdmissionSubject, Item, Items } from '../pod/evaluation.ts';
import {
  EPHEMERAL,
  entries,
  entryValues,
  fromScan,
  groups,
  INIT,
  itemList,
  joined,
  listBelow,
  metadataOf,
  namespaceLabels,
  podList,
  podMetadataOf,
  probes,
  probeValues,
  type RawReader,
  REGULAR,
  valuesBelow,
} from './lists.ts';

/** One list that conditions can quantify over. */
export interface CollectionDefinition {
  /** What its items are. */
  readonly subject: AdmissionSubject;
  /** What it is a list of; request for lists of the whole object. */
  readonly parent: 'request' | 'container';
  readonly items: (parent: Item) => Items;
  /** The values of its items alone, for lists of objects that stand in the object as they are. */
  readonly values?: RawReader;
  /** CEL that gives the same list; maps give entries `{key, value}` by `cel` of their fields. */
  readonly cel?: string;
  /** Said of some and every: "a container", "コンテナー". */
  readonly en: { readonly one: string; readonly all: string };
  readonly ja: string;
  /** Its items come from outside of the object. */
  readonly outside?: 'image';
  /** Its items are no part of the object: they are of who asks, or of where the object is. */
  readonly isBeside?: true;
}

const CONTAINER_CEL = {
  regular: 'pod.?containers.orValue([])',
  init: 'pod.?initContainers.orValue([])',
  ephemeral: 'pod.?ephemeralContainers.orValue([])',
};
const container = (
  one: string,
  all: string,
  ja: string,
  items: (parent: Item) => Items,
  cel: string,
): CollectionDefinition => ({
  subject: 'container',
  parent: 'request',
  items,
  cel,
  en: { one, all },
  ja,
});
const below = (
  subject: AdmissionSubject,
  one: string,
  all: string,
  ja: string,
  path: string,
): CollectionDefinition => ({
  subject,
  parent: 'container',
  items: itemList(subject, path),
  ...(subject === 'capability' ? {} : { values: valuesBelow(({ value }) => value, path.split('.')) }),
  cel: `container${path
    .split('.')
    .map((key) => `.?${key}`)
    .join('')}.orValue([])`,
  en: { one, all },
  ja,
});
const inPod = (
  subject: AdmissionSubject,
  one: string,
  all: string,
  ja: string,
  path: string,
): CollectionDefinition => ({
  subject,
  parent: 'request',
  items: podList(subject, path),
  values: valuesBelow(({ root }) => root.pod?.spec, path.split('.')),
  cel: `pod${path
    .split('.')
    .map((key) => `.?${key}`)
    .join('')}.orValue([])`,
  en: { one, all },
  ja,
});
const inObject = (
  subject: AdmissionSubject,
  one: string,
  all: string,
  ja: string,
  path: string,
): CollectionDefinition => ({
  subject,
  parent: 'request',
  items: listBelow(subject, ({ root }) => root.value, { path: path.split('.'), steps: () => [] }),
  values: valuesBelow(({ root }) => root.value, path.split('.')),
  // API servers write null where some lists are empty, such as the rules of a role.
  cel: `object${path
    .split('.')
    .map((key) => `.?${key}`)
    .join('')}.optFlatMap(given, optional.ofNonZeroValue(given)).orValue([])`,
  en: { one, all },
  ja,
});

/** All lists that conditions can quantify over. */
export const COLLECTIONS: Readonly<Record<AdmissionCollection, CollectionDefinition>> = {
  containers: container(
    'a container',
    'all containers',
    'コンテナー',
    joined('containers', [INIT, REGULAR, EPHEMERAL]),
    `(${CONTAINER_CEL.init} + ${CONTAINER_CEL.regular} + ${CONTAINER_CEL.ephemeral})`,
  ),
  'init-containers': container(
    'an init container',
    'all init containers',
    '初期化コンテナー',
    INIT,
    CONTAINER_CEL.init,
  ),
  'regular-containers': container(
    'a regular container',
    'all regular containers',
    '通常コンテナー',
    REGULAR,
    CONTAINER_CEL.regular,
  ),
  'ephemeral-containers': container(
    'an ephemeral container',
    'all ephemeral containers',
    'エフェメラルコンテナー',
    EPHEMERAL,
    CONTAINER_CEL.ephemeral,
  ),
  volumes: inPod('volume', 'a volume', 'all volumes', 'ボリューム', 'volumes'),
  'pod.sysctls': inPod(
    'sysctl',
    'a kernel setting',
    'all kernel settings',
    'カーネル設定',
    'securityContext.sysctls',
  ),
  'pod.tolerations': inPod('toleration', 'a toleration', 'all tolerations', 'toleration', 'tolerations'),
  'pod.host-aliases': inPod('host-alias', 'a host alias', 'all host aliases', 'ホスト別名', 'hostAliases'),
  'container.environment': below(
    'env',
    'an environment variable',
    'all environment variables',
    '環境変数',
    'env',
  ),
  'container.ports': below('port', 'a port', 'all ports', 'ポート', 'ports'),
  'container.mounts': below('mount', 'a mount', 'all mounts', 'マウント', 'volumeMounts'),
  'container.capabilities-added': below(
    'capability',
    'an added capability',
    'all added capabilities',
    '追加されたケーパビリティ',
    'securityContext.capabilities.add',
  ),
  'container.probes': {
    subject: 'probe',
    parent: 'container',
    items: probes,
    values: probeValues,
    en: { one: 'a probe or hook', all: 'all probes and hooks' },
    ja: 'プローブやフック',
    cel: '[container.?livenessProbe, container.?readinessProbe, container.?startupProbe, container.?lifecycle.?postStart, container.?lifecycle.?preStop].filter(o, o.hasValue()).map(o, o.value())',
  },
  'container.vulnerabilities': {
    subject: 'vulnerability',
    parent: 'container',
    outside: 'image',
    items: fromScan('vulnerability', 'vulnerabilities'),
    en: { one: 'a vulnerability', all: 'all vulnerabilities' },
    ja: '脆弱性',
  },
  'container.packages': {
    subject: 'package',
    parent: 'container',
    outside: 'image',
    items: fromScan('package', 'packages'),
    en: { one: 'a package', all: 'all packages' },
    ja: 'パッケージ',
  },
  'object.labels': {
    subject: 'label',
    parent: 'request',
    items: entries('label', metadataOf('labels'), 'object.labels'),
    values: entryValues(metadataOf('labels')),
    en: { one: 'a label', all: 'all labels' },
    ja: 'ラベル',
    cel: 'object.?metadata.?labels.orValue({}).map(k, {"key": k, "value": object.metadata.labels[k]})',
  },
  'object.annotations': {
    subject: 'annotation',
    parent: 'request',
    items: entries('annotation', metadataOf('annotations'), 'object.annotations'),
    values: entryValues(metadataOf('annotations')),
    en: { one: 'an annotation', all: 'all annotations' },
    ja: 'アノテーション',
    cel: 'object.?metadata.?annotations.orValue({}).map(k, {"key": k, "value": object.metadata.annotations[k]})',
  },
  'pod.labels': {
    subject: 'label',
    parent: 'request',
    items: entries('label', podMetadataOf('labels'), 'pod.labels'),
    values: entryValues(podMetadataOf('labels')),
    en: { one: 'a label of the pod', all: 'all labels of the pod' },
    ja: 'Pod のラベル',
    cel: 'podMeta.?labels.orValue({}).map(k, {"key": k, "value": podMeta.labels[k]})',
  },
  'pod.annotations': {
    subject: 'annotation',
    parent: 'request',
    items: entries('annotation', podMetadataOf('annotations'), 'pod.annotations'),
    values: entryValues(podMetadataOf('annotations')),
    en: { one: 'an annotation of the pod', all: 'all annotations of the pod' },
    ja: 'Pod のアノテーション',
    cel: 'podMeta.?annotations.orValue({}).map(k, {"key": k, "value": podMeta.annotations[k]})',
  },
  'namespace.labels': {
    subject: 'label',
    parent: 'request',
    isBeside: true,
    items: namespaceLabels,
    en: { one: 'a label of the namespace', all: 'all labels of the namespace' },
    ja: '名前空間のラベル',
    cel: 'namespaceObject.metadata.?labels.orValue({}).map(k, {"key": k, "value": namespaceObject.metadata.labels[k]})',
  },
  'request.groups': {
    subject: 'group',
    parent: 'request',
    isBeside: true,
    items: groups,
    en: { one: 'a group of the user', all: 'all groups of the user' },
    ja: 'ユーザーのグループ',
    cel: 'request.userInfo.?groups.orValue([])',
  },
  'service.ports': inObject(
    'service-port',
    'a port of the service',
    'all ports of the service',
    'Service のポート',
    'spec.ports',
  ),
  'ingress.rules': inObject(
    'ingress-rule',
    'a rule of the ingress',
    'all rules of the ingress',
    'Ingress のルール',
    'spec.rules',
  ),
  'role.rules': inObject(
    'role-rule',
    'a rule of the role',
    'all rules of the role',
    'ロールのルール',
    'rules',
  ),
  'binding.subjects': inObject('subject', 'a subject', 'all subjects', '対象', 'subjects'),
};
