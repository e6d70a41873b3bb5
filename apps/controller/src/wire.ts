// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ClusterAgents } from '@bartizan/adapters/cluster-access';
import { hashPassword, verifyPassword } from '@bartizan/adapters/identity';
import {
  type CertificateAuthority,
  openCertificateAuthority,
  type ServerCertificate,
} from '@bartizan/adapters/pki';
import { createSealer, openSqliteStore, type SqliteStore } from '@bartizan/adapters/store';
import { createMetrics } from '@bartizan/adapters/telemetry';
import {
  DEFAULT_TENANT,
  type Failure,
  LOCAL_CLUSTER,
  ok,
  type Result,
  systemScope,
  tenantScope,
} from '@bartizan/contracts';
import { ImageBook } from './decide/admission/image-book.ts';
import { Advisories } from './decide/advisory-desk.ts';
import { BaseBook } from './decide/base-book.ts';
import { ContainerSecrets } from './decide/container-secrets.ts';
import { FindingLedger } from './decide/finding-ledger.ts';
import { type ImageIntake, ImageLedger } from './decide/image-ledger.ts';
import { imageRef } from './decide/image-ref.ts';
import { ImageRetention } from './decide/image-retention.ts';
import { PackClient } from './decide/pack-client.ts';
import { PackageUses } from './decide/package-uses.ts';
import { PostureJudge } from './decide/posture-judge.ts';
import { Presence } from './decide/presence.ts';
import { type Knowledge, loadKnowledge } from './decide/rule-book.ts';
import { ScanJudge } from './decide/scan-judge.ts';
import { ScoreHistory } from './decide/score-history.ts';
import { nameItself } from './first-start.ts';
import { latePublish } from './late-publish.ts';
import type { Clock, IngestCounters, Log, Publish } from './ports.ts';
import { RefusedAttempts } from './refused-attempts.ts';
import { buildReport } from './report/build-report.ts';
import { configurationFor } from './respond/agent-configuration.ts';
import { clusterAgentsOf, publishTrust } from './respond/cluster-trust.ts';
import { EnrolmentDesk } from './respond/enrolment.ts';
import { certificateNames, certificateRenewal } from './roles/certificate-renewal.ts';
import { startChores } from './roles/chores.ts';
import { closeAll } from './roles/close-all.ts';
import type { ClusterRole } from './roles/cluster/build-cluster.ts';
import { buildClusterSide, type ClusterJudges } from './roles/cluster/build-cluster-side.ts';
import { listen } from './roles/listen.ts';
import { buildScanner, type Scanner } from './roles/scanner/build-scanner.ts';
import { openSecretSearch, type SecretSearch } from './roles/scanner/image-rules.ts';
import { AgentServer } from './sense/agent-server.ts';
import { Ingest, noCounts } from './sense/ingest.ts';
import { Inventory } from './sense/inventory.ts';
import { UnstoredNodes } from './sense/unstored-nodes.ts';
import type { StartOptions } from './settings.ts';
import { journalSystemScope } from './system-scope-journal.ts';
import { makeTurnstiles, type Turnstiles } from './turnstile.ts';

/** A controller that runs. */
export interface Controller {
  readonly port: number;
  readonly agentPort: number;
  readonly fingerprint: string;
  readonly caSha256: string;
  /** Where scanners in this process leave images. */
  readonly images: ImageIntake;
  readonly close: () => Promise<void>;
}
interface Base extends SecretSearch {
  readonly options: StartOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: SqliteStore;
  readonly authority: CertificateAuthority;
  readonly certificate: ServerCertificate;
  readonly knowledge: Knowledge;
  readonly refusals: RefusedAttempts;
  readonly clusterAgents?: ClusterAgents;
}

/** Who owns the cluster that this controller watches. */
const HOME = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
const HOME_SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);

/** The only place where sense, decide, respond and report meet. */
export async function startController(
  options: StartOptions,
  clock: Clock,
  log: Log,
): Promise<Result<Controller, Failure>> {
  const knowledge = loadKnowledge(options.contentDir, log);
  if (!knowledge.ok) return knowledge;
  const sealKey = Buffer.from(options.dataKey, 'base64');
  const opened = await openSqliteStore({ dataDir: options.dataDir, clock, sealKey });
  if (!opened.ok) return opened;
  const store = journalSystemScope(opened.value, clock, log);
  const named = await nameItself(store, options.instance, clock);
  if (!named.ok) return named;
  const sealer = createSealer(sealKey);
  const authority = await openCertificateAuthority({ settings: store.settings, sealer, clock });
  if (!authority.ok) return authority;
  const certificate = await authority.value.serverCertificate(certificateNames(options));
  if (!certificate.ok) return certificate;
  const rules = knowledge.value.secretRules;
  const search = await openSecretSearch({ store, sealer, clock, rules, home: HOME });
  if (!search.ok) return search;
  const clusterAgents = clusterAgentsOf(options);
  if (!clusterAgents.ok) return clusterAgents;
  return compose({
    ...clusterAgents.value,
    ...search.value,
    options,
    clock,
    log,
    store,
    authority: authority.value,
    certificate: certificate.value,
    knowledge: knowledge.value,
    refusals: new RefusedAttempts({ store, clock, log }),
  });
}

