// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hashToken } from '@bartizan/adapters/identity';
import { openCertificateAuthority } from '@bartizan/adapters/pki';
import { openRegistry } from '@bartizan/adapters/registry';
import { createSealer, type Store } from '@bartizan/adapters/store';
import { createMetrics } from '@bartizan/adapters/telemetry';
import {
  type AdmissionRule,
  type ComplianceControl,
  DEFAULT_TENANT,
  type DetectionRule,
  err,
  failure,
  LOCAL_CLUSTER,
  ok,
  type Role,
} from '@bartizan/contracts';
import type { Benchmark } from '@bartizan/contracts/compliance';
import { EMPTY_CONTEXT } from '@bartizan/engine/admission';
import { ruleCelCompiler } from '@bartizan/engine/admission-cel';
import type { ApiKnowledge } from '@bartizan/engine/cluster-posture';
import { buildAccessDesk } from '../decide/access/access-desk.ts';
import type { ClusterAccess } from '../decide/access/cluster-access.ts';
import type { ProbeDesk } from '../decide/access/probe-desk.ts';
import { buildRequestDesks } from '../decide/access/request-desk.ts';
import { PolicyBook } from '../decide/admission/policy-book.ts';
import { ChangeAuthors } from '../decide/audit-log/change-authors.ts';
import { BenchmarkFindings } from '../decide/compliance/benchmark-findings.ts';
import { FindingLedger } from '../decide/finding-ledger.ts';
import { PackageUses } from '../decide/package-uses.ts';
import type { FrameworkBook } from '../framework-ports.ts';
import type {
  AdvisoryDesk,
  AgentCommand,
  AgentDirectory,
  ApiFailure,
  Change,
  Clock,
  Log,
  RuleBook,
} from '../ports.ts';
import { RefusedAttempts } from '../refused-attempts.ts';
import type { PasswordHasher } from '../report/access/login.ts';
import { buildReport, type Report } from '../report/build-report.ts';
import { buildAuditLog } from '../roles/cluster/build-audit-log.ts';
import { buildDesk } from '../roles/cluster/build-desk.ts';
import { PushInbox } from '../roles/scanner/push-inbox.ts';
import { Registries } from '../roles/scanner/registry-desk.ts';
import { noCounts } from '../sense/ingest.ts';
import { Turnstile } from '../turnstile.ts';

/** Token of local root on the stage. */
export const LOCAL_ROOT = `bzl_${'r'.repeat(43)}`;
/** One-time password of the first administrator on the stage. */
export const FIRST_PASSWORD = 'quartz-anvil-plover-tide';

/** One request. */
export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below /api/v1 unless it begins with a slash. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bearer token; none when absent. */
  readonly token?: string;
}
/** One answer. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: unknown;
}
/** The API on a real store, without sockets, with a clock that tests move. */
export interface ApiStage {
  readonly report: Report;
  readonly ask: (ask: Ask) => Promise<Told>;
  /** Makes an API key of a role of a tenant; gives the key itself. */
  readonly keyOf: (role: Role, tenant?: string) => Promise<string>;
  readonly sent: readonly { readonly node: string; readonly command: AgentCommand }[];
  readonly changes: readonly Change[];
  /** Without runs until a test attaches some. */
  readonly registries: Registries;
  /** Images that notes about pushes asked for. */
  readonly pushed: readonly string[];
  readonly logged: readonly string[];
  readonly refusals: RefusedAttempts;
}

/** Not Argon2id: as far from a secret as from slow. */
const plainHasher: PasswordHasher = {
  hash: (password) => Promise.resolve(`plain:${password}`),
  verify: (password, hash) => Promise.resolve(hash === `plain:${password}`),
};

/** Registries on this machine only: what a fuzzer makes up as a host is asked nothing. */
const onlyHere: typeof openRegistry = (access, options) =>
  access.host.startsWith('127.0.0.1:')
    ? openRegistry(access, options)
    : Promise.resolve(err(failure('E_REGISTRY_UNREACHABLE', 'not on this machine')));

const noAdvisories: AdvisoryDesk = {
  status: () => ({ present: false, sample: false, rows: 0, ecosystems: [], noData: [] }),
  activity: () => undefined,
  file: () => undefined,
  importPack: async (upload) => {
    upload.resume();
    return { ok: false, error: failure<ApiFailure['code']>('E_PACK_INVALID', 'the stage takes no packs') };
  },
  match: () =>
    Promise.resolve({
      ok: false,
      error: failure<ApiFailure['code']>('E_PACK_MISSING', 'the stage has no pack'),
    }),
};

