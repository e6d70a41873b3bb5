// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import type { Command, Configure, Node } from '@bartizan/contracts';
import { DEFAULT_TENANT, LOCAL_CLUSTER } from '@bartizan/contracts/wire';
import {
  type Discovery,
  type DiskBuffer,
  type Logger,
  type Owner,
  openDiskBuffer,
  startDiscovery,
  startUplink,
  steadyMs,
  type Uplink,
  workloadRefOf,
} from '@bartizan/host';
import { AGENT_VERSION } from './capabilities.ts';
import type { AgentConfig } from './config.ts';
import { Detector } from './decide/detections.ts';
import { type FoldedDetection, Folder } from './decide/fold.ts';
import { conditionsOf } from './report/conditions.ts';
import { CostMeter } from './report/cost.ts';
import { reportDetection, reportFile, reportFlow, reportProcess } from './report/events.ts';
import { Inventory } from './report/inventory.ts';
import { Journal } from './report/journal.ts';
import { nodeRecord } from './report/node-report.ts';
import { NodeReporter } from './report/node-reporter.ts';
import { respondInMonitor } from './respond/monitor.ts';
import { Attributor } from './sense/attributor.ts';
import { keepConfiguration, loadConfiguration } from './sense/configuration.ts';
import { watchControlPlane } from './sense/control-plane.ts';
import type { Fallback } from './sense/fallback.ts';
import { FlowTable } from './sense/flow-table.ts';
import { LevelFinder } from './sense/levels.ts';
import { type MachineParts, openMachine } from './sense/machine.ts';
import type { Observer } from './sense/observer.ts';
import { ProcessEnds } from './sense/process-ends.ts';
import { ProcessTree } from './sense/process-tree.ts';
import { makeSenses } from './sense/senses.ts';
import { linkSensor, type SensorLink } from './sense/sensor-link.ts';
import type { Sighting } from './sense/sighting.ts';
import { Surveys } from './sense/surveys.ts';
import type { UseWatch } from './sense/use-watch.ts';
import { joinTokenReader } from './start-input.ts';

/** A running agent. */
export interface Agent {
  readonly node: string;
  /** Joined, or buffering until it is. */
  readonly ready: Promise<void>;
  /** Resolves when only a new start with a join token can help. */
  readonly mustRejoin: Promise<void>;
  readonly stop: () => Promise<void>;
}

const FLOW_INTERVAL_MS = 10_000;
const HOUSEKEEPING_MS = 200;
const SYNC_MS = 250;

/** Joins the four steps; nothing else of the agent knows more than one of them. */
class Wire implements Agent {
  readonly node: string;
  readonly ready: Promise<void>;
  readonly mustRejoin: Promise<void>;
  readonly #config: AgentConfig;
  readonly #logger: Logger;
  readonly #parts: MachineParts;
  readonly #tree = new ProcessTree();
  readonly #flows = new FlowTable();
  readonly #detector = new Detector();
  readonly #folder = new Folder();
  readonly #cost: CostMeter;
  readonly #stops: (() => void)[] = [];
  readonly #firstSeenAtMs: number;
  readonly #buffer: DiskBuffer;
  readonly #uplink: Uplink;
  readonly #journal: Journal;
  readonly #discovery: Discovery;
  readonly #attributor: Attributor;
  readonly #inventory: Inventory;
  readonly #nodeReporter: NodeReporter;
  readonly #processEnds: ProcessEnds;
  readonly #sensor: SensorLink;
  readonly #levels: LevelFinder;
  readonly #fallback: Fallback;
  readonly #uses: UseWatch;
  readonly #surveys: Surveys;
  #configure: Configure;
  #refusedRules: readonly { readonly id: string; readonly detail: string }[] = [];
  #clockSkewMs: number | undefined;
  #pumpIsDue = false;
  #rejoin: () => void = () => undefined;

