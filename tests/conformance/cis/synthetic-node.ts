// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  Benchmark,
  BenchmarkCheck,
  Evidence,
  ExampleEvidence,
  FilePlace,
} from '@bartizan/contracts/compliance';
import { sealEvidence } from '@bartizan/engine/compliance';
import { MemoryTree } from '@bartizan/scan';
import { collectEvidence, type ProgramTable } from '@bartizan/scan/evidence';

/** One comparison of the outside facts. */
export interface FactItem {
  readonly flag: string;
  readonly path?: string;
  readonly op?: 'eq' | 'noteq' | 'gte' | 'has' | 'nothave' | 'bitmask' | 'valid_elements';
  readonly value?: string | number | boolean;
  readonly set?: boolean;
}
/** One check of the outside facts. */
export interface Fact {
  readonly id: string;
  readonly evidence: 'mode' | 'owner' | 'process' | 'api' | 'manual';
  readonly subject: readonly string[];
  readonly join: 'and' | 'or';
  readonly items: readonly FactItem[];
}

const COMPONENTS: Readonly<Record<string, string>> = {
  apiserver: 'kube-apiserver',
  controllermanager: 'kube-controller-manager',
  scheduler: 'kube-scheduler',
  etcd: 'etcd',
  kubelet: 'kubelet',
  proxy: 'kube-proxy',
};
const FILES: Partial<Readonly<Record<FilePlace, string>>> = {
  'apiserver-manifest': '/etc/kubernetes/manifests/kube-apiserver.yaml',
  'controller-manager-manifest': '/etc/kubernetes/manifests/kube-controller-manager.yaml',
  'scheduler-manifest': '/etc/kubernetes/manifests/kube-scheduler.yaml',
  'etcd-manifest': '/etc/kubernetes/manifests/etcd.yaml',
  'cni-files': '/etc/cni/net.d/10-net.conflist',
  'etcd-data': '/var/lib/etcd',
  'admin-kubeconfig': '/etc/kubernetes/admin.conf',
  'scheduler-kubeconfig': '/etc/kubernetes/scheduler.conf',
  'controller-manager-kubeconfig': '/etc/kubernetes/controller-manager.conf',
  'pki-folder': '/etc/kubernetes/pki/ca.crt',
  'pki-certificates': '/etc/kubernetes/pki/ca.crt',
  'pki-keys': '/etc/kubernetes/pki/ca.key',
  'kubelet-service': '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
  'kubelet-kubeconfig': '/etc/kubernetes/kubelet.conf',
  'kubelet-config': '/var/lib/kubelet/config.yaml',
  'kubelet-client-ca': '/etc/kubernetes/pki/ca.crt',
  'proxy-kubeconfig': '/var/lib/kube-proxy/kubeconfig',
};
const USERS = 'root:x:0:0::/root:/bin/sh\netcd:x:105:105::/:/bin/false\nmallory:x:1000:1000::/:/bin/sh\n';
const GROUPS = 'root:x:0:\netcd:x:105:\nmallory:x:1000:\n';

/** What stands on the command line or in the file of a synthetic node. */
interface Setting {
  readonly flag: string;
  readonly path: string | undefined;
  readonly value: string | undefined;
}

/** Where the facts only say that something is set, a value that somebody would set. */
const SENSIBLE: Readonly<Record<string, string>> = { '--pod-max-pids': '4096', '--seccomp-default': 'true' };

function holding({ flag, op, value, set }: FactItem): string | undefined {
  if (set === false && op === undefined) return undefined;
  switch (op) {
    case 'noteq':
      return String(value) === '0' ? '4h0m0s' : value === false ? 'true' : 'other';
    case 'nothave':
      return 'Node,RBAC';
    case 'valid_elements':
      return String(value).split(',').slice(0, 2).join(',');
    case 'has':
      return String(value) === '127.0.0.1' ? '127.0.0.1:10249' : `Other,${String(value)}`;
    default:
      return value === undefined ? (SENSIBLE[flag] ?? '/etc/kubernetes/some.file') : String(value);
  }
}

