// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCondition } from '@bartizan/contracts';
import { allOf, anyOf, is, not, type PssControl, someContainer, unlessOwnUsers } from './control.ts';

const PROFILES = ['RuntimeDefault', 'Localhost'];
const CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];
const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];
const SYSCTLS_1_0 = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_1_27 = [...SYSCTLS_1_0, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_1_29 = [
  ...SYSCTLS_1_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const SYSCTLS_1_32 = [...SYSCTLS_1_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];
const SYSCTLS_1_37 = [...SYSCTLS_1_32, 'net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat'];

const sysctlOutside = (safe: string[]): AdmissionCondition => ({
  some: 'pod.sysctls',
  where: not(is('sysctl.name', 'in', safe)),
});
const seLinux = (types: string[]): AdmissionCondition => {
  const of = (subject: string): AdmissionCondition[] => [
    is(`${subject}.seLinux.type`, 'not-in', types),
    is(`${subject}.seLinux.user`, 'not-equals', ''),
    is(`${subject}.seLinux.role`, 'not-equals', ''),
  ];
  return anyOf(...of('pod'), someContainer(anyOf(...of('container'))));
};
const wrongSeccompAnnotation = (field: string): AdmissionCondition =>
  allOf(
    is(field, 'present'),
    not(
      anyOf(is(field, 'in', ['runtime/default', 'docker/default']), is(field, 'starts-with', 'localhost/')),
    ),
  );
const procMount = someContainer(is('container.procMount', 'not-equals', 'Default'));

/** The controls of the level baseline. */
export const BASELINE: readonly PssControl[] = [
  {
    id: 'privileged',
    level: 'baseline',
    severity: 'critical',
    title: { en: 'No container is privileged', ja: '特権コンテナーがない' },
    message: {
      en: 'container {container.name} is privileged: {path}',
      ja: 'コンテナー {container.name} が特権モードです：{path}',
    },
    fix: {
      action: { en: 'Set privileged to false.', ja: 'privileged を false にしてください。' },
      patch: [{ op: 'add', path: '{item}/securityContext/privileged', value: false }],
    },
    versions: [{ from: 0, violatedBy: someContainer(is('container.privileged', 'equals', true)) }],
  },
  {
    id: 'host-namespaces',
    level: 'baseline',
    severity: 'high',
    title: { en: 'The pod shares no namespace with the node', ja: 'Pod がノードの名前空間を共有しない' },
    message: {
      en: 'the pod shares a namespace with the node: {path}',
      ja: 'Pod がノードの名前空間を共有しています：{path}',
    },
    fix: {
      action: {
        en: 'Set hostNetwork, hostPID and hostIPC to false.',
        ja: 'hostNetwork、hostPID、hostIPC を false にしてください。',
      },
      patch: [
        { op: 'add', path: '{pod}/hostNetwork', value: false },
        { op: 'add', path: '{pod}/hostPID', value: false },
        { op: 'add', path: '{pod}/hostIPC', value: false },
      ],
    },
    versions: [
      {
        from: 0,
        violatedBy: anyOf(
          is('pod.hostNetwork', 'equals', true),
          is('pod.hostPID', 'equals', true),
          is('pod.hostIPC', 'equals', true),
        ),
      },
    ],
  },
  {
    id: 'host-path-volumes',
    level: 'baseline',
    severity: 'high',
    title: { en: 'No volume is a path of the node', ja: 'ノードのパスをボリュームにしない' },
    message: {
      en: 'volume {volume.name} is the path {volume.hostPath.path} of the node',
      ja: 'ボリューム {volume.name} はノードのパス {volume.hostPath.path} です',
    },
    fix: {
      action: {
        en: 'Use an emptyDir, a claim, a config map or a secret instead.',
        ja: 'emptyDir、PersistentVolumeClaim、ConfigMap、Secret のいずれかに置き換えてください。',
      },
      patch: [
        { op: 'add', path: '{item}/emptyDir', value: {} },
        { op: 'remove', path: '{item}/hostPath' },
      ],
    },
    versions: [
      { from: 0, violatedBy: { some: 'volumes', where: is('volume.types', 'contains', 'hostPath') } },
    ],
  },
  {
    id: 'host-ports',
    level: 'baseline',
    severity: 'medium',
    title: { en: 'No port of the node is used', ja: 'ノードのポートを使わない' },
    message: {
      en: 'container {container.name} uses port {port.hostPort} of the node',
      ja: 'コンテナー {container.name} がノードのポート {port.hostPort} を使います',
    },
    fix: {
      action: {
        en: 'Remove hostPort and use a Service.',
        ja: 'hostPort を削除し、Service を使ってください。',
      },
      patch: [{ op: 'remove', path: '{item}/hostPort' }],
    },
    versions: [
      {
        from: 0,
        violatedBy: someContainer({ some: 'container.ports', where: is('port.hostPort', 'not-equals', 0) }),
      },
    ],
  },
  {
    id: 'host-probes',
    level: 'baseline',
    severity: 'medium',
    title: {
      en: 'Probes and hooks ask only their own pod',
      ja: 'プローブとフックは自身の Pod にのみ問い合わせる',
    },
    message: {
      en: '{probe.kind} of container {container.name} asks another host: {path}',
      ja: 'コンテナー {container.name} の {probe.kind} が別のホストに問い合わせます：{path}',
    },
    fix: {
      action: {
        en: 'Remove host from the probe or hook.',
        ja: 'プローブまたはフックの host を削除してください。',
      },
      patch: [
        { op: 'remove', path: '{item}/httpGet/host' },
        { op: 'remove', path: '{item}/tcpSocket/host' },
      ],
    },
    versions: [
      {
        from: 34,
        violatedBy: someContainer({
          some: 'container.probes',
          where: anyOf(
            is('probe.httpGet.host', 'not-equals', ''),
            is('probe.tcpSocket.host', 'not-equals', ''),
          ),
        }),
      },
    ],
  },
  {
    id: 'capabilities',
    level: 'baseline',
    severity: 'high',
    title: {
      en: 'Only capabilities of the default set are added',
      ja: '既定の範囲のケーパビリティのみを追加する',
    },
    message: {
      en: 'container {container.name} adds the capability {capability.name}',
      ja: 'コンテナー {container.name} がケーパビリティ {capability.name} を追加しています',
    },
    fix: {
      action: {
        en: 'Take it off the list capabilities.add.',
        ja: 'capabilities.add から取り除いてください。',
      },
      patch: [{ op: 'remove', path: '{item}' }],
    },
    versions: [
      {
        from: 0,
        violatedBy: someContainer({
          some: 'container.capabilities-added',
          where: is('capability.name', 'not-in', CAPABILITIES),
        }),
      },
    ],
  },
  {
    id: 'app-armor',
    level: 'baseline',
    severity: 'medium',
    title: { en: 'AppArmor is not switched off', ja: 'AppArmor を無効にしない' },
    message: {
      en: 'the AppArmor profile is not allowed: {path}',
      ja: 'AppArmor プロファイルが許可されていません：{path}',
    },
    fix: {
      action: {
        en: 'Use RuntimeDefault or a profile of your own (Localhost).',
        ja: 'RuntimeDefault または独自のプロファイル（Localhost）を使ってください。',
      },
    },
    versions: [
      {
        from: 0,
        violatedBy: anyOf(
          is('pod.appArmor.type', 'not-in', PROFILES),
          someContainer(is('container.appArmor.type', 'not-in', PROFILES)),
          {
            some: 'pod.annotations',
            where: allOf(
              is('annotation.key', 'starts-with', 'container.apparmor.security.beta.kubernetes.io/'),
              not(
                anyOf(
                  is('annotation.value', 'in', ['', 'runtime/default']),
                  is('annotation.value', 'starts-with', 'localhost/'),
                ),
              ),
            ),
          },
        ),
      },
    ],
  },
  {
    id: 'se-linux',
    level: 'baseline',
    severity: 'medium',
    title: { en: 'SELinux options stay within the safe ones', ja: 'SELinux オプションが安全な範囲にある' },
    message: {
      en: 'the SELinux options are not allowed: {path}',
      ja: 'SELinux オプションが許可されていません：{path}',
    },
    fix: {
      action: {
        en: 'Use a container type and leave user and role out.',
        ja: 'コンテナー用のタイプを使い、user と role を指定しないでください。',
      },
    },
    versions: [
      { from: 0, violatedBy: seLinux(SELINUX_TYPES) },
      { from: 31, violatedBy: seLinux([...SELINUX_TYPES, 'container_engine_t']) },
    ],
  },
  {
    id: 'proc-mount',
    level: 'baseline',
    severity: 'medium',
    title: { en: '/proc is masked as by default', ja: '/proc が既定どおりに保護されている' },
    message: {
      en: 'container {container.name} sets procMount to {container.procMount}',
      ja: 'コンテナー {container.name} が procMount を {container.procMount} にしています',
    },
    fix: {
      action: { en: 'Set procMount to Default.', ja: 'procMount を Default にしてください。' },
      patch: [{ op: 'add', path: '{item}/securityContext/procMount', value: 'Default' }],
    },
    versions: [
      { from: 0, violatedBy: procMount },
      { from: 35, violatedBy: unlessOwnUsers(procMount) },
    ],
  },
  {
    id: 'seccomp',
    level: 'baseline',
    severity: 'medium',
    title: { en: 'Seccomp is not switched off', ja: 'seccomp を無効にしない' },
    message: {
      en: 'the seccomp profile is not allowed: {path}',
      ja: 'seccomp プロファイルが許可されていません：{path}',
    },
    fix: {
      action: {
        en: 'Use RuntimeDefault or a profile of your own (Localhost).',
        ja: 'RuntimeDefault または独自のプロファイル（Localhost）を使ってください。',
      },
    },
    versions: [
      {
        from: 0,
        violatedBy: anyOf(
          wrongSeccompAnnotation('pod.seccomp.annotation'),
          someContainer(wrongSeccompAnnotation('container.seccomp.annotation')),
        ),
      },
      {
        from: 19,
        violatedBy: anyOf(
          is('pod.seccomp.type', 'not-in', PROFILES),
          someContainer(is('container.seccomp.type', 'not-in', PROFILES)),
        ),
      },
    ],
  },
  {
    id: 'sysctls',
    level: 'baseline',
    severity: 'medium',
    title: { en: 'Only safe kernel settings are changed', ja: '安全なカーネル設定のみを変更する' },
    message: {
      en: 'the kernel setting {sysctl.name} is not safe',
      ja: 'カーネル設定 {sysctl.name} は安全ではありません',
    },
    fix: {
      action: { en: 'Take it off the list of sysctls.', ja: 'sysctls から取り除いてください。' },
      patch: [{ op: 'remove', path: '{item}' }],
    },
    versions: [
      { from: 0, violatedBy: sysctlOutside(SYSCTLS_1_0) },
      { from: 27, violatedBy: sysctlOutside(SYSCTLS_1_27) },
      { from: 29, violatedBy: sysctlOutside(SYSCTLS_1_29) },
      { from: 32, violatedBy: sysctlOutside(SYSCTLS_1_32) },
      { from: 37, violatedBy: sysctlOutside(SYSCTLS_1_37) },
    ],
  },
  {
    id: 'windows-host-process',
    level: 'baseline',
    severity: 'high',
    title: {
      en: 'No process of the Windows node is started',
      ja: 'Windows ノードのプロセスとして起動しない',
    },
    message: {
      en: 'it runs as a process of the node: {path}',
      ja: 'ノードのプロセスとして動作します：{path}',
    },
    fix: {
      action: {
        en: 'Set windowsOptions.hostProcess to false.',
        ja: 'windowsOptions.hostProcess を false にしてください。',
      },
      patch: [
        { op: 'remove', path: '{pod}/securityContext/windowsOptions/hostProcess' },
        { op: 'remove', path: '{container}/securityContext/windowsOptions/hostProcess' },
      ],
    },
    versions: [
      {
        from: 0,
        violatedBy: anyOf(
          is('pod.windows.hostProcess', 'equals', true),
          someContainer(is('container.windows.hostProcess', 'equals', true)),
        ),
      },
    ],
  },
];
