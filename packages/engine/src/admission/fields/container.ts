// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Item, imageOf } from '../pod/evaluation.ts';
import { knownImageReference } from '../pod/image-reference.ts';
import { isObject, member, walk } from '../pod/json.ts';
import { isUnknown, MALFORMED, type Reading } from '../request.ts';
import { type AdmissionField, amount, computed, entryOf, placed, readAs } from './field.ts';
import { APP_ARMOR_PROFILE, profileType, SECCOMP_PROFILE } from './pod.ts';

const SECCOMP_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/';

/** init, sidecar (an init container that goes on), regular or ephemeral: by the list it stands in. */
function kindOf(item: Item): Reading {
  const list = item.steps.at(-2);
  if (list === 'ephemeralContainers') return 'ephemeral';
  if (list !== 'initContainers') return 'regular';
  return readAs('text', item.value, ['restartPolicy']) === 'Always' ? 'sidecar' : 'init';
}

const flag = (name: string, path: string, en: string, ja: string): AdmissionField =>
  placed(`container.${name}`, 'container', 'boolean', { path, en, ja });
const text = (name: string, path: string, en: string, ja: string): AdmissionField =>
  placed(`container.${name}`, 'container', 'text', { path, en, ja });
const number = (name: string, path: string, en: string, ja: string): AdmissionField =>
  placed(`container.${name}`, 'container', 'number', { path, en, ja });
const list = (name: string, path: string, en: string, ja: string): AdmissionField =>
  placed(`container.${name}`, 'container', 'list', { path, en, ja });

/** What holds for the container in the end: its own setting, else that of the pod. */
const effective = (
  name: string,
  type: 'text' | 'boolean' | 'number',
  key: string,
  words: { readonly en: string; readonly ja: string },
): AdmissionField => {
  const path = ['securityContext', key];
  return computed(`container.effective.${name}`, 'container', type, {
    ...words,
    path: path.join('.'),
    read: (item) => readAs(type, item.value, path) ?? readAs(type, item.root.pod?.spec, path),
    cel: `container.?securityContext.?${key}.or(pod.?securityContext.?${key})`,
  });
};

type Words = { readonly en: string; readonly ja: string };

const effectiveProfile = (name: string, at: readonly string[], words: Words): AdmissionField =>
  computed(`container.effective.${name}.type`, 'container', 'text', {
    ...words,
    path: `${at.join('.')}.type`,
    read: (item) => profileType(item.value, at) ?? profileType(item.root.pod?.spec, at),
    cel: `container.?${at.join('.?')}.or(pod.?${at.join('.?')}).optMap(p, p.?type.orValue(""))`,
  });

const profile = (name: string, at: readonly string[], words: Words): AdmissionField =>
  computed(`container.${name}.type`, 'container', 'text', {
    ...words,
    path: `${at.join('.')}.type`,
    read: ({ value }) => profileType(value, at),
    cel: `container.?${at.join('.?')}.optMap(p, p.?type.orValue(""))`,
  });

/**
 * A capability as runtimes read it: in upper case. They go by the rules of Unicode, where the upper case of two letters
 * beyond ASCII is one of ASCII; CEL knows ASCII alone, so both are told apart by name.
 */
const upper = (name: string): string =>
  name
    .replaceAll('\u0131', 'I')
    .replaceAll('\u017f', 'S')
    .replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
const UPPER_CEL = String.raw`.upperAscii().replace("\u0131", "I").replace("\u017f", "S")`;