function breaking({ op, value, set }: FactItem): string | undefined {
  if (set === false && op === undefined) return '/etc/kubernetes/some.file';
  switch (op) {
    case 'eq':
      return value === true
        ? 'false'
        : value === false
          ? 'true'
          : value === '127.0.0.1'
            ? '0.0.0.0'
            : '10255';
    case 'noteq':
    case 'nothave':
      return String(value);
    case 'gte':
      return String(Number(value) - 1);
    case 'has':
      return String(value) === '127.0.0.1' ? '0.0.0.0:10249' : 'Other';
    case 'valid_elements':
      return 'TLS_RSA_WITH_RC4_128_SHA';
    default:
      return undefined;
  }
}

/** A file of nested keys, as YAML. */
function yamlOf(settings: readonly Setting[]): string {
  const lines = settings.flatMap(({ path, value }) => {
    if (path === undefined || value === undefined) return [];
    const isList = path.includes('range');
    const keys = (/\.([\w.]+)/.exec(path)?.[1] ?? '').split('.');
    const written = isList ? `[${value}]` : value;
    return keys.map((key, at) => `${'  '.repeat(at)}${key}:${at === keys.length - 1 ? ` ${written}` : ''}`);
  });
  return `kind: Configuration\n${lines.join('\n')}\n`;
}

/** Feature gates are one flag that holds many. */
const argumentOf = ({ flag, value }: Setting): string[] =>
  value === undefined ? [] : [`${flag.startsWith('--') ? flag : `--${flag}`}=${value}`];

export interface NodeChanges {
  readonly component?: string;
  readonly settings?: readonly Setting[];
  readonly file?: { readonly place: FilePlace; readonly mode: number; readonly owner: number };
  readonly encryption?: string;
  readonly auditLevel?: string;
  readonly object?: { readonly question: string; readonly count: number };
  /** More arguments than are read: nobody knows what is set. */
  readonly isCut?: boolean;
}

function treeOf({ component, settings = [], file, encryption, auditLevel }: NodeChanges): MemoryTree {
  const tree = new MemoryTree('synthetic node');
  const text = (path: string, content: string): void =>
    tree.add(path, 'file', { mode: 0o600, content: Buffer.from(content), sizeBytes: content.length });
  text('/etc/passwd', USERS);
  text('/etc/group', GROUPS);
  for (const path of Object.values(FILES)) if (path !== '/var/lib/etcd') text(path, 'kind: Pod\n');
  text('/var/lib/kubelet/config.yaml', yamlOf(component === 'kubelet' ? settings : []));
  text('/var/lib/kube-proxy/config.conf', yamlOf(component === 'kube-proxy' ? settings : []));
  if (encryption !== undefined)
    text(
      '/etc/kubernetes/enc.yaml',
      `resources:\n- resources: [secrets]\n  providers:\n  - ${encryption}: {}\n`,
    );
  if (auditLevel !== undefined)
    text('/etc/kubernetes/audit.yaml', `kind: Policy\nrules:\n- level: ${auditLevel}\n`);
  if (file !== undefined) {
    const { place, mode, owner } = file;
    const path = FILES[place] ?? '';
    tree.add(path, path === '/var/lib/etcd' ? 'directory' : 'file', {
      mode,
      uid: owner,
      gid: owner,
      content: Buffer.from('kind: Pod\n'),
    });
  }
  return tree;
}

function programsOf({
  component,
  settings = [],
  encryption,
  auditLevel,
  isCut = false,
}: NodeChanges): ProgramTable {
  const extra: Readonly<Record<string, readonly string[]>> = {
    kubelet: ['--config=/var/lib/kubelet/config.yaml'],
    'kube-proxy': ['--config=/var/lib/kube-proxy/config.conf'],
    'kube-apiserver': [
      ...(encryption === undefined ? [] : ['--encryption-provider-config=/etc/kubernetes/enc.yaml']),
      ...(auditLevel === undefined ? [] : ['--audit-policy-file=/etc/kubernetes/audit.yaml']),
    ],
  };
  const programs = Object.values(COMPONENTS).map((name, at) => {
    const mine =
      name === component ? settings.filter(({ path }) => path === undefined).flatMap(argumentOf) : [];
    return {
      pid: 100 + at,
      argv: [`/usr/bin/${name}`, ...(extra[name] ?? []), ...mine],
      isCut,
      isOfHost: true,
    };
  });
  return { programs: () => programs, rootOf: () => undefined, environment: () => ({}) };
}