/** Policies without a cluster. */
async function stageDesk(parts: {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: readonly AdmissionRule[];
}) {
  const owner = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
  const book = new PolicyBook({ ...parts, builtIn: parts.rules, celFor: ruleCelCompiler });
  await book.load(owner);
  return buildDesk({ ...parts, owner }, book, {
    status: () => ({ state: 'off', kinds: [] }),
    context: EMPTY_CONTEXT,
    audit: undefined,
    custom: undefined,
    native: undefined,
    reports: undefined,
    verdicts: () => new Map(),
    recorded: () => [],
  });
}

const EMPTY_BOOK: RuleBook = {
  rules: [],
  rulesRevision: '',
  controls: [],
  benchmarks: [],
  frameworks: { frameworks: [], titles: new Map(), keyOf: (ref) => ref, severityOf: () => 'medium' },
};

/** What a stage has beside its store. */
export interface StageOptions {
  readonly hasher?: PasswordHasher;
  readonly consoleDir?: string;
  /** Rules that come with the product. */
  readonly admissionRules?: readonly AdmissionRule[];
  /** Rules about the audit log of API servers. */
  readonly detections?: readonly DetectionRule[];
  /** What is known of a cluster; absent: none is watched. */
  readonly clusterAccess?: ClusterAccess;
  readonly probes?: ProbeDesk;
  /** Versions of the Kubernetes API in use; absent: nobody looks. */
  readonly apis?: () => ApiKnowledge;
  /** Frameworks that come with the product; absent: none. */
  readonly frameworks?: FrameworkBook;
  /** Benchmarks that bundles are judged by. */
  readonly benchmarks?: readonly Benchmark[];
  /** Items of the scorecard; absent: none. */
  readonly controls?: readonly ComplianceControl[];
}

/** A log that is kept for the test. */
function stageLog() {
  const logged: string[] = [];
  const keep = (fields: object, message: string): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep };
  return { log, logged };
}

/** One agent that takes every command. */
const stageAgents = (sent: { node: string; command: AgentCommand }[]): AgentDirectory => ({
  connected: () => 1,
  send: (node, command) => sent.push({ node, command }) > 0,
  reconfigure: () => undefined,
  drop: () => undefined,
});

/** Builds the report side on a store. */
export async function buildApiStage(store: Store, clock: Clock, more: StageOptions = {}): Promise<ApiStage> {
  const sent: { node: string; command: AgentCommand }[] = [];
  const changes: Change[] = [];
  const { log, logged } = stageLog();
  const { registries, pushes, pushed } = stageRegistries({ store, clock, log }, changes);
  const findingTurnstile = new Turnstile();
  const findings = new FindingLedger(store, clock, findingTurnstile);
  const uses = new PackageUses({
    store,
    clock,
    log,
    publish: () => undefined,
    turnstile: findingTurnstile,
  });
  const refusals = new RefusedAttempts({ store, clock, log });
  const report = await buildReport({
    ...{ store, clock, log, refusals },
    agents: stageAgents(sent),
    publish: (change) => {
      changes.push(change);
    },
    counters: noCounts(),
    hasher: more.hasher ?? plainHasher,
    localRootToken: LOCAL_ROOT,
    bootstrapPassword: FIRST_PASSWORD,
    caSha256: 'ca',
    tls: await stageCertificate(store, clock),
    consoleDir: more.consoleDir ?? '',
    book: {
      ...EMPTY_BOOK,
      benchmarks: more.benchmarks ?? [],
      controls: more.controls ?? [],
      ...(more.frameworks === undefined ? {} : { frameworks: more.frameworks }),
    },
    advisories: noAdvisories,
    registries,
    pushes,
    history: () => new Map(),
    usesOf: (scope, workload) => uses.of(scope, workload),
    news: { newest: (node) => node },
    metrics: createMetrics({ withProcess: false }),
    version: '0',
    instance: 'stage',
    retention: {},
    findingTurnstile,
    cluster: () => ({ state: 'off', kinds: [] }),
    admission: await stageDesk({ store, clock, log, rules: more.admissionRules ?? [] }),
    ...stageCluster({ store, clock, log, changes }, more),
    keeper: findings,
    benchmarkFindings: new BenchmarkFindings({
      ...{ store, clock, findings, benchmarks: more.benchmarks ?? [], controls: more.controls ?? [] },
      publish: (change) => void changes.push(change),
    }),
  });
  if (!report.ok) throw new Error(`${report.error.code}: ${report.error.detail}`);
  const ask = (one: Ask) => askServer(report.value, one);
  return {
    report: report.value,
    ask,
    keyOf: keyMaker(store, clock, ask),
    sent,
    changes,
    registries,
    pushed,
    logged,
    refusals,
  };
}

