// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { cleanHostPath, cleanHostPathCel } from '../../host-path.ts';
import type { Item } from '../pod/evaluation.ts';
import { isObject, type JsonObject, member } from '../pod/json.ts';
import { MALFORMED, type Reading, unknown } from '../request.ts';
import { type AdmissionField, computed, derived, placed, readAs } from './field.ts';

const objectOf = (item: Item): JsonObject => (isObject(item.value) ? item.value : {});

/** Sources a volume has, e.g. hostPath; more than one is wrong but can be written. Without any it is an emptyDir. */
const volumeTypes = (volume: JsonObject): string[] => {
  const types: string[] = [];
  for (const key in volume) if (key !== 'name' && member(volume, key) !== undefined) types.push(key);
  return types.length === 0 ? ['emptyDir'] : types;
};

/** A path on the node, however it is written. */
const hostPath = (written: Reading): Reading =>
  typeof written === 'string' ? cleanHostPath(written) : written;

const VOLUME: readonly AdmissionField[] = [
  placed('volume.name', 'volume', 'text', { path: 'name', en: 'the name of the volume', ja: 'ボリューム名' }),
  derived('volume.type', 'volume', 'text', {
    en: 'the type of the volume',
    ja: 'ボリュームの種類',
    of: (volume) => volumeTypes(volume)[0],
    cel: 'optional.of(volume.filter(key, key != "name")).optMap(types, types.size() == 0 ? "emptyDir" : types[0])',
  }),
  derived('volume.types', 'volume', 'list', {
    en: 'the list of types of the volume',
    ja: 'ボリュームの種類',
    of: volumeTypes,
    cel: 'optional.of(volume.filter(key, key != "name")).optMap(types, types.size() == 0 ? ["emptyDir"] : types)',
  }),
  placed('volume.hostPath.path', 'volume', 'text', {
    path: 'hostPath.path',
    en: 'the path on the node',
    ja: 'ノード上のパス',
    convert: (written) => hostPath(readAs('text', written, [])),
    readsAs: cleanHostPath,
    cel: `volume.?hostPath.?path.optMap(written, ${cleanHostPathCel('written')})`,
  }),
  placed('volume.hostPath.raw', 'volume', 'text', {
    path: 'hostPath.path',
    en: 'the path on the node as it is written',
    ja: '記載どおりのノード上のパス',
  }),
  placed('volume.hostPath.type', 'volume', 'text', {
    path: 'hostPath.type',
    en: 'the kind of path on the node',
    ja: 'ノード上のパスの種類',
  }),
  placed('volume.secret.name', 'volume', 'text', {
    path: 'secret.secretName',
    en: 'the secret that is mounted',
    ja: 'マウントされる Secret',
  }),
  placed('volume.configMap.name', 'volume', 'text', {
    path: 'configMap.name',
    en: 'the config map that is mounted',
    ja: 'マウントされる ConfigMap',
  }),
  placed('volume.claim.name', 'volume', 'text', {
    path: 'persistentVolumeClaim.claimName',
    en: 'the claim that is mounted',
    ja: 'マウントされる PersistentVolumeClaim',
  }),
  placed('volume.csi.driver', 'volume', 'text', {
    path: 'csi.driver',
    en: 'the CSI driver',
    ja: 'CSI ドライバー',
  }),
  placed('volume.image.reference', 'volume', 'text', {
    path: 'image.reference',
    en: 'the image that is mounted',
    ja: 'マウントされるイメージ',
  }),
];

const parts = (item: Item): { readonly name: string; readonly value: string } => {
  const { name, value } = objectOf(item);
  return { name: typeof name === 'string' ? name : '', value: typeof value === 'string' ? value : '' };
};
const NO_DETECTOR = unknown('no search for credentials is at hand');

