// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { DottedId } from '../ids.ts';
import { choice, inline, list, localText, object, optional, text } from '../schema.ts';
import { SeveritySchema } from '../severity.ts';
import { BENCHMARK_COMPONENTS, ExampleEvidence } from './evidence.ts';

/** What a benchmark is about. */
export const BENCHMARK_PRODUCTS = ['kubernetes', 'docker', 'containerd', 'cri-o', 'host'] as const;
export type BenchmarkProduct = (typeof BENCHMARK_PRODUCTS)[number];

/** Distributions that set a cluster up differently; the managed three hide their control plane. */
export const DISTRIBUTIONS = ['vanilla', 'kubeadm', 'k3s', 'rke2', 'eks', 'gke', 'aks'] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

export const BENCHMARK_PARTS = [
  'master',
  'etcd',
  'controlplane',
  'node',
  'policies',
  'daemon',
  'files',
  'images',
  'containers',
  'host',
] as const;
export type BenchmarkPart = (typeof BENCHMARK_PARTS)[number];

/** Files and folders whose rights are asked about; collectors know where each distribution keeps them. */
export const FILE_PLACES = [
  'apiserver-manifest',
  'controller-manager-manifest',
  'scheduler-manifest',
  'etcd-manifest',
  'cni-files',
  'etcd-data',
  'admin-kubeconfig',
  'super-admin-kubeconfig',
  'scheduler-kubeconfig',
  'controller-manager-kubeconfig',
  'pki-folder',
  'pki-certificates',
  'pki-keys',
  'kubelet-service',
  'kubelet-kubeconfig',
  'kubelet-config',
  'kubelet-client-ca',
  'proxy-kubeconfig',
  'docker-service',
  'docker-socket-unit',
  'docker-folder',
  'docker-certificates',
  'docker-server-certificate',
  'docker-server-key',
  'docker-socket',
  'docker-config',
  'docker-defaults',
  'docker-root',
  'containerd-config',
  'containerd-socket',
  'containerd-root',
  'containerd-service',
  'crio-config',
  'crio-socket',
  'crio-service',
] as const;
export type FilePlace = (typeof FILE_PLACES)[number];

export const SETTING_OPERATORS = [
  'set',
  'unset',
  'eq',
  'noteq',
  'gte',
  'has',
  'nothave',
  'elements',
] as const;
export type SettingOperator = (typeof SETTING_OPERATORS)[number];

/** One comparison with the value that is in force: flag over drop-in over file over the default of the version. */
export const SettingItem = inline('A comparison with a setting in force', {
  flag: optional(text('Flag with its dashes', 128)),
  key: optional(text('Dotted key of the configuration file', 256)),
  env: optional(text('Environment variable', 128)),
  op: choice(SETTING_OPERATORS, 'How it is compared; elements: every item is one of the list'),
  value: optional(text('What it is compared with; lists by comma', 2000)),
});
export type SettingItem = Static<typeof SettingItem>;

/** Questions answered from Kubernetes objects, the graph of access and admission verdicts. */
export const OBJECT_QUESTIONS = [
  'cluster-admin-bindings',
  'secret-readers',
  'wildcard-roles',
  'pod-creators',
  'default-accounts',
  'token-mounts',
  'masters-group',
  'escalation-verbs',
  'volume-creators',
  'node-proxy',
  'certificate-approvers',
  'webhook-changers',
  'token-creators',
  'pod-security-active',
  'privileged-pods',
  'host-pid-pods',
  'host-ipc-pods',
  'host-network-pods',
  'privilege-escalation-pods',
  'root-pods',
  'net-raw-pods',
  'added-capability-pods',
  'capability-sets',
  'windows-host-process-pods',
  'host-path-pods',
  'host-port-pods',
  'network-plugin',
  'network-policies',
  'secret-environment',
  'image-provenance',
  'namespaces-used',
  'seccomp-pods',
  'security-context-pods',
  'default-namespace',
  'service-account-users',
  'bootstrap-users',
  'client-certificate-users',
] as const;
export type ObjectQuestion = (typeof OBJECT_QUESTIONS)[number];

/** What a check asks: a closed union, judged by pure functions. */
export const BenchmarkAsk = Type.Union(
  [
    inline('Settings of a component', {
      kind: Type.Literal('setting', { description: 'Settings in force' }),
      component: choice(BENCHMARK_COMPONENTS, 'Component'),
      join: choice(['all', 'any'], 'Whether every comparison has to hold or one'),
      items: list(SettingItem, 'Comparisons', 8),
    }),
    inline('Rights of files', {
      kind: Type.Literal('file', { description: 'Mode and owner' }),
      place: choice(FILE_PLACES, 'Which files'),
      mode: optional(text('Widest mode allowed, octal', 4, { pattern: '^[0-7]{3,4}$' })),
      owner: optional(text('user:group', 64)),
    }),
    inline('Lifetime of certificates', {
      kind: Type.Literal('certificate', { description: 'Lifetime' }),
      place: choice(FILE_PLACES, 'Which files'),
    }),
    inline('Providers of encryption at rest', {
      kind: Type.Literal('encryption', { description: 'Encryption at rest' }),
      providers: list(text('Provider', 32), 'Providers that encrypt', 8),
    }),
    inline('Rules of the audit policy', {
      kind: Type.Literal('audit-policy', { description: 'What the audit policy records' }),
      resources: list(text('Resource that has to be recorded', 128), 'Resources', 16),
    }),
    inline('Objects of the cluster', {
      kind: Type.Literal('object', { description: 'Kubernetes objects' }),
      question: choice(OBJECT_QUESTIONS, 'Question'),
    }),
    inline('A posture check of ours', {
      kind: Type.Literal('posture', { description: 'Posture check' }),
      check: DottedId,
    }),
    inline('A judgement of people', {
      kind: Type.Literal('manual', { description: 'Nothing a program can answer' }),
    }),
  ],
  { description: 'What the check asks' },
);
export type BenchmarkAsk = Static<typeof BenchmarkAsk>;

