// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Pods of Kubernetes 1.35, written for this exam: each bad one breaks Pod Security restricted in one way, each good one
 * has something uncommon that it allows. They differ from the careful pod in nothing else.
 */
type Json = Readonly<Record<string, unknown>>;

const DIGEST = `@sha256:${'3f'.repeat(32)}`;
const RESOURCES = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '500m', memory: '128Mi' } };
const PROBES = {
  livenessProbe: { httpGet: { path: '/live', port: 8080 } },
  readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
};
const SAFE = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};
const IMAGE = `registry.k8s.io/shop/web:1.4.2${DIGEST}`;

const container = (security: Json = {}, more: Json = {}): Json => ({
  name: 'app',
  image: IMAGE,
  resources: RESOURCES,
  ...PROBES,
  securityContext: { ...SAFE, ...security },
  ...more,
});
const init = (security: Json = {}, more: Json = {}): Json => ({
  name: 'prepare',
  image: IMAGE,
  resources: RESOURCES,
  securityContext: { ...SAFE, ...security },
  ...more,
});
const debug = (security: Json = {}): Json => ({
  name: 'debugger',
  image: IMAGE,
  securityContext: { ...SAFE, ...security },
});
const SECURITY = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

const pod = (spec: Json = {}, metadata: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'shop',
    labels: { app: 'web' },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: '1', controller: true },
    ],
    ...metadata,
  },
  spec: {
    serviceAccountName: 'web',
    automountServiceAccountToken: false,
    hostUsers: true,
    securityContext: SECURITY,
    containers: [container()],
    ...spec,
  },
});
const security = (more: Json): Json => pod({ securityContext: { ...SECURITY, ...more } });
const regular = (more: Json, rest: Json = {}): Json => pod({ containers: [container(more, rest)] });
const initial = (more: Json, rest: Json = {}): Json => pod({ initContainers: [init(more, rest)] });
const ephemeral = (more: Json): Json => pod({ ephemeralContainers: [debug(more)] });
const volume = (source: Json): Json => pod({ volumes: [{ name: 'v', ...source }] });
const probe = (kind: string, handler: Json): Json => regular({}, { [kind]: handler });
const http = (host: string): Json => ({ httpGet: { path: '/', port: 80, host } });

/** The pod with which all others are compared. */
export const CAREFUL = pod();