  constructor(config: AgentConfig, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
    this.mustRejoin = new Promise((resolve) => {
      this.#rejoin = resolve;
    });
    this.#parts = openMachine(config);
    const { clock, machine, procfs, node } = this.#parts;
    this.node = node;
    this.#firstSeenAtMs = clock.wallMs();
    this.#cost = new CostMeter(procfs);
    this.#configure = loadConfiguration(config.stateDir);
    this.#refusedRules = this.#detector.replace(this.#configure.rulesRevision, this.#configure.rules);
    this.#buffer = openDiskBuffer({
      folder: join(config.stateDir, 'buffer'),
      bootId: machine.bootId,
      maxBytes: config.bufferBytes,
      segmentBytes: config.segmentBytes,
      wallMs: clock.wallMs,
    });
    this.#journal = this.#makeJournal();
    this.#nodeReporter = this.#makeNodeReporter();
    this.#uplink = this.#makeUplink();
    this.#discovery = this.#makeDiscovery();
    this.#attributor = this.#makeAttributor();
    this.#inventory = this.#makeInventory();
    this.#processEnds = new ProcessEnds((sighting) => {
      if (this.#configure.processEvents) reportProcess(this.#journal, sighting);
    });
    const { observer, fallback, uses } = this.#makeSenses();
    this.#fallback = fallback;
    this.#uses = uses;
    this.#sensor = this.#makeSensor(observer);
    this.#sensor.watch(this.#configure.watchedPaths);
    this.#levels = new LevelFinder({
      binaryPath: config.sensorPath,
      clock,
      logger,
      onFound: () => this.#nodeReporter.changed(),
    });
    this.#surveys = this.#makeSurveys();
    this.#startTimers();
    this.ready = this.#discovery.settled;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#fallback.stop();
    this.#uses.stop();
    this.#levels.stop();
    this.#nodeReporter.stop();
    this.#discovery.stop();
    this.#surveys.stop();
    await this.#sensor.stop();
    this.#housekeep(Number.MAX_SAFE_INTEGER);
    this.#reportFlows();
    this.#uplink.stop();
    this.#buffer.close();
  }

  #owner(): Owner {
    const identity = this.#uplink?.identity();
    const { cluster = LOCAL_CLUSTER, tenant = DEFAULT_TENANT } = identity ?? {};
    return { cluster, tenant, node: this.node };
  }

  #makeJournal(): Journal {
    return new Journal({
      buffer: this.#buffer,
      owner: () => this.#owner(),
      bootId: this.#parts.machine.bootId,
      logger: this.#logger,
      onWritten: () => this.#pumpSoon(),
    });
  }

  #makeNodeReporter(): NodeReporter {
    return new NodeReporter({
      journal: this.#journal,
      clock: this.#parts.clock,
      isConnected: () => this.#uplink?.status().state === 'connected',
      describe: () => this.#describeNode(),
    });
  }

  #makeUplink(): Uplink {
    const { clock, machine, node, name } = this.#parts;
    const { controllerHost: host, controllerPort: port, caSha256, stateDir } = this.#config;
    return startUplink({
      endpoint: { host, port, caSha256 },
      folder: stateDir,
      node,
      name,
      bootId: machine.bootId,
      agentVersion: AGENT_VERSION,
      joinToken: joinTokenReader(this.#config),
      buffer: this.#buffer,
      clock,
      logger: this.#logger,
      onConnected: ({ clockSkewMs }) => {
        this.#clockSkewMs = clockSkewMs;
        this.#nodeReporter.now();
        this.#inventory.snapshot();
      },
      describe: () => this.#describeNode(),
      onConfigure: (configure) => this.#takeConfigure(configure),
      onCommand: (command) => this.#takeCommand(command),
      onChange: () => this.#nodeReporter.changed(),
      onIdentityLost: () => this.#rejoin(),
    });
  }

  #makeDiscovery(): Discovery {
    const { procfs, cgroups, host, clock } = this.#parts;
    return startDiscovery({
      places: this.#config.places,
      procfs,
      cgroups,
      host,
      clock,
      logger: this.#logger,
      onChange: (container) => this.#inventory.container(container),
      onRuntimes: () => this.#nodeReporter.changed(),
    });
  }

  #makeAttributor(): Attributor {
    const { procfs, host, clock, name } = this.#parts;
    return new Attributor({
      discovery: this.#discovery,
      procfs,
      host,
      clock,
      cluster: () => this.#owner().cluster,
      nodeName: name,
    });
  }

  #makeInventory(): Inventory {
    return new Inventory({
      journal: this.#journal,
      owner: () => this.#owner(),
      containers: () => this.#discovery.containers(),
      hostWorkload: () => this.#attributor.host().workload,
      wallMs: this.#parts.clock.wallMs,
    });
  }

  #makeSenses(): ReturnType<typeof makeSenses> {
    return makeSenses({
      parts: this.#parts,
      tree: this.#tree,
      flows: this.#flows,
      attributor: this.#attributor,
      discovery: this.#discovery,
      isOurs: (pid) =>
        pid === process.pid || pid === this.#surveys?.pid() || this.#sensor?.pids().includes(pid) === true,
      isSensorRunning: () => this.#sensor?.isRunning() ?? false,
      sensor: () => this.#sensor.status(),
      workloadOf: (container) => workloadRefOf(this.#owner().cluster, container),
      onSighting: (sighting) => this.#takeSighting(sighting),
      onProcess: (sighting) => this.#processEnds.take(sighting, steadyMs(this.#parts.clock)),
      onPackageUse: (report) => this.#journal.inventory(report),
    });
  }

  #makeSensor(observer: Observer): SensorLink {
    return linkSensor({
      binaryPath: this.#config.sensorPath,
      statusPath: this.#config.sensorStatusPath,
      hasTypeInformation: this.#parts.machine.hasTypeInformation,
      clock: this.#parts.clock,
      logger: this.#logger,
      onEvent: (event) => observer.take(event),
      onChange: () => this.#nodeReporter.changed(),
    });
  }

  #makeSurveys(): Surveys {
    return new Surveys({
      clock: this.#parts.clock,
      logger: this.#logger,
      place: this.#config,
      host: () => this.#attributor.host().workload,
      workloadOf: (container) => workloadRefOf(this.#owner().cluster, container),
      containers: () => this.#discovery.containers(),
      configuration: () => this.#configure,
      sensorIsRunning: () => this.#sensor.isRunning(),
      runtimeSockets: this.#config.places.filter((one) => one.client !== 'runc').map((one) => one.endpoint),
      onRecord: (record) => this.#journal.inventory(record),
      onOwners: (subject, owners) => this.#uses.learn(subject, owners),
      onChange: () => this.#nodeReporter.changed(),
    });
  }

  #startTimers(): void {
    const { clock } = this.#parts;
    const [buffer, journal] = [this.#buffer, this.#journal];
    this.#stops.push(
      clock.every(HOUSEKEEPING_MS, () => this.#housekeep(steadyMs(clock))),
      clock.every(FLOW_INTERVAL_MS, () => this.#reportFlows()),
      clock.every(SYNC_MS, () => this.#buffer.sync()),
      watchControlPlane(this.#parts, this.#config, {
        ...{ buffer, discovery: this.#discovery },
        inventory: (one) => journal.inventory(one),
      }),
    );
  }

  /** Many records of one turn of the event loop are sent together. */
  #pumpSoon(): void {
    if (this.#pumpIsDue) return;
    this.#pumpIsDue = true;
    setImmediate(() => {
      this.#pumpIsDue = false;
      this.#uplink?.pump();
    });
  }

  #takeSighting(sighting: Sighting): void {
    const { clock } = this.#parts;
    if (sighting.trigger === 'file-open') reportFile(this.#journal, sighting);
    const detection = this.#detector.judge(sighting, clock.bootUs);
    if (!detection) return;
    for (const told of this.#folder.take(detection, steadyMs(clock))) this.#tell(told);
  }

  #tell(detection: FoldedDetection): void {
    reportDetection(this.#journal, { ...detection, decision: respondInMonitor(detection.decision) });
  }

  #housekeep(nowMs: number): void {
    this.#processEnds.expire(nowMs);
    for (const detection of this.#folder.expire(nowMs)) this.#tell(detection);
    for (const { stream, count, reason } of this.#buffer.takeShed()) this.#reportLoss(stream, count, reason);
  }

  #reportFlows(): void {
    const { cluster } = this.#owner();
    for (const flow of this.#flows.drain()) {
      const remote = this.#discovery.byAddress(flow.remoteAddress);
      reportFlow(this.#journal, flow, remote ? workloadRefOf(cluster, remote) : undefined);
    }
    const overflow = this.#flows.takeOverflow();
    if (overflow > 0) this.#reportLoss('flow', overflow, 'flow-table-full');
  }

  #reportLoss(stream: string, count: number, reason: string): void {
    this.#journal.inventory({ type: 'loss', stream, count, reason, sinceMs: this.#parts.clock.wallMs() });
  }

  #takeConfigure(configure: Configure): void {
    this.#configure = configure;
    this.#refusedRules = this.#detector.replace(configure.rulesRevision, configure.rules);
    this.#sensor.watch(configure.watchedPaths);
    if (!keepConfiguration(this.#config.stateDir, configure)) {
      this.#logger.warn('the configuration could not be kept on disk');
    }
    this.#nodeReporter.changed();
  }

  #takeCommand(command: Command): void {
    this.#logger.info('command', { command: command.command, id: command.id });
    if (command.command === 'renew-certificate') this.#uplink.renewNow();
    else this.#surveys.again(command.command === 'scan-now' ? 'packages' : 'posture', command.subject);
  }

  #describeNode(): Node {
    const { clock, machine, layout, name } = this.#parts;
    const sensor = this.#sensor.status();
    const runtimes = this.#discovery.runtimes();
    const { full, shedTotal } = this.#buffer.status();
    const failed = this.#uplink.lastFailure();
    return nodeRecord({
      owner: this.#owner(),
      name,
      machine,
      agentVersion: AGENT_VERSION,
      cgroupMode: layout.mode,
      conditions: conditionsOf({
        hasTypeInformation: machine.hasTypeInformation,
        cgroupMode: layout.mode,
        sensor,
        runtimes,
        uplinkFailure: this.#uplink.status().state === 'connected' ? undefined : failed,
        bufferIsFull: full,
        shedTotal,
        refusedRules: this.#refusedRules,
        scanProblems: this.#surveys.problems(),
      }),
      levels: [...this.#levels.levels(), this.#uses.level()],
      runtimes,
      sensor,
      uplink: this.#uplink.status(),
      cost: this.#cost.measure(clock.bootUs(), this.#sensor.pids()),
      clockSkewMs: this.#clockSkewMs,
      rulesRevision: this.#detector.revision,
      firstSeenAtMs: this.#firstSeenAtMs,
      nowMs: clock.wallMs(),
    });
  }
}

/** Starts an agent; it buffers until it has joined. */
export const startAgent = (config: AgentConfig, logger: Logger): Agent => new Wire(config, logger);