const SECURITY: readonly AdmissionField[] = [
  text('name', 'name', 'the name of the container', 'コンテナー名'),
  computed('container.kind', 'container', 'text', {
    en: 'the kind of container',
    ja: 'コンテナーの種別',
    read: (item) => kindOf(item),
  }),
  flag(
    'privileged',
    'securityContext.privileged',
    'the container is privileged',
    'コンテナーが特権モードである',
  ),
  flag(
    'allowPrivilegeEscalation',
    'securityContext.allowPrivilegeEscalation',
    'the container may gain privileges',
    'コンテナーの権限昇格が許可されている',
  ),
  flag(
    'readOnlyRootFilesystem',
    'securityContext.readOnlyRootFilesystem',
    'the root file system is read-only',
    'ルートファイルシステムが読み取り専用である',
  ),
  flag(
    'runAsNonRoot',
    'securityContext.runAsNonRoot',
    'the container must not run as root',
    'コンテナーが root での実行を禁じている',
  ),
  number('runAsUser', 'securityContext.runAsUser', 'the user id of the container', 'コンテナーのユーザー ID'),
  number(
    'runAsGroup',
    'securityContext.runAsGroup',
    'the group id of the container',
    'コンテナーのグループ ID',
  ),
  text('procMount', 'securityContext.procMount', 'the kind of /proc', '/proc の種類'),
  list(
    'capabilities.add',
    'securityContext.capabilities.add',
    'the list of added capabilities',
    '追加されたケーパビリティ',
  ),
  placed('container.capabilities.added', 'container', 'list', {
    path: 'securityContext.capabilities.add',
    en: 'the list of added capabilities in upper case',
    ja: '追加されたケーパビリティ（大文字に統一）',
    convert: (written) => {
      const names = readAs('list', written, []);
      return Array.isArray(names) ? names.map(upper) : names;
    },
    cel: `container.?securityContext.?capabilities.?add.optMap(names, names.map(one, one${UPPER_CEL}))`,
  }),
  list(
    'capabilities.drop',
    'securityContext.capabilities.drop',
    'the list of dropped capabilities',
    '除去されたケーパビリティ',
  ),
  text('seLinux.user', 'securityContext.seLinuxOptions.user', 'the SELinux user', 'SELinux ユーザー'),
  text('seLinux.role', 'securityContext.seLinuxOptions.role', 'the SELinux role', 'SELinux ロール'),
  text('seLinux.type', 'securityContext.seLinuxOptions.type', 'the SELinux type', 'SELinux タイプ'),
  flag(
    'windows.hostProcess',
    'securityContext.windowsOptions.hostProcess',
    'the container runs as a process of the Windows node',
    'コンテナーが Windows ノードのプロセスとして動作する',
  ),
  profile('seccomp', SECCOMP_PROFILE, { en: 'the seccomp profile', ja: 'seccomp プロファイル' }),
  profile('appArmor', APP_ARMOR_PROFILE, { en: 'the AppArmor profile', ja: 'AppArmor プロファイル' }),
  computed('container.seccomp.annotation', 'container', 'text', {
    en: 'the seccomp annotation of the container',
    ja: 'コンテナーの seccomp アノテーション',
    read: (item) => {
      const name = readAs('text', item.value, ['name']) ?? '';
      return isUnknown(name)
        ? name
        : entryOf(
            item.root.pod && member(item.root.pod.metadata, 'annotations'),
            `${SECCOMP_PREFIX}${String(name)}`,
          );
    },
    at: (item) => [
      ...(item.root.pod?.metadataSteps ?? []),
      'annotations',
      `${SECCOMP_PREFIX}${String(readAs('text', item.value, ['name']) ?? '')}`,
    ],
    cel: `podMeta.?annotations[?"${SECCOMP_PREFIX}" + container.name]`,
  }),
];

const EFFECTIVE: readonly AdmissionField[] = [
  effective('runAsNonRoot', 'boolean', 'runAsNonRoot', {
    en: 'the container must not run as root, by itself or its pod',
    ja: 'コンテナーまたは Pod が root での実行を禁じている',
  }),
  effective('runAsUser', 'number', 'runAsUser', {
    en: 'the user id that holds for the container',
    ja: 'コンテナーに適用されるユーザー ID',
  }),
  effective('runAsGroup', 'number', 'runAsGroup', {
    en: 'the group id that holds for the container',
    ja: 'コンテナーに適用されるグループ ID',
  }),
  effectiveProfile('seccomp', SECCOMP_PROFILE, {
    en: 'the seccomp profile that holds for the container',
    ja: 'コンテナーに適用される seccomp プロファイル',
  }),
  effectiveProfile('appArmor', APP_ARMOR_PROFILE, {
    en: 'the AppArmor profile that holds for the container',
    ja: 'コンテナーに適用される AppArmor プロファイル',
  }),
];

const PROBE_WORDS = {
  livenessProbe: { en: 'liveness probe', ja: '活性プローブ' },
  readinessProbe: { en: 'readiness probe', ja: '準備プローブ' },
  startupProbe: { en: 'startup probe', ja: '起動プローブ' },
  lifecycle: { en: 'lifecycle hook', ja: 'ライフサイクルフック' },
} as const;

