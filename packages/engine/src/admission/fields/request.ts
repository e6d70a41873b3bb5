// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Item } from '../pod/evaluation.ts';
import { isObject, member } from '../pod/json.ts';
import { isUnknown, type Reading, unknown } from '../request.ts';
import { type AdmissionField, computed, listFact, placed, readAs } from './field.ts';

const NO_USER = unknown('the object does not come from a request, so nobody asked for it');
const NO_SOURCE = unknown('no facts about service accounts are at hand');
const NO_ACCOUNT = unknown('whether the service account mounts its token is not known');
const serviceAccountOf = (item: Item): string => {
  const name = readAs('text', item.root.pod?.spec, ['serviceAccountName']);
  const old = readAs('text', item.root.pod?.spec, ['serviceAccount']);
  return typeof name === 'string' && name !== ''
    ? name
    : typeof old === 'string' && old !== ''
      ? old
      : 'default';
};

/** Asks about the service account the pod runs as. */
const ofServiceAccount =
  (pick: (facts: { riskTags: readonly string[]; automountToken?: boolean }) => Reading) =>
  (item: Item): Reading => {
    const { pod, context, request } = item.root;
    if (pod === undefined) return undefined;
    const facts = context.serviceAccount?.(request.namespace, serviceAccountOf(item)) ?? NO_SOURCE;
    return isUnknown(facts) ? facts : pick(facts);
  };

const REQUEST: readonly AdmissionField[] = [
  computed('request.operation', 'request', 'text', {
    en: 'the operation',
    ja: '操作',
    read: ({ root }) => root.request.operation,
    cel: 'optional.of(request.operation)',
  }),
  computed('request.resource', 'request', 'text', {
    en: 'the resource',
    ja: 'リソース',
    read: ({ root }) => root.request.resource,
    cel: 'optional.of(request.resource.resource)',
  }),
  computed('request.group', 'request', 'text', {
    en: 'the API group',
    ja: 'API グループ',
    read: ({ root }) => root.request.group,
    cel: 'optional.of(request.resource.group)',
  }),
  computed('request.subResource', 'request', 'text', {
    en: 'the sub-resource',
    ja: 'サブリソース',
    read: ({ root }) => root.request.subResource || undefined,
    cel: 'request.?subResource',
  }),
  computed('request.user', 'request', 'text', {
    en: 'the user who asks',
    ja: '要求したユーザー',
    read: ({ root }) => root.request.user?.name ?? NO_USER,
    cel: 'optional.of(request.userInfo.username)',
  }),
  computed('request.groups', 'request', 'list', {
    en: "the user's groups",
    ja: 'ユーザーのグループ',
    read: ({ root }) => (root.request.user === undefined ? NO_USER : [...root.request.user.groups]),
    cel: 'request.userInfo.?groups',
  }),
  computed('request.userAgent', 'request', 'text', {
    en: 'the program that asks',
    ja: '要求したプログラム',
    read: ({ root }) => root.request.userAgent ?? unknown('the program that asks is not known'),
  }),
  computed('request.dryRun', 'request', 'boolean', {
    en: 'the request only tries what would happen (dry run)',
    ja: '要求は試行のみ（dry run）である',
    read: ({ root }) => root.request.dryRun ?? false,
    cel: 'request.?dryRun',
  }),
  computed('group.name', 'group', 'text', {
    en: 'the group of the user',
    ja: 'ユーザーのグループ',
    read: ({ value }) => (typeof value === 'string' ? value : undefined),
    cel: 'optional.of(group)',
  }),
];

/** Fields of the options of exec, attach and port-forward (CONNECT). */
const CONNECT: readonly AdmissionField[] = [
  placed('connect.container', 'object', 'text', {
    path: 'container',
    en: 'the container that is entered',
    ja: '入るコンテナー',
  }),
  placed('connect.command', 'object', 'list', {
    path: 'command',
    en: 'the command that is run',
    ja: '実行するコマンド',
  }),
  placed('connect.stdin', 'object', 'boolean', {
    path: 'stdin',
    en: 'input is passed to the command',
    ja: 'コマンドに入力を渡す',
  }),
  placed('connect.tty', 'object', 'boolean', { path: 'tty', en: 'a terminal is opened', ja: '端末を開く' }),
];

const labelsOf = (root: Item['root']): Reading => {
  const labels = readMap(root.value, 'labels');
  return labels === undefined ? [] : listFact(Object.keys(labels));
};
const readMap = (value: unknown, key: string): Readonly<Record<string, unknown>> | undefined => {
  const metadata = isObject(value) ? member(value, 'metadata') : undefined;
  const map = isObject(metadata) ? member(metadata, key) : undefined;
  return isObject(map) ? map : undefined;
};