/** What restricted refuses. */
export const BAD: readonly (readonly [string, Json])[] = [
  ['host network', pod({ hostNetwork: true })],
  ['host processes', pod({ hostPID: true })],
  ['host IPC', pod({ hostIPC: true })],
  ['privileged', regular({ privileged: true, allowPrivilegeEscalation: undefined })],
  ['privileged init', initial({ privileged: true, allowPrivilegeEscalation: undefined })],
  ['privileged ephemeral', ephemeral({ privileged: true, allowPrivilegeEscalation: undefined })],
  [
    'privileged second container',
    pod({ containers: [container(), container({ privileged: true }, { name: 'b' })] }),
  ],
  ['capability added', regular({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } })],
  ['capability of the default set added', regular({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } })],
  ['capability of an init container', initial({ capabilities: { drop: ['ALL'], add: ['NET_RAW'] } })],
  [
    'capability of an ephemeral container',
    ephemeral({ capabilities: { drop: ['ALL'], add: ['SYS_PTRACE'] } }),
  ],
  [
    'allowed capability beside another',
    regular({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'SETUID'] } }),
  ],
  ['capability in lower case', regular({ capabilities: { drop: ['ALL'], add: ['net_bind_service'] } })],
  ['no capability dropped', regular({ capabilities: undefined })],
  ['one capability dropped', regular({ capabilities: { drop: ['NET_RAW'] } })],
  ['dropped in lower case', regular({ capabilities: { drop: ['all'] } })],
  ['nothing dropped by an init container', initial({ capabilities: {} })],
  ['nothing dropped by an ephemeral container', ephemeral({ capabilities: undefined })],
  ['empty drop list', regular({ capabilities: { drop: [] } })],
  ['host path', volume({ hostPath: { path: '/srv/data' } })],
  ['host path to the root', volume({ hostPath: { path: '/' } })],
  ['host path to a socket', volume({ hostPath: { path: '/run/containerd/containerd.sock' } })],
  ['network file system', volume({ nfs: { server: '10.0.0.1', path: '/' } })],
  ['iSCSI', volume({ iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.x', lun: 0 } })],
  ['git repository', volume({ gitRepo: { repository: 'https://git.example/x' } })],
  ['host port', regular({}, { ports: [{ containerPort: 8080, hostPort: 8080 }] })],
  ['host port of an init container', initial({}, { ports: [{ containerPort: 8080, hostPort: 9000 }] })],
  ['AppArmor off in a container', regular({ appArmorProfile: { type: 'Unconfined' } })],
  ['AppArmor off in the pod', security({ appArmorProfile: { type: 'Unconfined' } })],
  ['AppArmor off in an ephemeral container', ephemeral({ appArmorProfile: { type: 'Unconfined' } })],
  [
    'AppArmor off by annotation',
    pod({}, { annotations: { 'container.apparmor.security.beta.kubernetes.io/app': 'unconfined' } }),
  ],
  ['SELinux type', regular({ seLinuxOptions: { type: 'spc_t' } })],
  ['SELinux type of the pod', security({ seLinuxOptions: { type: 'unconfined_t' } })],
  ['SELinux user', regular({ seLinuxOptions: { user: 'system_u' } })],
  ['SELinux role of an init container', initial({ seLinuxOptions: { role: 'sysadm_r' } })],
  ['unmasked /proc', regular({ procMount: 'Unmasked' })],
  ['unmasked /proc of an ephemeral container', ephemeral({ procMount: 'Unmasked' })],
  ['no seccomp profile', security({ seccompProfile: undefined })],
  ['seccomp off in the pod', security({ seccompProfile: { type: 'Unconfined' } })],
  ['seccomp off in a container over a good pod', regular({ seccompProfile: { type: 'Unconfined' } })],
  ['seccomp off in an init container', initial({ seccompProfile: { type: 'Unconfined' } })],
  ['seccomp off in an ephemeral container', ephemeral({ seccompProfile: { type: 'Unconfined' } })],
  ['unsafe sysctl', security({ sysctls: [{ name: 'kernel.msgmax', value: '65536' }] })],
  [
    'safe sysctl beside an unsafe one',
    security({
      sysctls: [
        { name: 'net.ipv4.tcp_syncookies', value: '1' },
        { name: 'net.core.somaxconn', value: '9' },
      ],
    }),
  ],
  ['privilege escalation', regular({ allowPrivilegeEscalation: true })],
  ['privilege escalation not said', regular({ allowPrivilegeEscalation: undefined })],
  ['privilege escalation of an init container', initial({ allowPrivilegeEscalation: true })],
  ['privilege escalation of an ephemeral container', ephemeral({ allowPrivilegeEscalation: undefined })],
  ['runAsNonRoot not said', security({ runAsNonRoot: undefined })],
  ['runAsNonRoot null', security({ runAsNonRoot: null })],
  ['runAsNonRoot not said, with a user id', security({ runAsNonRoot: undefined, runAsUser: 1000 })],
  [
    'runAsNonRoot false on the pod, true on the container',
    pod({
      securityContext: { ...SECURITY, runAsNonRoot: false },
      containers: [container({ runAsNonRoot: true })],
    }),
  ],
  ['runAsNonRoot false in a container', regular({ runAsNonRoot: false })],
  ['runAsNonRoot false in an init container', initial({ runAsNonRoot: false })],
  ['root in an ephemeral container', ephemeral({ runAsNonRoot: false, runAsUser: 0 })],
  [
    'user 0 on the pod, overridden',
    pod({ securityContext: { ...SECURITY, runAsUser: 0 }, containers: [container({ runAsUser: 1000 })] }),
  ],
  ['user 0 in a container', regular({ runAsUser: 0 })],
  ['liveness probe to a host', probe('livenessProbe', http('169.254.169.254'))],
  ['startup probe to a host', probe('startupProbe', { tcpSocket: { port: 22, host: '10.0.0.1' } })],
  ['hook to a host', probe('lifecycle', { preStop: http('example.org') })],
  ['process of a Windows node', security({ windowsOptions: { hostProcess: true } })],
  ['one process of a Windows node', regular({ windowsOptions: { hostProcess: true } })],
];

/** What restricted allows. */
export const GOOD: readonly (readonly [string, Json])[] = [
  ['init container', initial({})],
  ['sidecar', pod({ initContainers: [init({}, { restartPolicy: 'Always', ...PROBES })] })],
  ['ephemeral container', ephemeral({})],
  ['port capability', regular({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } })],
  ['own seccomp profile', security({ seccompProfile: { type: 'Localhost', localhostProfile: 'p.json' } })],
  [
    'seccomp in each container',
    pod({
      securityContext: { runAsNonRoot: true },
      containers: [container({ seccompProfile: { type: 'RuntimeDefault' } })],
    }),
  ],
  [
    'non-root in each container',
    pod({
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container({ runAsNonRoot: true })],
    }),
  ],
  ['user ids', security({ runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 })],
  [
    'safe sysctls',
    security({
      sysctls: [
        { name: 'net.ipv4.tcp_syncookies', value: '1' },
        { name: 'net.ipv4.tcp_rmem', value: '1 2 3' },
      ],
    }),
  ],
  ['SELinux level', security({ seLinuxOptions: { level: 's0:c1,c2' } })],
  ['SELinux type of containers', regular({ seLinuxOptions: { type: 'container_engine_t' } })],
  ['AppArmor default', security({ appArmorProfile: { type: 'RuntimeDefault' } })],
  ['own AppArmor profile', regular({ appArmorProfile: { type: 'Localhost', localhostProfile: 'own' } })],
  [
    'AppArmor default by annotation',
    pod({}, { annotations: { 'container.apparmor.security.beta.kubernetes.io/app': 'runtime/default' } }),
  ],
  ['masked /proc by name', regular({ procMount: 'Default' })],
  ['not privileged by name', regular({ privileged: false })],
  ['host namespaces off by name', pod({ hostNetwork: false, hostPID: false, hostIPC: false })],
  ['empty directory', volume({ emptyDir: {} })],
  ['claim', volume({ persistentVolumeClaim: { claimName: 'data' } })],
  ['secret as files', volume({ secret: { secretName: 'tls' } })],
  [
    'projected sources',
    volume({ projected: { sources: [{ configMap: { name: 'c' } }, { downwardAPI: { items: [] } }] } }),
  ],
  ['image as a volume', volume({ image: { reference: IMAGE } })],
  ['driver', volume({ csi: { driver: 'secrets.example' } })],
  [
    'ports without host ports',
    regular({}, { ports: [{ containerPort: 8080 }, { containerPort: 9090, hostPort: 0 }] }),
  ],
  [
    'probes by command',
    regular(
      {},
      { livenessProbe: { exec: { command: ['/live'] } }, startupProbe: { tcpSocket: { port: 8080 } } },
    ),
  ],
  ['user namespace', pod({ hostUsers: false })],
  [
    'root inside of a user namespace',
    pod({ hostUsers: false, securityContext: { ...SECURITY, runAsNonRoot: false, runAsUser: 0 } }),
  ],
  [
    'unmasked /proc inside of a user namespace',
    pod({ hostUsers: false, containers: [container({ procMount: 'Unmasked' })] }),
  ],
  [
    'Windows',
    pod({
      os: { name: 'windows' },
      hostUsers: undefined,
      securityContext: { runAsNonRoot: true },
      containers: [
        container({
          allowPrivilegeEscalation: undefined,
          capabilities: undefined,
          readOnlyRootFilesystem: undefined,
        }),
      ],
    }),
  ],
  [
    'annotations and labels',
    pod({}, { annotations: { note: 'privileged: true' }, labels: { app: 'web', host: 'network' } }),
  ],
];
