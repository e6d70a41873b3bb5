// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { anyOf, is, not, type PssControl, someContainer, unlessOwnUsers, unlessWindows } from './control.ts';

const PROFILES = ['RuntimeDefault', 'Localhost'];
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const escalation = someContainer(not(is('container.allowPrivilegeEscalation', 'equals', false)));
const capabilities = someContainer(
  anyOf(not(is('container.capabilities.drop', 'contains', 'ALL')), {
    some: 'container.capabilities-added',
    where: is('capability.name', 'not-equals', 'NET_BIND_SERVICE'),
  }),
);
const nonRoot = anyOf(
  is('pod.runAsNonRoot', 'equals', false),
  someContainer(not(is('container.effective.runAsNonRoot', 'equals', true))),
);
const rootUser = anyOf(
  is('pod.runAsUser', 'equals', 0),
  someContainer(is('container.runAsUser', 'equals', 0)),
);
const seccomp = anyOf(
  is('pod.seccomp.type', 'not-in', PROFILES),
  someContainer(not(is('container.effective.seccomp.type', 'in', PROFILES))),
);

/** What the level restricted asks beyond baseline. */
export const RESTRICTED: readonly PssControl[] = [
  {
    id: 'volume-types',
    level: 'restricted',
    severity: 'medium',
    replaces: ['host-path-volumes'],
    title: { en: 'Only safe types of volumes are used', ja: '安全な種類のボリュームのみを使う' },
    message: {
      en: 'volume {volume.name} has the type {volume.type}',
      ja: 'ボリューム {volume.name} の種類は {volume.type} です',
    },
    fix: {
      action: {
        en: 'Use a claim, an emptyDir, a config map, a secret, a projected or a CSI volume.',
        ja: 'PersistentVolumeClaim、emptyDir、ConfigMap、Secret、projected、CSI のいずれかを使ってください。',
      },
      // In place of what is the most refused; beside any other source the API server takes none.
      patch: [
        { op: 'add', path: '{item}/emptyDir', value: {} },
        { op: 'remove', path: '{item}/hostPath' },
      ],
    },
    versions: [
      { from: 0, violatedBy: { some: 'volumes', where: not(is('volume.types', 'contains-any', VOLUMES)) } },
    ],
  },
  {
    id: 'privilege-escalation',
    level: 'restricted',
    severity: 'medium',
    title: { en: 'No process can gain privileges', ja: 'プロセスが権限を昇格できない' },
    message: {
      en: 'container {container.name} must set allowPrivilegeEscalation to false',
      ja: 'コンテナー {container.name} で allowPrivilegeEscalation を false にする必要があります',
    },
    fix: {
      action: {
        en: 'Set allowPrivilegeEscalation to false.',
        ja: 'allowPrivilegeEscalation を false にしてください。',
      },
      patch: [{ op: 'add', path: '{item}/securityContext/allowPrivilegeEscalation', value: false }],
    },
    versions: [
      { from: 8, violatedBy: escalation },
      { from: 25, violatedBy: unlessWindows(escalation) },
    ],
  },
  {
    id: 'run-as-non-root',
    level: 'restricted',
    severity: 'medium',
    title: { en: 'No container may run as root', ja: 'root での実行を禁じている' },
    message: {
      en: 'runAsNonRoot must be true: {path}',
      ja: 'runAsNonRoot を true にする必要があります：{path}',
    },
    fix: {
      action: {
        en: 'Set runAsNonRoot to true for the pod and give the image a user.',
        ja: 'Pod の runAsNonRoot を true にし、イメージにユーザーを設定してください。',
      },
      patch: [
        { op: 'add', path: '{pod}/securityContext/runAsNonRoot', value: true },
        { op: 'add', path: '{container}/securityContext/runAsNonRoot', value: true },
      ],
    },
    versions: [
      { from: 0, violatedBy: nonRoot },
      { from: 35, violatedBy: unlessOwnUsers(nonRoot) },
    ],
  },
  {
    id: 'run-as-user',
    level: 'restricted',
    severity: 'medium',
    title: { en: 'No user id is 0', ja: 'ユーザー ID が 0 でない' },
    message: { en: 'the user id is 0: {path}', ja: 'ユーザー ID が 0 です：{path}' },
    fix: {
      action: {
        en: 'Leave runAsUser out or give a user id above 0.',
        ja: 'runAsUser を省略するか、0 より大きい ID を指定してください。',
      },
    },
    versions: [
      { from: 23, violatedBy: rootUser },
      { from: 35, violatedBy: unlessOwnUsers(rootUser) },
    ],
  },
  {
    id: 'seccomp-set',
    level: 'restricted',
    severity: 'medium',
    replaces: ['seccomp'],
    title: { en: 'A seccomp profile is set', ja: 'seccomp プロファイルが設定されている' },
    message: {
      en: 'the seccomp profile must be RuntimeDefault or Localhost: {path}',
      ja: 'seccomp プロファイルは RuntimeDefault または Localhost でなければなりません：{path}',
    },
    fix: {
      action: {
        en: 'Set the seccomp profile to RuntimeDefault.',
        ja: 'seccomp プロファイルを RuntimeDefault にしてください。',
      },
      patch: [
        { op: 'add', path: '{pod}/securityContext/seccompProfile/type', value: 'RuntimeDefault' },
        { op: 'add', path: '{container}/securityContext/seccompProfile/type', value: 'RuntimeDefault' },
      ],
    },
    versions: [
      { from: 19, violatedBy: seccomp },
      { from: 25, violatedBy: unlessWindows(seccomp) },
    ],
  },
  {
    id: 'capabilities-dropped',
    level: 'restricted',
    severity: 'medium',
    replaces: ['capabilities'],
    title: { en: 'All capabilities are dropped', ja: 'すべてのケーパビリティを除去している' },
    message: {
      en: 'container {container.name} must drop ALL and add at most NET_BIND_SERVICE: {path}',
      ja: 'コンテナー {container.name} は ALL を除去し、追加は NET_BIND_SERVICE のみにする必要があります：{path}',
    },
    fix: {
      action: {
        en: 'Drop ALL; add nothing but NET_BIND_SERVICE.',
        ja: 'ALL を除去し、NET_BIND_SERVICE 以外を追加しないでください。',
      },
      patch: [
        { op: 'add', path: '{container}/securityContext/capabilities/drop', value: ['ALL'] },
        { op: 'remove', path: '{container}/securityContext/capabilities/add' },
      ],
    },
    versions: [
      { from: 22, violatedBy: capabilities },
      { from: 25, violatedBy: unlessWindows(capabilities) },
    ],
  },
  {
    id: 'proc-mount-default',
    level: 'restricted',
    severity: 'medium',
    replaces: ['proc-mount'],
    title: {
      en: '/proc is masked, also with user ids of its own',
      ja: '独自のユーザー ID でも /proc が保護されている',
    },
    message: {
      en: 'container {container.name} sets procMount to {container.procMount}',
      ja: 'コンテナー {container.name} が procMount を {container.procMount} にしています',
    },
    fix: {
      action: { en: 'Set procMount to Default.', ja: 'procMount を Default にしてください。' },
      patch: [{ op: 'add', path: '{item}/securityContext/procMount', value: 'Default' }],
    },
    versions: [{ from: 35, violatedBy: someContainer(is('container.procMount', 'not-equals', 'Default')) }],
  },
];
