// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isObject, member, walk } from '../pod/json.ts';
import { MALFORMED, type Reading } from '../request.ts';
import { type AdmissionField, computed, entryOf, listFact, placed } from './field.ts';

const SECCOMP_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';

/** Where profiles stand, in a container and in a pod. */
export const SECCOMP_PROFILE = ['securityContext', 'seccompProfile'];
export const APP_ARMOR_PROFILE = ['securityContext', 'appArmorProfile'];

/** The type of a profile: empty text when the profile is there and names none, which Kubernetes takes as a wrong type. */
export const profileType = (holder: unknown, path: readonly string[]): Reading => {
  const profile = walk(holder, path);
  if (profile === undefined) return undefined;
  return isObject(profile) ? (entryOf(profile, 'type') ?? '') : MALFORMED;
};

const flag = (name: string, path: string, en: string, ja: string): AdmissionField =>
  placed(`pod.${name}`, 'pod', 'boolean', { path, en, ja });
const text = (name: string, path: string, en: string, ja: string): AdmissionField =>
  placed(`pod.${name}`, 'pod', 'text', { path, en, ja });
const number = (name: string, path: string, en: string, ja: string): AdmissionField =>
  placed(`pod.${name}`, 'pod', 'number', { path, en, ja });

/** Fields of the pod specification. */
export const POD_FIELDS: readonly AdmissionField[] = [
  flag(
    'hostNetwork',
    'hostNetwork',
    'the pod uses the network of the node',
    'Pod がノードのネットワークを使う',
  ),
  flag('hostPID', 'hostPID', 'the pod sees the processes of the node', 'Pod がノードのプロセスを参照できる'),
  flag('hostIPC', 'hostIPC', 'the pod uses the IPC of the node', 'Pod がノードの IPC を使う'),
  flag('hostUsers', 'hostUsers', 'the pod uses the user ids of the node', 'Pod がノードのユーザー ID を使う'),
  flag(
    'shareProcessNamespace',
    'shareProcessNamespace',
    "the containers of the pod see each other's processes",
    'Pod 内のコンテナーが互いのプロセスを参照できる',
  ),
  flag(
    'automountServiceAccountToken',
    'automountServiceAccountToken',
    'the pod asks for the token of its service account',
    'Pod がサービスアカウントのトークンを要求する',
  ),
  text('os.name', 'os.name', 'the operating system of the pod', 'Pod のオペレーティングシステム'),
  text('runtimeClassName', 'runtimeClassName', 'the runtime class', 'ランタイムクラス'),
  text('priorityClassName', 'priorityClassName', 'the priority class', '優先度クラス'),
  text('schedulerName', 'schedulerName', 'the scheduler', 'スケジューラー'),
  text('nodeName', 'nodeName', 'the node the pod asks for', 'Pod が指定するノード'),
  text('hostname', 'hostname', 'the host name of the pod', 'Pod のホスト名'),
  text('restartPolicy', 'restartPolicy', 'the restart policy', '再起動ポリシー'),
  text('dnsPolicy', 'dnsPolicy', 'the DNS policy', 'DNS ポリシー'),
  flag(
    'runAsNonRoot',
    'securityContext.runAsNonRoot',
    'the pod must not run as root',
    'Pod が root での実行を禁じている',
  ),
  number('runAsUser', 'securityContext.runAsUser', 'the user id of the pod', 'Pod のユーザー ID'),
  number('runAsGroup', 'securityContext.runAsGroup', 'the group id of the pod', 'Pod のグループ ID'),
  number('fsGroup', 'securityContext.fsGroup', 'the group id of the volumes', 'ボリュームのグループ ID'),
  text(
    'seLinux.user',
    'securityContext.seLinuxOptions.user',
    'the SELinux user of the pod',
    'Pod の SELinux ユーザー',
  ),
  text(
    'seLinux.role',
    'securityContext.seLinuxOptions.role',
    'the SELinux role of the pod',
    'Pod の SELinux ロール',
  ),
  text(
    'seLinux.type',
    'securityContext.seLinuxOptions.type',
    'the SELinux type of the pod',
    'Pod の SELinux タイプ',
  ),
  flag(
    'windows.hostProcess',
    'securityContext.windowsOptions.hostProcess',
    'the pod runs as a process of the Windows node',
    'Pod が Windows ノードのプロセスとして動作する',
  ),
  computed('pod.seccomp.type', 'pod', 'text', {
    path: 'securityContext.seccompProfile.type',
    en: 'the seccomp profile of the pod',
    ja: 'Pod の seccomp プロファイル',
    read: ({ root }) => profileType(root.pod?.spec, SECCOMP_PROFILE),
    cel: 'pod.?securityContext.?seccompProfile.optMap(p, p.?type.orValue(""))',
  }),
  computed('pod.appArmor.type', 'pod', 'text', {
    path: 'securityContext.appArmorProfile.type',
    en: 'the AppArmor profile of the pod',
    ja: 'Pod の AppArmor プロファイル',
    read: ({ root }) => profileType(root.pod?.spec, APP_ARMOR_PROFILE),
    cel: 'pod.?securityContext.?appArmorProfile.optMap(p, p.?type.orValue(""))',
  }),
  computed('pod.seccomp.annotation', 'pod', 'text', {
    en: 'the seccomp annotation of the pod',
    ja: 'Pod の seccomp アノテーション',
    read: ({ root }) => entryOf(root.pod && member(root.pod.metadata, 'annotations'), SECCOMP_ANNOTATION),
    at: ({ root }) => [...(root.pod?.metadataSteps ?? []), 'annotations', SECCOMP_ANNOTATION],
    cel: `podMeta.?annotations[?"${SECCOMP_ANNOTATION}"]`,
  }),
  computed('pod.nodeSelectorKeys', 'pod', 'list', {
    path: 'nodeSelector',
    en: 'the node selector',
    ja: 'ノードセレクター',
    read: ({ root }) => {
      const map = root.pod && member(root.pod.spec, 'nodeSelector');
      return isObject(map) ? listFact(Object.keys(map)) : undefined;
    },
  }),
  computed('pod.topologySpread', 'pod', 'boolean', {
    path: 'topologySpreadConstraints',
    en: 'the pods are spread over nodes or zones',
    ja: 'Pod がノードやゾーンに分散される',
    read: ({ root }) => {
      const list = root.pod && member(root.pod.spec, 'topologySpreadConstraints');
      return root.pod === undefined ? undefined : Array.isArray(list) && list.length > 0;
    },
  }),
];