const ENV: readonly AdmissionField[] = [
  placed('env.name', 'env', 'text', { path: 'name', en: 'the name of the variable', ja: '環境変数名' }),
  placed('env.value', 'env', 'text', {
    path: 'value',
    secret: true,
    en: 'the value of the variable',
    ja: '環境変数の値',
  }),
  computed('env.entry', 'env', 'text', {
    path: 'value',
    secret: true,
    en: 'name and value of the variable',
    ja: '環境変数の名前と値',
    read: (item) => {
      const { name, value } = parts(item);
      return value === '' ? name : `${name}=${value}`;
    },
    cel: 'optional.of(env.name + (env.?value.orValue("") == "" ? "" : "=" + env.value))',
  }),
  placed('env.secretName', 'env', 'text', {
    path: 'valueFrom.secretKeyRef.name',
    en: 'the secret the variable is filled from',
    ja: '環境変数の値の元になる Secret',
  }),
  placed('env.configMapName', 'env', 'text', {
    path: 'valueFrom.configMapKeyRef.name',
    en: 'the config map the variable is filled from',
    ja: '環境変数の値の元になる ConfigMap',
  }),
  computed('env.credentials', 'env', 'list', {
    path: 'value',
    outside: 'credentials',
    en: 'the kinds of credentials in the value',
    ja: '値に含まれる認証情報の種類',
    read: (item) => {
      const { name, value } = parts(item);
      if (value === '') return [];
      const found = item.root.context.credentialsIn?.(name, value);
      return found === undefined ? NO_DETECTOR : [...found];
    },
  }),
];

const PORT: readonly AdmissionField[] = [
  placed('port.hostPort', 'port', 'number', {
    path: 'hostPort',
    en: 'the port on the node',
    ja: 'ノードのポート',
  }),
  placed('port.containerPort', 'port', 'number', {
    path: 'containerPort',
    en: 'the port of the container',
    ja: 'コンテナーのポート',
  }),
  placed('port.hostIP', 'port', 'text', {
    path: 'hostIP',
    en: 'the address on the node',
    ja: 'ノードのアドレス',
  }),
  placed('port.protocol', 'port', 'text', { path: 'protocol', en: 'the protocol', ja: 'プロトコル' }),
];

const MOUNT: readonly AdmissionField[] = [
  placed('mount.name', 'mount', 'text', {
    path: 'name',
    en: 'the volume that is mounted',
    ja: 'マウントされるボリューム',
  }),
  placed('mount.path', 'mount', 'text', {
    path: 'mountPath',
    en: 'the path of the mount',
    ja: 'マウント先のパス',
  }),
  placed('mount.subPath', 'mount', 'text', {
    path: 'subPath',
    en: 'the path within the volume',
    ja: 'ボリューム内のパス',
  }),
  placed('mount.subPathExpr', 'mount', 'text', {
    path: 'subPathExpr',
    en: 'the path expression within the volume',
    ja: 'ボリューム内のパス式',
  }),
  placed('mount.readOnly', 'mount', 'boolean', {
    path: 'readOnly',
    en: 'the mount is read-only',
    ja: 'マウントが読み取り専用である',
  }),
  placed('mount.propagation', 'mount', 'text', {
    path: 'mountPropagation',
    en: 'the mount propagation',
    ja: 'マウントの伝播',
  }),
  computed('mount.hostPath', 'mount', 'text', {
    path: 'mountPath',
    en: 'the path on the node that is mounted',
    ja: 'マウントされるノード上のパス',
    readsAs: cleanHostPath,
    read: (item) => {
      const name = readAs('text', item.value, ['name']);
      const volumes = item.root.pod && member(item.root.pod.spec, 'volumes');
      if (!Array.isArray(volumes) || typeof name !== 'string') return undefined;
      const volume: unknown = volumes.find((one: unknown) => isObject(one) && one['name'] === name);
      return hostPath(readAs('text', volume, ['hostPath', 'path']));
    },
    cel: `optional.of(pod.?volumes.orValue([]).filter(v, v.?name == mount.?name)).optFlatMap(vs, vs[?0]).optFlatMap(v, v.?hostPath.?path).optMap(written, ${cleanHostPathCel('written')})`,
  }),
];