const OBJECT: readonly AdmissionField[] = [
  computed('object.namespace', 'object', 'text', {
    path: 'metadata.namespace',
    en: 'the namespace',
    ja: '名前空間',
    read: ({ root }) => root.request.namespace || undefined,
    cel: 'request.?namespace',
  }),
  computed('object.name', 'object', 'text', {
    path: 'metadata.name',
    en: 'the name of the object',
    ja: 'オブジェクト名',
    read: ({ root }) => root.request.name || undefined,
    cel: 'request.?name',
  }),
  computed('object.kind', 'object', 'text', {
    path: 'kind',
    en: 'the kind of the object',
    ja: 'オブジェクトの種類',
    read: ({ root }) => root.request.kind || undefined,
    cel: 'optional.of(request.kind.kind)',
  }),
  placed('object.apiVersion', 'object', 'text', {
    path: 'apiVersion',
    en: 'the API version of the object',
    ja: 'オブジェクトの API バージョン',
  }),
  computed('object.labelKeys', 'object', 'list', {
    path: 'metadata.labels',
    en: 'the labels that are set',
    ja: '設定されたラベル',
    read: ({ root }) => labelsOf(root),
  }),
  placed('object.finalizers', 'object', 'list', {
    path: 'metadata.finalizers',
    en: 'the finalizers',
    ja: 'ファイナライザー',
  }),
  placed('object.replicas', 'object', 'number', {
    path: 'spec.replicas',
    en: 'the number of replicas',
    ja: 'レプリカ数',
  }),
  computed('object.ownerKinds', 'object', 'list', {
    path: 'metadata.ownerReferences',
    en: 'the kinds of the owners',
    ja: '所有者の種類',
    read: ({ root }) => {
      const owners = isObject(root.value) ? member(root.value, 'metadata') : undefined;
      const list = isObject(owners) ? member(owners, 'ownerReferences') : undefined;
      if (!Array.isArray(list)) return [];
      const kinds = list.flatMap((owner) => {
        const kind = isObject(owner) ? member(owner, 'kind') : undefined;
        return typeof kind === 'string' ? [kind] : [];
      });
      return listFact(kinds);
    },
    cel: 'optional.of(object.?metadata.?ownerReferences.orValue([]).filter(owner, has(owner.kind)).map(owner, owner.kind))',
  }),
  computed('object.storageClassName', 'object', 'text', {
    path: 'spec.storageClassName',
    en: 'the storage class',
    ja: 'ストレージクラス',
    outside: 'storage-class',
    read: ({ root }) => {
      const named = readAs('text', root.value, ['spec', 'storageClassName']);
      if (named !== undefined || root.request.resource !== 'persistentvolumeclaims') return named;
      return root.context.defaultStorageClass?.() ?? unknown('the default storage class is not known');
    },
  }),
];

const SERVICE_ACCOUNT: readonly AdmissionField[] = [
  computed('serviceAccount.name', 'service-account', 'text', {
    path: 'serviceAccountName',
    en: 'the service account',
    ja: 'サービスアカウント',
    read: (item) => (item.root.pod === undefined ? undefined : serviceAccountOf(item)),
    at: ({ root }) => [...(root.pod?.specSteps ?? []), 'serviceAccountName'],
    cel: 'optional.of([string(pod.?serviceAccountName.orValue("")), string(pod.?serviceAccount.orValue("")), "default"].filter(name, name != "")[0])',
  }),
  computed('serviceAccount.riskTags', 'service-account', 'list', {
    path: 'serviceAccountName',
    en: 'what the service account may do that is risky',
    ja: 'サービスアカウントの危険な権限',
    outside: 'service-account',
    at: ({ root }) => [...(root.pod?.specSteps ?? []), 'serviceAccountName'],
    read: ofServiceAccount(({ riskTags }) => [...riskTags]),
  }),
  computed('serviceAccount.effective.automountToken', 'service-account', 'boolean', {
    path: 'automountServiceAccountToken',
    en: 'a token of the service account is mounted',
    ja: 'サービスアカウントのトークンがマウントされる',
    outside: 'service-account',
    at: ({ root }) => [...(root.pod?.specSteps ?? []), 'automountServiceAccountToken'],
    read: (item) => {
      const own = readAs('boolean', item.root.pod?.spec, ['automountServiceAccountToken']);
      return own ?? ofServiceAccount(({ automountToken }) => automountToken ?? NO_ACCOUNT)(item);
    },
  }),
];

/** Fields of the request, of any object, and of the service account of its pod. */
export const REQUEST_FIELDS: readonly AdmissionField[] = [
  ...REQUEST,
  ...CONNECT,
  ...OBJECT,
  ...SERVICE_ACCOUNT,
];