const REST: readonly AdmissionField[] = [
  list('command', 'command', 'the command', 'コマンド'),
  list('args', 'args', 'the arguments', '引数'),
  text('workingDir', 'workingDir', 'the working directory', '作業ディレクトリ'),
  flag('stdin', 'stdin', 'the container has an open input', 'コンテナーの標準入力が開いている'),
  flag('tty', 'tty', 'the container has a terminal', 'コンテナーに端末がある'),
  text('imagePullPolicy', 'imagePullPolicy', 'the pull policy', 'イメージの取得ポリシー'),
  text('restartPolicy', 'restartPolicy', 'the restart policy of the container', 'コンテナーの再起動ポリシー'),
  ...(['requests', 'limits'] as const).flatMap((kind) => {
    const ja = kind === 'requests' ? '要求量' : '上限';
    return [
      amount(`container.resources.${kind}.cpu`, 'container', {
        path: `resources.${kind}.cpu`,
        factor: 1000,
        en: kind === 'requests' ? 'the CPU that is requested (milliCPU)' : 'the CPU limit (milliCPU)',
        ja: `CPU の${ja}（ミリ CPU）`,
      }),
      amount(`container.resources.${kind}.memory`, 'container', {
        path: `resources.${kind}.memory`,
        factor: 1,
        en: kind === 'requests' ? 'the memory that is requested (bytes)' : 'the memory limit (bytes)',
        ja: `メモリーの${ja}（バイト）`,
      }),
      amount(`container.resources.${kind}.ephemeralStorage`, 'container', {
        path: `resources.${kind}.ephemeral-storage`,
        factor: 1,
        en:
          kind === 'requests'
            ? 'the scratch space that is requested (bytes)'
            : 'the scratch space limit (bytes)',
        ja: `一時領域の${ja}（バイト）`,
      }),
    ];
  }),
  ...(['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const).map((key) =>
    computed(`container.${key}`, 'container', 'boolean', {
      path: key,
      en: `the container has a ${PROBE_WORDS[key].en}`,
      ja: `コンテナーに${PROBE_WORDS[key].ja}がある`,
      read: ({ value }) => isObject(walk(value, [key])),
      cel: `optional.of(has(container.${key}))`,
    }),
  ),
];

const ofImage = (
  name: string,
  type: 'text' | 'boolean',
  words: { readonly en: string; readonly ja: string },
  pick: (image: NonNullable<ReturnType<typeof imageOf>>) => Reading,
  cel?: string,
): AdmissionField =>
  computed(`container.image${name === '' ? '' : `.${name}`}`, 'container', type, {
    ...words,
    path: 'image',
    read: (item) => {
      const written = readAs('text', item.value, ['image']);
      if (isUnknown(written)) return written;
      const image = imageOf(item);
      return image === undefined ? undefined : pick(image);
    },
    take: (written) => {
      if (typeof written !== 'string') return MALFORMED;
      return written === '' ? undefined : pick(knownImageReference(written));
    },
    ...(cel === undefined ? {} : { cel }),
  });

const IMAGE: readonly AdmissionField[] = [
  ofImage('', 'text', { en: 'the image', ja: 'イメージ' }, ({ normalised }) => normalised),
  ofImage(
    'raw',
    'text',
    { en: 'the image as it is written', ja: '記載どおりのイメージ名' },
    ({ raw }) => raw,
    'container.?image',
  ),
  ofImage('registry', 'text', { en: 'the registry', ja: 'レジストリ' }, ({ registry }) => registry),
  ofImage('repository', 'text', { en: 'the repository', ja: 'リポジトリ' }, ({ repository }) => repository),
  ofImage(
    'name',
    'text',
    { en: 'the image without tag and digest', ja: 'タグとダイジェストを除くイメージ名' },
    ({ name }) => name,
  ),
  ofImage('tag', 'text', { en: 'the tag', ja: 'タグ' }, ({ tag }) => tag),
  ofImage('digest', 'text', { en: 'the digest', ja: 'ダイジェスト' }, ({ digest }) => digest),
  ofImage(
    'pinned',
    'boolean',
    { en: 'the image is named by its digest', ja: 'イメージがダイジェストで指定されている' },
    ({ digest }) => digest !== undefined,
    'container.?image.optMap(i, i.contains("@"))',
  ),
  ofImage(
    'valid',
    'boolean',
    { en: 'the name of the image follows the grammar', ja: 'イメージ名が文法に従っている' },
    ({ valid }) => valid,
  ),
];

/** Fields of a container of any kind. */
export const CONTAINER_FIELDS: readonly AdmissionField[] = [...SECURITY, ...EFFECTIVE, ...REST, ...IMAGE];