interface Judging {
  readonly advisories: Advisories;
  readonly client: PackClient;
  readonly scans: ScanJudge;
  readonly images: ImageLedger;
  readonly posture: PostureJudge;
  readonly secrets: ContainerSecrets;
  readonly findings: FindingLedger;
  readonly uses: PackageUses;
  readonly presence: Presence;
  readonly history: ScoreHistory;
}

function buildJudging(base: Base, publish: Publish, turnstiles: Turnstiles): Judging {
  const { store, clock, log, knowledge, options } = base;
  const client = new PackClient(log);
  const findings = new FindingLedger(store, clock, turnstiles.findings);
  const uses = new PackageUses({ store, clock, log, publish, turnstile: turnstiles.findings });
  const advisories: Advisories = new Advisories({
    client,
    clock,
    log,
    folder: `${options.dataDir}/advisories`,
    onChange: (replaced) => {
      publish({
        topic: 'status',
        cluster: LOCAL_CLUSTER,
        tenant: DEFAULT_TENANT,
        data: { code: 'advisories' },
      });
      scans
        .packChanged(replaced)
        .catch((cause: unknown) => log.error({ err: cause }, 'judging again failed'));
    },
    rejudged: () => scans.rejudged(),
  });
  const scans: ScanJudge = new ScanJudge({ store, advisories, findings, uses, clock, log, publish });
  const images = new ImageLedger({
    store,
    clock,
    publish,
    findings,
    onList: (owner, image) => scans.add({ owner, subject: imageRef(image) }),
  });
  const posture = new PostureJudge({
    store,
    clock,
    publish,
    findings,
    checks: () => knowledge.content.checks,
    lifecycle: () => knowledge.content.lifecycle,
  });
  return {
    advisories,
    client,
    scans,
    images,
    posture,
    secrets: new ContainerSecrets({
      store,
      clock,
      publish,
      findings,
      rules: knowledge.secretRules,
      signatures: knowledge.signatures,
    }),
    findings,
    uses,
    presence: new Presence({ store, clock, log, publish, turnstile: turnstiles.nodes }),
    history: new ScoreHistory(store, log),
  };
}

function buildSense(
  base: Base,
  judging: Judging,
  parts: {
    publish: Publish;
    counters: IngestCounters;
    turnstiles: Turnstiles;
    placing: ClusterRole['placing'];
    ofCluster: ClusterJudges;
    news: UnstoredNodes;
  },
): AgentServer {
  const { store, clock, log, authority, certificate, knowledge, options } = base;
  const inventory = new Inventory({
    store,
    clock,
    log,
    publish: parts.publish,
    nodeTurnstile: parts.turnstiles.nodes,
    workloadTurnstile: parts.turnstiles.workloads,
    isWatched: (workload) => parts.placing?.knows(workload) === true,
    onNodeStored: (agent, madeAtMs) => parts.news.stored(agent, madeAtMs),
    judges: {
      onScan: ({ agent, subject, record, pendingUpdates, imageDigest }) => {
        judging.scans.add({ owner: agent, node: agent.node, subject, pendingUpdates });
        if (imageDigest === undefined) return;
        judging.images
          .scannedIn({ cluster: agent.cluster, tenant: agent.tenant }, imageDigest, record)
          .catch((cause: unknown) => log.error({ err: cause }, 'an image could not be kept'));
      },
      onContainer: (container) => judging.images.runs(container),
      onFacts: (agent, facts) =>
        judging.posture.judge({ cluster: agent.cluster, tenant: agent.tenant }, facts),
      onUse: (agent, report) => judging.uses.take(agent, report),
      onSecrets: (agent, report) => judging.secrets.take(agent, report),
      ...parts.ofCluster,
    },
  });
  const ingest = new Ingest({
    store,
    clock,
    log,
    ...parts,
    inventory,
  });
  const enrolment = new EnrolmentDesk({
    store,
    authority,
    clock,
    log,
    instance: options.instance,
    refusals: base.refusals,
    ...(base.clusterAgents === undefined ? {} : { clusterAgents: base.clusterAgents }),
    onRejoined: (node) => server.directory.drop(node),
    ...(options.nodeCertificateMs === undefined ? {} : { nodeCertificateMs: options.nodeCertificateMs }),
  });
  const server: AgentServer = new AgentServer({
    tls: { keyPem: certificate.keyPem, chainPem: certificate.certificatePem, caPem: authority.caPem() },
    store,
    ingest,
    enrolment: {
      enroll: (request, address) => enrolment.enroll(request, address),
      renew: (agent, request) => enrolment.renew(agent, request),
    },
    clock,
    log,
    counters: parts.counters,
    configuration: configurationFor(knowledge.configuration, base.hashKey),
    onPresence: (agent, present, skewMs) => {
      if (!present) parts.news.gone(agent);
      judging.presence.note(agent, present, skewMs);
    },
    onState: (agent, node) => parts.news.take(agent, node),
  });
  return server;
}