export const FLAG_CHANGES = ['set', 'remove', 'add-item', 'remove-item'] as const;

/** How a failure is repaired; the diff is made from it and judged again before it is shown. */
export const BenchmarkFix = Type.Union(
  [
    inline('Change a flag', {
      kind: Type.Literal('flag', { description: 'Flag' }),
      component: choice(BENCHMARK_COMPONENTS, 'Component'),
      flag: text('Flag with its dashes', 128),
      change: choice(FLAG_CHANGES, 'What is done to it'),
      value: optional(text('New value or item', 2000)),
    }),
    inline('Change a key of the configuration file', {
      kind: Type.Literal('key', { description: 'Key' }),
      component: choice(BENCHMARK_COMPONENTS, 'Component'),
      key: text('Dotted key', 256),
      value: text('New value as YAML or JSON writes it', 2000),
    }),
    inline('Change a mode', {
      kind: Type.Literal('chmod', { description: 'Mode' }),
      place: choice(FILE_PLACES, 'Which files'),
      mode: text('Mode, octal', 4, { pattern: '^[0-7]{3,4}$' }),
    }),
    inline('Change an owner', {
      kind: Type.Literal('chown', { description: 'Owner' }),
      place: choice(FILE_PLACES, 'Which files'),
      owner: text('user:group', 64),
    }),
    inline('Something to do by hand', {
      kind: Type.Literal('advice', { description: 'Advice' }),
      action: localText('What to do', 1000),
    }),
  ],
  { description: 'How a failure is repaired' },
);
export type BenchmarkFix = Static<typeof BenchmarkFix>;

export const BENCHMARK_KINDS = ['automated', 'manual'] as const;

const said = {
  part: choice(BENCHMARK_PARTS, 'Part of the benchmark'),
  severity: SeveritySchema,
  title: localText('What has to hold, in our words', 256),
  why: localText('What goes wrong otherwise, in our words', 1000),
  ask: BenchmarkAsk,
  fix: list(BenchmarkFix, 'How a failure is repaired; all of them together', 4),
  examples: inline('Evidence every build is held to', {
    pass: list(ExampleEvidence, 'With this it passes', 8),
    fail: list(ExampleEvidence, 'With this it fails', 8),
  }),
};

/** One check of a benchmark. */
export const BenchmarkCheck = object('BenchmarkCheck', 'One check of a benchmark', {
  id: text('Number in the benchmark', 32, { pattern: '^[0-9]+([.][0-9]+)*[a-z]?$' }),
  kind: choice(BENCHMARK_KINDS, 'How the benchmark itself means it to be checked'),
  question: optional(DottedId),
  ...said,
});
export type BenchmarkCheck = Static<typeof BenchmarkCheck>;

/** What several editions of a benchmark ask alike, under a name of ours: `content/benchmarks/questions`. */
export const BenchmarkQuestion = object(
  'BenchmarkQuestion',
  'A check that editions of a benchmark refer to',
  {
    key: DottedId,
    ...said,
  },
);
export type BenchmarkQuestion = Static<typeof BenchmarkQuestion>;

const head = {
  id: text('Id', 64, { pattern: '^[a-z0-9]+([.-][a-z0-9]+)*$' }),
  version: text('Version', 32),
  title: localText('Title', 256),
  appliesTo: inline('What it is made for', {
    product: choice(BENCHMARK_PRODUCTS, 'Product'),
    from: optional(text('First version it is made for, e.g. 1.32', 16)),
    to: optional(text('Last version it is made for', 16)),
    distributions: list(choice(DISTRIBUTIONS, 'Distribution'), 'Distributions; empty = all', 16),
  }),
};

/** A benchmark as `content/benchmarks/<id>.json` holds it: numbers, and the questions they stand for. */
export const BenchmarkEdition = object('BenchmarkEdition', 'The numbers of one edition of a benchmark', {
  ...head,
  checks: list(
    inline('A number', {
      id: text('Number in the benchmark', 32, { pattern: '^[0-9]+([.][0-9]+)*[a-z]?$' }),
      kind: choice(BENCHMARK_KINDS, 'How the benchmark itself means it to be checked'),
      question: DottedId,
    }),
    'Numbers in their order',
    512,
  ),
});
export type BenchmarkEdition = Static<typeof BenchmarkEdition>;

/** A benchmark with everything its checks ask: an edition joined with its questions. */
export const Benchmark = object('Benchmark', 'A benchmark', {
  ...head,
  checks: list(BenchmarkCheck, 'Checks in the order of the benchmark', 512),
});
export type Benchmark = Static<typeof Benchmark>;
