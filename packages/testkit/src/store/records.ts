// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { UseRecord } from '@bartizan/adapters/store';
import {
  type AgentEvent,
  type ApiKey,
  type CheckResult,
  type Container,
  eventId,
  type Finding,
  type Image,
  type Node,
  type Registry,
  type User,
  type Workload,
  type WorkloadRef,
} from '@bartizan/contracts';

/** Whose records a builder makes. */
export interface Owner {
  readonly cluster: string;
  readonly tenant: string;
}
/** Owner of records in an installation without tenants. */
export const OWNER: Owner = { cluster: 'local', tenant: 'default' };

type EventOf<K extends AgentEvent['kind']> = Extract<AgentEvent, { kind: K }>;

/** A reference to a workload. */
export const workloadRef = (id = 'w-1', name = 'shop'): WorkloadRef => ({
  workload: id,
  kind: 'Deployment',
  namespace: 'web',
  name,
});

const modes = { process: 'monitor', file: 'monitor', network: 'monitor' } as const;

/** A workload. */
export const aWorkload = (changes: Partial<Workload> = {}): Workload => ({
  id: 'w-1',
  ...OWNER,
  kind: 'Deployment',
  namespace: 'web',
  name: 'shop',
  nodes: ['n-1'],
  image: 'registry.example/shop:1',
  labels: { app: 'shop' },
  modes,
  running: 1,
  firstSeenAtMs: 1000,
  lastSeenAtMs: 2000,
  ...changes,
});

/** A container. */
export const aContainer = (changes: Partial<Container> = {}): Container => ({
  id: 'c-1',
  ...OWNER,
  node: 'n-1',
  workload: 'w-1',
  name: 'shop-1',
  runtime: 'containerd',
  state: 'running',
  labels: {},
  hostNamespaces: [],
  mounts: [],
  addresses: ['10.0.0.1'],
  environmentSecrets: [],
  ...changes,
});

/** A node. */
export const aNode = (changes: Partial<Node> = {}): Node => ({
  id: 'n-1',
  ...OWNER,
  name: 'host-1',
  state: 'ready',
  conditions: [],
  agentVersion: '0.1.0',
  bootId: 'boot-1',
  kernel: '6.12.0',
  distribution: 'debian 12',
  architecture: 'x86_64',
  cpuCount: 2,
  memoryBytes: 1024,
  cgroupMode: 'v2',
  levels: [],
  runtimes: [],
  sensor: {
    state: 'running',
    programs: [],
    eventsTotal: 0,
    lostInKernelTotal: 0,
    shedTotal: 0,
    malformedTotal: 0,
  },
  uplink: {
    state: 'connected',
    bufferedRecords: 0,
    bufferedBytes: 0,
    acknowledgedTotal: 0,
    shedTotal: 0,
  },
  firstSeenAtMs: 1000,
  lastSeenAtMs: 2000,
  ...changes,
});

/** An image. */
export const anImage = (changes: Partial<Image> = {}): Image => ({
  digest: 'sha256:aa',
  ...OWNER,
  references: ['registry.example/shop:1'],
  usedBy: ['w-1'],
  ...changes,
});

const owasp = { '2022': ['K10'], '2025': [] } satisfies Finding['owasp'];
const text = (en: string) => ({ en, ja: `${en}（日本語）` });

/** A registry that was never listed. */
export const aRegistry = (changes: Partial<Registry> = {}): Registry => ({
  id: 'r-1',
  ...OWNER,
  name: 'ours',
  kind: 'docker',
  host: 'registry.example',
  plainHttp: false,
  includes: [],
  excludes: [],
  platforms: [],
  schedule: { kind: 'manual' },
  concurrency: 2,
  hasSecret: false,
  run: { state: 'never', repositories: 0, images: 0, scanned: 0, unchanged: 0, failed: 0 },
  createdAtMs: 1,
  updatedAtMs: 1,
  ...changes,
});

/** A finding. */
export const aFinding = (changes: Partial<Finding> = {}): Finding => ({
  id: 'f-1',
  ...OWNER,
  kind: 'vulnerability',
  title: text('openssl can be made to crash'),
  severity: 'high',
  subject: workloadRef(),
  node: 'n-1',
  package: {
    name: 'openssl',
    version: '3.0.1',
    ecosystem: 'Debian:12',
    purl: 'pkg:deb/debian/openssl@3.0.1',
    cataloger: 'dpkg',
    locations: ['/var/lib/dpkg/status'],
  },
  vulnerability: {
    id: 'CVE-2099-0001',
    aliases: ['GHSA-aaaa-bbbb-cccc'],
    severity: 'high',
    score: 7.5,
    cvss: [],
    cwe: [],
    knownExploited: false,
    references: [],
  },
  evidence: ['installed 3.0.1'],
  why: [],
  fix: { state: 'fixed', version: '3.0.2', action: text('update openssl') },
  owasp,
  attack: [],
  state: 'open',
  groupKey: 'update openssl',
  firstSeenAtMs: 1000,
  lastSeenAtMs: 2000,
  ...changes,
});