const PROBE: readonly AdmissionField[] = [
  computed('probe.kind', 'probe', 'text', {
    en: 'the probe or hook',
    ja: 'プローブまたはフック',
    read: (item) => item.steps.slice(item.parent?.steps.length ?? 0).join('.'),
  }),
  placed('probe.httpGet.host', 'probe', 'text', {
    path: 'httpGet.host',
    en: 'the host that is asked by HTTP',
    ja: 'HTTP で問い合わせるホスト',
  }),
  placed('probe.tcpSocket.host', 'probe', 'text', {
    path: 'tcpSocket.host',
    en: 'the host that is connected to',
    ja: '接続先のホスト',
  }),
  placed('probe.exec.command', 'probe', 'list', {
    path: 'exec.command',
    en: 'the command of the probe',
    ja: 'プローブのコマンド',
  }),
];

const KEY = ['key'];
const VALUE = ['value'];

/** Key and value of a map such as labels: the item is `{ key, value }`. */
const entry = (subject: 'label' | 'annotation', en: string, ja: string): readonly AdmissionField[] => [
  derived(`${subject}.key`, subject, 'text', {
    en: `the name of the ${en}`,
    ja: `${ja}名`,
    of: (entry) => readAs('text', entry, KEY),
    cel: `optional.of(${subject}.key)`,
  }),
  derived(`${subject}.value`, subject, 'text', {
    en: `the value of the ${en}`,
    ja: `${ja}の値`,
    of: (entry) => readAs('text', entry, VALUE),
    cel: `optional.of(${subject}.value)`,
  }),
  derived(`${subject}.entry`, subject, 'text', {
    en: `the ${en} as key=value`,
    ja: `${ja}（キー=値）`,
    of: (entry) => {
      const value = readAs('text', entry, VALUE);
      return typeof value === 'string' ? `${String(readAs('text', entry, KEY))}=${value}` : value;
    },
    cel: `optional.of(${subject}.key + "=" + ${subject}.value)`,
  }),
];

const POD_ITEMS: readonly AdmissionField[] = [
  computed('capability.name', 'capability', 'text', {
    en: 'the capability',
    ja: 'ケーパビリティ',
    read: ({ value }): Reading => (typeof value === 'string' ? value : MALFORMED),
    cel: 'optional.of(capability)',
  }),
  placed('sysctl.name', 'sysctl', 'text', { path: 'name', en: 'the kernel setting', ja: 'カーネル設定' }),
  placed('sysctl.value', 'sysctl', 'text', {
    path: 'value',
    en: 'the value of the kernel setting',
    ja: 'カーネル設定の値',
  }),
  placed('toleration.key', 'toleration', 'text', {
    path: 'key',
    en: 'the taint that is tolerated',
    ja: '許容される taint',
  }),
  placed('toleration.value', 'toleration', 'text', {
    path: 'value',
    en: 'the value of the taint',
    ja: 'taint の値',
  }),
  placed('toleration.operator', 'toleration', 'text', {
    path: 'operator',
    en: 'the operator of the toleration',
    ja: 'toleration の演算子',
  }),
  placed('toleration.effect', 'toleration', 'text', {
    path: 'effect',
    en: 'the effect that is tolerated',
    ja: '許容される effect',
  }),
  placed('hostAlias.ip', 'host-alias', 'text', {
    path: 'ip',
    en: 'the address of the host alias',
    ja: 'ホスト別名のアドレス',
  }),
  placed('hostAlias.hostnames', 'host-alias', 'list', {
    path: 'hostnames',
    en: 'the names of the host alias',
    ja: 'ホスト別名',
  }),
  ...entry('label', 'label', 'ラベル'),
  ...entry('annotation', 'annotation', 'アノテーション'),
];

/** Fields of the items of lists, within a pod. */
export const ITEM_FIELDS: readonly AdmissionField[] = [
  ...VOLUME,
  ...ENV,
  ...PORT,
  ...MOUNT,
  ...PROBE,
  ...POD_ITEMS,
];