/** The evidence of a synthetic node, by the collectors that look at real ones. */
export function evidenceOf(changes: NodeChanges, version = '1.31.2'): Evidence[] {
  const { evidence } = collectEvidence({ tree: treeOf(changes), programs: programsOf(changes) });
  const { object } = changes;
  const answer: ExampleEvidence[] =
    object === undefined
      ? []
      : [
          {
            collector: 'object',
            subject: object.question,
            origin: 'api',
            state: 'known',
            value: { count: object.count, found: [] },
          },
        ];
  const known = {
    collector: 'version',
    subject: 'kubelet',
    origin: 'file',
    state: 'known',
    value: version,
  } as const;
  return sealEvidence([...evidence, known, ...answer], 1_700_000_000_000, 'node');
}

const settingsOf = (items: readonly FactItem[], make: (item: FactItem) => string | undefined): Setting[] =>
  items.map((item) => ({ flag: item.flag, path: item.path, value: make(item) }));

/** No time at all is a setting on the command line only: in the file of the kubelet it stands for the default. */
const onCommandLine = (setting: Setting): Setting =>
  setting.value === '0' && /timeout$/.test(setting.flag) ? { ...setting, path: undefined } : setting;

/** The nodes that hold and break the facts of a check; undefined where the facts name nothing a node could hold. */
export function nodesOf(
  fact: Fact,
  check: BenchmarkCheck,
): { readonly good: NodeChanges; readonly bad: NodeChanges } | undefined {
  const { ask } = check;
  const [item] = fact.items;
  if (ask.kind === 'file') {
    const isMode = item?.op === 'bitmask';
    const mode = isMode ? Number.parseInt(String(item.value), 8) : 0o600;
    const owner = isMode ? 0 : String(item?.value ?? item?.flag).startsWith('etcd') ? 105 : 0;
    return {
      good: { file: { place: ask.place, mode, owner } },
      bad: {
        file: { place: ask.place, mode: isMode ? mode | 0o022 | 0o100 : 0o600, owner: isMode ? 0 : 1000 },
      },
    };
  }
  if (ask.kind === 'object')
    return {
      good: { object: { question: ask.question, count: 0 } },
      bad: { object: { question: ask.question, count: 2 } },
    };
  if (ask.kind === 'encryption')
    return { good: { encryption: String(item?.value).split(',')[0] ?? '' }, bad: { encryption: 'identity' } };
  if (ask.kind === 'audit-policy') return { good: { auditLevel: 'Metadata' }, bad: { auditLevel: 'None' } };
  if (ask.kind !== 'setting') return undefined;
  const { component } = ask;
  if (item === undefined) {
    const [asked] = ask.items;
    const flag = asked?.flag ?? '';
    const isTruth = asked?.op === 'eq';
    const setting = (value: string): Setting => ({ flag, path: undefined, value });
    return {
      good: { component, settings: [setting(isTruth ? String(asked.value) : '300s')] },
      bad: { component, settings: [setting(isTruth ? 'true' : '0s')] },
    };
  }
  // Of alternatives the first one that sets something is what the good node holds and the bad one breaks.
  const chosen = fact.join === 'or' ? fact.items.filter(({ set }) => set !== false).slice(0, 1) : fact.items;
  return {
    good: { component, settings: settingsOf(chosen, holding) },
    bad: { component, settings: settingsOf(chosen, breaking).map(onCommandLine) },
  };
}

/** A check by its number. */
export const checkOf = (benchmark: Benchmark, id: string): BenchmarkCheck | undefined =>
  benchmark.checks.find((one) => one.id === id);