/** A check result. */
export const aCheck = (changes: Partial<CheckResult> = {}): CheckResult => ({
  check: 'host.sysctl',
  ...OWNER,
  subject: workloadRef(),
  outcome: 'fail',
  severity: 'medium',
  title: text('kernel pointers are hidden'),
  evidence: [],
  owasp,
  checkedAtMs: 1000,
  ...changes,
});

/** A user. */
export const aUser = (changes: Partial<User> = {}): User => ({
  id: 'u-1',
  name: 'aiko',
  displayName: 'Aiko',
  role: 'admin',
  tenant: 'default',
  language: 'ja',
  mustChangePassword: false,
  disabled: false,
  createdAtMs: 1000,
  ...changes,
});

/** An API key. */
export const anApiKey = (changes: Partial<ApiKey> = {}): ApiKey => ({
  id: 'k-1',
  name: 'pipeline',
  prefix: 'bzk_abcdefgh',
  role: 'ci',
  tenant: 'default',
  clusters: [],
  createdBy: 'aiko',
  createdAtMs: 1000,
  expiresAtMs: 9000,
  revoked: false,
  ...changes,
});

function envelopeOf(stream: AgentEvent['stream'], sequence: number) {
  return {
    id: eventId('n-1', 'boot-1', stream, sequence),
    ...OWNER,
    node: 'n-1',
    bootId: 'boot-1',
    stream,
    sequence,
    bootUs: sequence * 1000,
    occurredAtMs: 1_000_000 + sequence * 1000,
    workload: workloadRef(),
    severity: 'info' as const,
    owasp: { '2022': [], '2025': [] },
    attack: [],
    aggregation: { count: 1, firstAtMs: 1_000_000, lastAtMs: 1_000_000 },
  };
}

const processInfo = (name: string) => ({
  pid: 4242,
  startBootUs: 1,
  name,
  executable: `/usr/bin/${name}`,
  arguments: [name, '-l'],
  argumentsTruncated: false,
  argumentsRedacted: false,
  uid: 0,
  euid: 0,
});

/** A flow. */
export const aFlow = (sequence: number, changes: Partial<EventOf<'flow'>> = {}): EventOf<'flow'> => ({
  ...envelopeOf('flow', sequence),
  kind: 'flow',
  direction: 'outbound',
  protocol: 'tcp',
  localAddress: '10.0.0.1',
  remoteAddress: '10.0.0.2',
  serverPort: 443,
  connections: 1,
  failures: 0,
  bytesSent: 100,
  bytesReceived: 50,
  verdict: 'allow',
  ...changes,
});

/** A process event. */
export const aProcessEvent = (
  sequence: number,
  changes: Partial<EventOf<'process'>> = {},
): EventOf<'process'> => ({
  ...envelopeOf('process', sequence),
  kind: 'process',
  action: 'exec',
  chain: {
    process: processInfo('bash'),
    ancestors: [processInfo('nginx'), processInfo('systemd')],
    complete: true,
  },
  ...changes,
});

/** A security event. */
export const aSecurityEvent = (
  sequence: number,
  changes: Partial<EventOf<'security'>> = {},
): EventOf<'security'> => ({
  ...envelopeOf('security', sequence),
  kind: 'security',
  severity: 'critical',
  rule: 'runtime.reverse-shell',
  title: text('A shell talks to the network'),
  message: text('bash in shop talks to 203.0.113.9'),
  source: 'sensor',
  decision: { verdict: 'alert', reasons: [], nearest: [], enforcementPoint: 'agent', elapsedUs: 12 },
  chain: { process: processInfo('bash'), ancestors: [processInfo('nginx')], complete: true },
  connections: [],
  files: [],
  fix: text('stop the container'),
  attack: ['T1059.004'],
  owasp: { '2022': ['K05'], '2025': ['K05'] },
  ...changes,
});

/** A file event. */
export const aFileEvent = (sequence: number, changes: Partial<EventOf<'file'>> = {}): EventOf<'file'> => ({
  ...envelopeOf('file', sequence),
  kind: 'file',
  action: 'read',
  path: '/etc/shadow',
  chain: { process: processInfo('cat'), ancestors: [], complete: false },
  ...changes,
});

/** What an agent told of the use of packages. */
export const aUseRecord = (changes: Partial<UseRecord> = {}): UseRecord => ({
  ...OWNER,
  workload: 'w-1',
  node: 'n-1',
  watchedSinceMs: 1000,
  packages: [{ purl: 'pkg:npm/left-pad@1.3.0', state: 'loaded', lastSeenAtMs: 2000 }],
  toldAtMs: 2000,
  ...changes,
});
