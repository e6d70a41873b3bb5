// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { BenchmarkComponent, ExampleEvidence } from '@bartizan/contracts/compliance';
import type { FileTree } from '../tree/file-tree.ts';
import type { FoundComponent, RunningProgram } from './components.ts';
import { allOptions, type K3sOptions, type K3sRole, k3sOptions, k3sRole, lastOption } from './k3s-options.ts';
import { redactArguments } from './secrets.ts';

/** What k3s runs inside of its one process, as if each part were a program of its own. */
export interface K3sParts {
  readonly found: readonly FoundComponent[];
  /** Arguments of each part, or why they are not known. */
  readonly evidence: readonly ExampleEvidence[];
  readonly watched: readonly string[];
}

type Part = Exclude<BenchmarkComponent, 'containerd' | 'crio' | 'dockerd'>;
type Argument = readonly [name: string, value: string];

/** Options that hold arguments for a part, the newer spelling first. */
const EXTRA: Readonly<Record<Part, readonly string[]>> = {
  'kube-apiserver': ['--kube-apiserver-arg'],
  'kube-controller-manager': ['--kube-controller-manager-arg', '--kube-controller-arg'],
  'kube-scheduler': ['--kube-scheduler-arg'],
  etcd: ['--etcd-arg'],
  kubelet: ['--kubelet-arg'],
  'kube-proxy': ['--kube-proxy-arg'],
};

/** Options that leave a part out. */
const LEFT_OUT: Partial<Readonly<Record<Part, string>>> = {
  'kube-apiserver': '--disable-apiserver',
  'kube-controller-manager': '--disable-controller-manager',
  'kube-scheduler': '--disable-scheduler',
  etcd: '--disable-etcd',
  kubelet: '--disable-agent',
  'kube-proxy': '--disable-kube-proxy',
};

const SERVER: readonly Part[] = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'];
const NODE: readonly Part[] = ['kubelet', 'kube-proxy'];

interface Place {
  readonly tree: FileTree;
  readonly flags: readonly string[];
  /** Data folder of k3s. */
  readonly data: string;
}

const isThere = ({ tree }: Place, path: string): boolean => tree.stat(path).ok;
const isOn = ({ flags }: Place, name: string): boolean => {
  const value = lastOption(flags, name);
  return value !== undefined && !/^(?:false|f|0)$/i.test(value);
};
const dropInFolder = ({ data }: Place): string => `${data}/agent/etc/kubelet.conf.d`;
const etcdFile = ({ data }: Place): string => `${data}/server/db/etcd/config`;

function apiServer(place: Place, extra: readonly string[]): Argument[] {
  const { data } = place;
  const tls = `${data}/server/tls`;
  const has = (name: string): boolean => extra.some((one) => one.replace(/^--/, '').startsWith(`${name}=`));
  const etcd: Argument[] = [
    ['etcd-cafile', `${tls}/etcd/server-ca.crt`],
    ['etcd-certfile', `${tls}/etcd/client.crt`],
    ['etcd-keyfile', `${tls}/etcd/client.key`],
  ];
  const outside: Argument[] = (['cafile', 'certfile', 'keyfile'] as const).flatMap((one) => {
    const value = lastOption(place.flags, `--datastore-${one}`);
    return value === undefined ? [] : [[`etcd-${one}`, value] as const];
  });
  return [
    ...(has('authentication-config') ? [] : [['anonymous-auth', 'false'] as const]),
    ...(has('authorization-config') ? [] : [['authorization-mode', 'Node,RBAC'] as const]),
    ['client-ca-file', `${tls}/client-ca.crt`],
    ['enable-admission-plugins', 'NodeRestriction'],
    ...(isOn(place, '--secrets-encryption')
      ? [['encryption-provider-config', `${data}/server/cred/encryption-config.json`] as const]
      : []),
    ...(isThere(place, etcdFile(place)) ? etcd : outside),
    ['kubelet-certificate-authority', `${tls}/server-ca.crt`],
    ['kubelet-client-certificate', `${tls}/client-kube-apiserver.crt`],
    ['kubelet-client-key', `${tls}/client-kube-apiserver.key`],
    ['profiling', 'false'],
    ['service-account-key-file', `${tls}/service.key`],
    ['tls-cert-file', `${tls}/serving-kube-apiserver.crt`],
    ['tls-private-key-file', `${tls}/serving-kube-apiserver.key`],
  ];
}

/** Releases that keep no folder of drop-ins give the same by flags. */
function kubelet(place: Place): Argument[] {
  const agent = `${place.data}/agent`;
  return [
    ['kubeconfig', `${agent}/kubelet.kubeconfig`],
    ['read-only-port', '0'],
    ...(isThere(place, dropInFolder(place))
      ? ([['config-dir', dropInFolder(place)]] as const)
      : ([
          ['anonymous-auth', 'false'],
          ['authorization-mode', 'Webhook'],
          ['client-ca-file', `${agent}/client-ca.crt`],
          ['tls-cert-file', `${agent}/serving-kubelet.crt`],
          ['tls-private-key-file', `${agent}/serving-kubelet.key`],
        ] as const)),
  ];
}