/** The desk of registries, and an inbox for notes about pushes that only writes down what it is asked for. */
function stageRegistries(
  { store, clock, log }: { readonly store: Store; readonly clock: Clock; readonly log: Log },
  changes: Change[],
) {
  const registries = new Registries({
    store,
    sealer: createSealer(Buffer.alloc(32, 7)),
    clock,
    publish: (change) => void changes.push(change),
    newId: () => `reg-${changes.length}`,
    open: onlyHere,
  });
  const pushed: string[] = [];
  const pushes = new PushInbox({
    ...{ store, log },
    secretOf: (registry) => registries.pushSecret(registry),
    read: async (_registry, reference) => ok(pushed.push(reference)),
    look: async () => ok(0),
  });
  return { registries, pushes, pushed };
}

/** What is asked of a cluster, and the audit log of its API servers, judged by the rules given. */
function stageCluster(
  parts: { readonly store: Store; readonly clock: Clock; readonly log: Log; readonly changes: Change[] },
  more: {
    readonly detections?: readonly DetectionRule[];
    readonly clusterAccess?: ClusterAccess;
    readonly probes?: ProbeDesk;
    readonly apis?: () => ApiKnowledge;
  },
) {
  const owner = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
  const { desk, use } = buildAuditLog(
    {
      ...parts,
      owner,
      publish: (change) => void parts.changes.push(change),
      authority: { caPem: () => 'ca' },
      authors: new ChangeAuthors(),
      knowledge: { content: { rules: more.detections ?? [] } },
    },
    { placing: undefined, apis: undefined },
  );
  const access = buildAccessDesk(more.clusterAccess, owner, {
    use,
    probes: more.probes,
    moment: () => ({
      ...{ server: 'v1.36.1', lifecycle: undefined, nowMs: parts.clock.nowMs() },
      ...(more.apis === undefined ? {} : { apis: more.apis() }),
    }),
  });
  const accessRequests = buildRequestDesks({
    ...{ ...parts, owner, instance: 'stage', shortestMs: 60_000 },
    publish: (change) => void parts.changes.push(change),
    place: undefined,
  });
  return { auditLog: desk, access, accessRequests };
}

/** A certificate for the server, of an authority that is kept in the store. */
export async function stageCertificate(store: Store, clock: Clock) {
  const sealer = createSealer(Buffer.alloc(32, 7));
  const authority = await openCertificateAuthority({ settings: store.settings, sealer, clock });
  if (!authority.ok) throw new Error(authority.error.detail);
  const made = await authority.value.serverCertificate(['localhost']);
  if (!made.ok) throw new Error(made.error.detail);
  return { keyPem: made.value.keyPem, chainPem: made.value.certificatePem };
}

async function askServer(
  report: Report,
  { method = 'GET', path, body, headers = {}, token }: Ask,
): Promise<Told> {
  const answer = await report.server.inject({
    method,
    url: path.startsWith('/') ? path : `/api/v1/${path}`,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.payload,
    json: parseOr(answer.payload),
  };
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function keyMaker(store: Store, clock: Clock, ask: ApiStage['ask']): ApiStage['keyOf'] {
  return async (role, tenant = 'default') => {
    const made = await ask({
      method: 'POST',
      path: 'api-keys',
      token: LOCAL_ROOT,
      body: { name: `${role} of ${tenant}`, role, expiresInDays: 1 },
    });
    const { key, secret } = createdKey(made.json);
    if (tenant === 'default') return secret;
    const id = `${key}-${tenant}`;
    await store.apiKeys.remove({ kind: 'system', purpose: 'test' }, [key]);
    const put = await store.apiKeys.putWithHash(
      { kind: 'system', purpose: 'test' },
      {
        id,
        name: role,
        prefix: secret.slice(0, 12),
        role,
        tenant,
        clusters: [],
        createdBy: 'test',
        createdAtMs: clock.nowMs(),
        expiresAtMs: clock.nowMs() + 3600_000,
        revoked: false,
      },
      hashToken(secret),
    );
    if (!put.ok) throw new Error(put.error.detail);
    return secret;
  };
}

/** The parts of a created key that tests use. */
function createdKey(json: unknown): { readonly key: string; readonly secret: string } {
  if (typeof json === 'object' && json !== null && 'key' in json && 'secret' in json) {
    const { key, secret } = json;
    if (typeof key === 'object' && key !== null && 'id' in key)
      return { key: String(key.id), secret: String(secret) };
  }
  throw new Error(`no key was made: ${JSON.stringify(json)}`);
}