/** The registries, and the runs over them. */
const scannerOf = (base: Base, publish: Publish, intake: ImageLedger): Promise<Result<Scanner, Failure>> =>
  buildScanner({
    ...base,
    publish,
    intake,
    contentDir: base.options.contentDir,
    checks: () => base.knowledge.content.checks,
    sealer: createSealer(Buffer.from(base.options.dataKey, 'base64')),
    layerFolder: `${base.options.dataDir}/layers`,
  });

/** What the API needs and nobody has to make. */
const reportBasics = ({ store, clock, log, options, authority, certificate, ...base }: Base) => ({
  refusals: base.refusals,
  store,
  clock,
  log,
  hasher: { hash: hashPassword, verify: verifyPassword },
  localRootToken: options.localRootToken,
  bootstrapPassword: options.bootstrapAdminPassword,
  caSha256: authority.caSha256(),
  tls: { keyPem: certificate.keyPem, chainPem: certificate.certificatePem },
  consoleDir: options.consoleDir,
  book: base.knowledge,
  metrics: createMetrics({ withProcess: true }),
  version: options.version ?? '0.1.0',
  instance: options.instance,
  retention: store.retention,
});

/** Until when distributions are maintained, by the pack that is in use when somebody asks. */
const supportOf = (advisories: () => Advisories) => ({
  version: () => advisories().digest(),
  endsAtMs: (ecosystem: string) => advisories().supportEndsAtMs(ecosystem),
});

async function compose(base: Base): Promise<Result<Controller, Failure>> {
  const { authority, certificate } = base;
  const counters = noCounts();
  const bases = new BaseBook(base);
  const support = supportOf(() => judging.advisories);
  const images = new ImageBook({ ...base, owner: HOME, bases, support });
  const { late, publish } = latePublish(images, bases);
  const turnstiles = makeTurnstiles();
  const judging = buildJudging(base, publish, turnstiles);
  const { findings, advisories } = judging;
  const workloadTurnstile = turnstiles.workloads;
  const side = { ...base, publish, owner: HOME, workloadTurnstile, findings, images, advisories };
  const { cluster, ofCluster, ...asked } = await buildClusterSide(side);
  late.packChanged = cluster.packChanged;
  const news = new UnstoredNodes({ clock: base.clock, log: base.log, publish });
  const more = { publish, counters, turnstiles, placing: cluster.placing, ofCluster, news };
  const agents = buildSense(base, judging, more);
  const built = await scannerOf(base, publish, judging.images);
  if (!built.ok) return abandon(base, judging, built);
  const scanner = built.value;
  await judging.history.load(HOME_SCOPE);
  const report = await buildReport({
    ...reportBasics(base),
    publish,
    counters,
    advisories,
    ...scanner.served,
    bases,
    keeper: findings,
    agents: agents.directory,
    cluster: cluster.status,
    ...asked,
    news,
    history: (scope) => judging.history.of(scope),
    usesOf: (scope, workload) => judging.uses.of(scope, workload),
    findingTurnstile: turnstiles.findings,
  });
  if (!report.ok) return abandon(base, judging, report);
  late.publish = report.value.publish;
  const listening = await listen(base.options, agents, report.value);
  if (!listening.ok) return abandon(base, judging, listening);
  cluster.start();
  const chores = startChores({
    ...base,
    ...judging,
    runs: scanner.runs,
    imageRetention: new ImageRetention(base),
    home: HOME_SCOPE,
    report: report.value,
    renewCertificate: certificateRenewal({ ...base, agents, report: report.value }),
  });
  beginInBackground(base, judging, { images, bases });
  images.onUnknown((reference) => scanner.runs.wanted(HOME, reference));
  judging.images.onUnread((owner, reference) => scanner.runs.running(owner, reference));
  const stopTrust = publishTrust(base.clusterAgents, () => authority.caSha256(), base.log);
  const running = { ...base, stopTrust, agents, cluster, chores, report: report.value };
  return ok({
    ...listening.value,
    fingerprint: certificate.fingerprint,
    caSha256: authority.caSha256(),
    images: judging.images,
    close: () => closeAll({ ...judging, ...scanner, ...running, imageBook: images }),
  });
}

/** What takes its time and keeps nobody waiting. */
function beginInBackground(
  { store, options, log }: Base,
  { uses, advisories }: Judging,
  { images, bases }: { readonly images: ImageBook; readonly bases: BaseBook },
): void {
  const failed = (what: string) => (cause: unknown) => log.error({ err: cause }, what);
  images.load().catch(failed('images could not be read'));
  bases.load().catch(failed('base images could not be read'));
  uses.resume().catch(failed('use of packages could not be read'));
  // The first join or search after a start would have to wait for it.
  void store.packages.indexBytes(systemScope('index of packages'));
  advisories.load(options.advisoriesPath).catch(failed('the advisories could not be loaded'));
}

/** Leaves nothing open after a start that failed. */
async function abandon<F>(base: Base, judging: Judging, failed: F): Promise<F> {
  await judging.client.close();
  await base.store.close();
  return failed;
}