/**
 * Arguments that k3s gives to its parts by itself, as far as benchmarks ask about them and as far as every release we
 * know gives them. What else it may give is not listed: what stands neither here nor in its options is unknown.
 */
function ownArguments(part: Part, place: Place, extra: readonly string[]): Argument[] {
  const server = `${place.data}/server`;
  const local: Argument[] = [
    ['bind-address', '127.0.0.1'],
    ['profiling', 'false'],
  ];
  switch (part) {
    case 'kube-apiserver':
      return apiServer(place, extra);
    case 'kube-controller-manager':
      return [
        ...local,
        ['kubeconfig', `${server}/cred/controller.kubeconfig`],
        ['root-ca-file', `${server}/tls/server-ca.crt`],
        ['service-account-private-key-file', `${server}/tls/service.key`],
        ['use-service-account-credentials', 'true'],
      ];
    case 'kube-scheduler':
      return [...local, ['kubeconfig', `${server}/cred/scheduler.kubeconfig`]];
    case 'etcd':
      return [
        ['config-file', etcdFile(place)],
        ['data-dir', `${server}/db/etcd`],
      ];
    case 'kubelet':
      return kubelet(place);
    case 'kube-proxy':
      return [['kubeconfig', `${place.data}/agent/kubeproxy.kubeconfig`]];
  }
}

/** Lays options over own arguments: `name=value` takes their place, `name+=value` goes behind, `name-=value` before. */
function laidOver(own: readonly Argument[], extra: readonly string[]): string[] {
  const values = new Map<string, string[]>(own.map(([name, value]) => [name, [value]]));
  const touched = new Set<string>();
  for (const one of extra) {
    const plain = one.replace(/^--/, '');
    const equals = plain.indexOf('=');
    const written = equals === -1 ? plain : plain.slice(0, equals);
    const value = equals === -1 ? 'true' : plain.slice(equals + 1);
    const name = written.replace(/[+-]+$/, '');
    const before = values.get(name) ?? [];
    const kept = touched.has(name) || written !== name ? before : [];
    values.set(name, written.endsWith('-') ? [value, ...kept] : [...kept, value]);
    touched.add(name);
  }
  return [...values].flatMap(([name, all]) => all.map((value) => `--${name}=${value}`));
}

function argumentsOf(part: Part, place: Place): string[] {
  const all = allOptions(place.flags, ...EXTRA[part]);
  // k3s copies what these name into its own folder of drop-ins, and reads it there.
  const isCopied = part === 'kubelet' && isThere(place, dropInFolder(place));
  const extra = isCopied ? all.filter((one) => !/^(?:--)?config(?:-dir)?=/.test(one)) : all;
  return laidOver(ownArguments(part, place, all), part === 'etcd' ? [] : extra);
}

/** Parts of one process that are on. With a data store elsewhere there is no etcd. */
function partsOf(role: K3sRole, place: Place): Part[] {
  const all = role === 'server' ? [...SERVER, ...NODE] : NODE;
  return all.filter((part) => {
    const off = LEFT_OUT[part];
    if (off !== undefined && isOn(place, off)) return false;
    if (part === 'kube-proxy' && isOn(place, '--disable-agent')) return false;
    return part !== 'etcd' || isThere(place, etcdFile(place));
  });
}

/** Every part that may run is told as not readable, with the reason. */
function notKnown(
  role: K3sRole,
  options: Extract<K3sOptions, { state: 'unreadable' }>,
): readonly ExampleEvidence[] {
  const { reason, path } = options;
  return (role === 'server' ? [...SERVER.filter((part) => part !== 'etcd'), ...NODE] : NODE).map(
    (subject) => ({
      ...{ collector: 'process', subject, origin: 'flag', state: 'unreadable', reason },
      ...(path === undefined ? {} : { path }),
    }),
  );
}

/** The parts of Kubernetes that a process of k3s holds; undefined: it is not k3s. */
export function k3sParts(
  program: RunningProgram,
  tree: FileTree,
  environment: Readonly<Record<string, string>> | undefined,
): K3sParts | undefined {
  const role = k3sRole(program);
  if (role === undefined) return undefined;
  const options = k3sOptions(tree, program, role, environment);
  const { watched } = options;
  if (options.state !== 'known') return { found: [], evidence: notKnown(role, options), watched };
  const { flags } = options;
  const data = (lastOption(flags, '--data-dir', '-d') ?? '/var/lib/rancher/k3s').replace(/\/+$/, '');
  const place = { tree, flags, data };
  const found = partsOf(role, place).map((component) => ({
    ...{ component, program },
    args: argumentsOf(component, place),
  }));
  const evidence = found.map(
    ({ component, args }): ExampleEvidence => ({
      ...{ collector: 'process', subject: component, origin: 'flag', state: 'known' },
      value: redactArguments(args),
    }),
  );
  return { found, evidence, watched };
}
