// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AGENT_HEAP_FLAGS } from '../../instance/memory.ts';
import {
  type ClusterObject,
  digestOf,
  labelsOf,
  NAMES,
  type ObjectOptions,
  PORTS,
  selectorOf,
} from './object.ts';

/** A privilege of the agent and why: everything that is not listed is dropped. */
export interface Privilege {
  readonly name: string;
  readonly why: { readonly en: string; readonly ja: string };
}

/** Capabilities of the agent's container. It is not privileged. */
export const AGENT_CAPABILITIES: readonly Privilege[] = [
  { name: 'BPF', why: { en: 'loads the eBPF programs', ja: 'eBPF プログラムを読み込むため' } },
  { name: 'PERFMON', why: { en: 'attaches them to trace points', ja: 'トレースポイントに取り付けるため' } },
  {
    name: 'NET_ADMIN',
    why: {
      en: 'attaches those that see connections to control groups',
      ja: '通信を観測するプログラムを cgroup に取り付けるため',
    },
  },
  {
    name: 'SYS_PTRACE',
    why: { en: 'reads /proc of processes of other users', ja: '他ユーザーのプロセスの /proc を読むため' },
  },
  {
    name: 'DAC_READ_SEARCH',
    why: {
      en: 'reads files of containers, whatever their rights',
      ja: 'コンテナーのファイルを権限によらず読むため',
    },
  },
  {
    name: 'SYS_ADMIN',
    why: {
      en: 'enters the control group namespace of the node, and what kernels before 5.8 ask for eBPF',
      ja: 'ノードの cgroup 名前空間に入るため (5.8 より前のカーネルでは eBPF にも必要)',
    },
  },
  {
    name: 'SETPCAP',
    why: { en: 'lets the sensor throw its capabilities away', ja: 'センサーが自ら権限を捨てるため' },
  },
  {
    name: 'SETUID',
    why: { en: 'lets the inspect worker change to nobody', ja: '検査プロセスが nobody に切り替わるため' },
  },
  {
    name: 'SETGID',
    why: { en: 'lets the inspect worker change to nobody', ja: '検査プロセスが nobody に切り替わるため' },
  },
];

/** What else of the node the agent sees. */
export const AGENT_HOST_ACCESS: readonly Privilege[] = [
  {
    name: 'hostPID',
    why: { en: 'sees the processes of all containers', ja: '全コンテナーのプロセスを観測するため' },
  },
  {
    name: 'hostPath / (read-only)',
    why: {
      en: 'packages and settings of the node, and the sockets of the container runtimes',
      ja: 'ノードのパッケージと設定、コンテナーランタイムのソケットを読むため',
    },
  },
  {
    name: 'hostPath /sys/fs/cgroup (read-only)',
    why: { en: 'which container a process belongs to', ja: 'プロセスが属するコンテナーを知るため' },
  },
];

const SOCKETS = [
  { runtime: 'docker', endpoint: '/host/run/docker.sock' },
  { runtime: 'podman', endpoint: '/host/run/podman/podman.sock' },
  { runtime: 'cri-o', endpoint: '/host/run/crio/crio.sock' },
  { runtime: 'containerd', endpoint: '/host/run/containerd/containerd.sock' },
  { runtime: 'containerd', endpoint: '/host/run/k3s/containerd/containerd.sock' },
];

const CONFIG = {
  instance: NAMES.instance,
  stateDir: '/var/lib/bartizan',
  controllerHost: `${NAMES.controller}.${NAMES.namespace}.svc`,
  controllerPort: PORTS.agents,
  joinTokenPath: '/run/bartizan/join/token',
  sensorPath: '/opt/bartizan/native/bartizan-sensor',
  root: '/host',
  runtimes: SOCKETS,
  runcRoots: [],
  followAuditLogs: true,
  searchRules: '/opt/bartizan/release/content',
  logLevel: 'info',
};

/** Short, since whoever steals one can join as that node: the kubelet replaces it in time. */
const TOKEN_SECONDS = 600;

const metadata = (name: string) => ({
  name,
  namespace: NAMES.agentNamespace,
  labels: labelsOf('agent'),
});

function container(options: ObjectOptions): object {
  return {
    name: 'agent',
    image: options.agentImage,
    imagePullPolicy: options.pullPolicy,
    // A container has a control group namespace of its own in version 2, in which those of others have no names.
    command: ['/usr/bin/nsenter', '--cgroup=/proc/1/ns/cgroup', '--', '/opt/bartizan/bin/node'],
    args: [
      '--disable-warning=ExperimentalWarning',
      '--enable-source-maps=false',
      ...AGENT_HEAP_FLAGS,
      '/opt/bartizan/release/apps/agent/src/main.js',
      '--config',
      '/etc/bartizan/agent.json',
      '--fields',
      '/run/bartizan/trust',
      '--node-name',
      '$(NODE_NAME)',
    ],
    env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '1Gi' } },
    securityContext: {
      runAsUser: 0,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: AGENT_CAPABILITIES.map((one) => one.name) },
      appArmorProfile: { type: 'Unconfined' },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { name: 'state', mountPath: '/var/lib/bartizan' },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'config', mountPath: '/etc/bartizan', readOnly: true },
      { name: 'trust', mountPath: '/run/bartizan/trust', readOnly: true },
      { name: 'join', mountPath: '/run/bartizan/join', readOnly: true },
      { name: 'host', mountPath: '/host', readOnly: true, mountPropagation: 'HostToContainer' },
      { name: 'cgroup', mountPath: '/sys/fs/cgroup', readOnly: true, mountPropagation: 'HostToContainer' },
    ],
  };
}

const VOLUMES = [
  // Joining again costs nothing, so nothing of ours stays on a node.
  { name: 'state', emptyDir: { sizeLimit: '512Mi' } },
  { name: 'tmp', emptyDir: { sizeLimit: '512Mi' } },
  { name: 'config', configMap: { name: NAMES.agent } },
  // The pod waits for the controller to publish whom to trust: the key has to be there.
  { name: 'trust', configMap: { name: NAMES.trust, items: [{ key: 'caSha256', path: 'caSha256' }] } },
  {
    name: 'join',
    projected: {
      sources: [
        {
          serviceAccountToken: { path: 'token', audience: NAMES.audience, expirationSeconds: TOKEN_SECONDS },
        },
      ],
    },
  },
  { name: 'host', hostPath: { path: '/', type: 'Directory' } },
  { name: 'cgroup', hostPath: { path: '/sys/fs/cgroup', type: 'Directory' } },
];

/** The agent: configuration, what the controller publishes, one pod a node. */
export const agentObjects = (options: ObjectOptions): ClusterObject[] => [
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(NAMES.agent),
    data: { 'agent.json': `${JSON.stringify(CONFIG, null, 2)}\n` },
  },
  // Without data: what the controller writes into it is never taken back by applying this again.
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(NAMES.trust) },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadata(NAMES.agent),
    spec: {
      selector: { matchLabels: selectorOf('agent') },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
      template: {
        metadata: {
          ...digestOf(options.agentDigest),
          labels: { ...labelsOf('agent'), 'app.kubernetes.io/version': options.version },
        },
        spec: {
          serviceAccountName: NAMES.agent,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          hostPID: true,
          priorityClassName: 'system-node-critical',
          terminationGracePeriodSeconds: 30,
          tolerations: [{ operator: 'Exists' }],
          containers: [container(options)],
          volumes: VOLUMES,
        },
      },
    },
  },
];
