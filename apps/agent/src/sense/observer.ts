// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Connection } from '@bartizan/contracts';
import type { Clock, Discovery } from '@bartizan/host';
import type { CgroupEvent, ProgramEvent, SensorEvent, SensorProcess } from '@bartizan/host/sensor';
import type { Attributor } from './attributor.ts';
import type { FlowTable } from './flow-table.ts';
import type { FileUse } from './package-use.ts';
import type { ProcessTree } from './process-tree.ts';
import type { ProcessSighting, Sighting } from './sighting.ts';

/** What an observer stands on and tells. */
export interface ObserverOptions {
  readonly tree: ProcessTree;
  readonly flows: FlowTable;
  readonly attributor: Attributor;
  readonly discovery: Discovery;
  readonly clock: Clock;
  readonly cgroupCreated: (id: string, path: string) => void;
  /** The hierarchy whose ids are the keys of attribution. Ids of the other one mean other groups. */
  readonly keyHierarchy: 'memory' | 'unified' | 'none';
  /** Processes of ours, whose own reading is not an event. */
  readonly isOurs: (pid: number) => boolean;
  readonly onSighting: (sighting: Sighting) => void;
  readonly onProcess: (sighting: ProcessSighting) => void;
  readonly onUse: (use: FileUse) => void;
}

type Of<K extends SensorEvent['kind']> = Extract<SensorEvent, { kind: K }>;
type NetworkSensorEvent = Of<'connect'> | Of<'accept'> | Of<'listen'> | Of<'close'> | Of<'application'>;

const connectionOf = (event: NetworkSensorEvent): Connection => ({
  protocol: event.protocol,
  direction: event.kind === 'listen' ? 'listen' : event.kind === 'accept' ? 'inbound' : 'outbound',
  localAddress: event.localAddress,
  localPort: event.localPort,
  remoteAddress: event.remoteAddress,
  remotePort: event.remotePort,
  // Known at the end of a TCP connection only: before that, and for datagrams, zero would be a claim.
  ...(event.kind === 'close' && event.protocol === 'tcp'
    ? { bytesSent: event.bytesSent, bytesReceived: event.bytesReceived }
    : {}),
});

/** Error numbers of a connection that is under way, not failed (errno(3)): EINPROGRESS. */
const UNDER_WAY = 115;

/** Turns what the sensor saw into sightings: keeps the process tree, folds flows, says whose it is. */
export class Observer {
  readonly #options: ObserverOptions;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  take(event: SensorEvent): void {
    switch (event.kind) {
      case 'cgroup-created':
      case 'cgroup-removed':
        this.#takeCgroup(event);
        return;
      case 'fork':
        if (event.process.known) this.#options.tree.see(event.process);
        return;
      case 'exec':
      case 'existing':
        this.#takeProgram(event);
        return;
      case 'exit':
        this.#takeExit(event);
        return;
      case 'credentials':
        this.#takeCredentials(event);
        return;
      case 'open':
        this.#takeOpen(event);
        return;
      case 'file-use':
        this.#takeUse(event);
        return;
      case 'application':
        this.#takeApplication(event);
        return;
      default:
        this.#takeNetwork(event);
    }
  }

  #wallMs(bootUs: number): number {
    const { clock } = this.#options;
    return Math.max(0, Math.round(clock.wallMs() - (clock.bootUs() - bootUs) / 1000));
  }

  #takeCgroup(event: CgroupEvent): void {
    if (event.hierarchy !== this.#options.keyHierarchy) return;
    if (event.kind === 'cgroup-created') this.#options.cgroupCreated(event.id, event.path);
    else this.#options.discovery.cgroupRemoved(event.id);
  }

  #takeProgram(event: ProgramEvent): void {
    const { tree, attributor, onProcess, onUse } = this.#options;
    const { process } = event;
    if (!process.known) return;
    tree.see(process, event.ancestors);
    const chain = tree.chain(process.pid, process.startBootUs);
    if (!chain) return;
    const occurredAtMs = this.#wallMs(event.bootTimeUs);
    attributor.attribute(process, ({ workload }) => {
      const { executable: path, fileless } = process;
      if (!fileless) onUse({ workload, path, isExecutable: true, atMs: occurredAtMs });
      onProcess({
        action: event.kind,
        bootUs: event.bootTimeUs,
        occurredAtMs,
        workload,
        chain,
        exitCode: undefined,
      });
    });
    // What ran before is judged too: a miner does not become harmless by being older than the agent.
    this.#sight(process, { trigger: 'exec', bootUs: event.bootTimeUs }, chain);
  }

  #takeExit(event: Of<'exit'>): void {
    const { tree, attributor, discovery, onProcess } = this.#options;
    const { process } = event;
    const chain = process.known ? tree.chain(process.pid, process.startBootUs) : undefined;
    tree.end(process);
    discovery.processEnded(process.pid);
    if (!chain) return;
    const occurredAtMs = this.#wallMs(event.bootTimeUs);
    const exitCode = event.signal > 0 ? Math.min(255, 128 + event.signal) : event.status & 0xff;
    attributor.attribute(process, ({ workload }) => {
      onProcess({ action: 'exit', bootUs: event.bootTimeUs, occurredAtMs, workload, chain, exitCode });
    });
  }

  #takeCredentials(event: Of<'credentials'>): void {
    const { tree, attributor, onProcess } = this.#options;
    const { process, before, after } = event;
    if (!process.known) return;
    tree.see(process);
    const chain = tree.chain(process.pid, process.startBootUs);
    if (!chain) return;
    const occurredAtMs = this.#wallMs(event.bootTimeUs);
    attributor.attribute(process, ({ workload }) => {
      onProcess({
        action: 'credentials',
        bootUs: event.bootTimeUs,
        occurredAtMs,
        workload,
        chain,
        exitCode: undefined,
      });
    });
    this.#sight(
      process,
      {
        trigger: 'credentials',
        bootUs: event.bootTimeUs,
        credentials: {
          before: { uid: before.uid, euid: before.euid, capabilities: before.capsEffective },
          after: { uid: after.uid, euid: after.euid, capabilities: after.capsEffective },
        },
      },
      chain,
    );
  }

  #takeOpen(event: Of<'open'>): void {
    const { tree, isOurs } = this.#options;
    if (event.result < 0 || isOurs(event.process.pid)) return;
    const chain = tree.chain(event.process.pid, event.process.startBootUs);
    const accesses = [
      event.read ? ('read' as const) : undefined,
      event.write ? ('write' as const) : undefined,
    ];
    for (const access of accesses) {
      if (access === undefined) continue;
      this.#sight(
        event.process,
        { trigger: 'file-open', bootUs: event.bootTimeUs, file: { path: event.path.slice(0, 4096), access } },
        chain,
      );
    }
  }

  /** Rare by itself: the kernel tells each file once for each container. */
  #takeUse({ process, path, isExecutable, bootTimeUs }: Of<'file-use'>): void {
    const { attributor, isOurs, onUse } = this.#options;
    if (isOurs(process.pid)) return;
    const atMs = this.#wallMs(bootTimeUs);
    attributor.attribute(process, ({ workload }) => onUse({ workload, path, isExecutable, atMs }));
  }

  /** In the order of the connection's own events: those wait while its container is not known yet. */
  #takeApplication(event: Of<'application'>): void {
    const { flows, attributor } = this.#options;
    const { socketId, application, host } = event;
    attributor.attribute(event.process, () => {
      flows.tell({
        socketId,
        connection: connectionOf(event),
        networkNamespace: String(event.networkNamespace),
        application,
        host,
        atMs: this.#wallMs(event.bootTimeUs),
        bootUs: event.bootTimeUs,
      });
    });
  }

  #takeNetwork(event: Exclude<NetworkSensorEvent, Of<'application'>>): void {
    const { tree, flows, attributor, isOurs } = this.#options;
    const { process } = event;
    if (isOurs(process.pid)) return;
    const connection = connectionOf(event);
    // A socket that its program closed before an answer has no error of its own.
    const isRefused = event.error !== 0 && event.error !== UNDER_WAY;
    const failed = event.kind === 'connect' && (isRefused || event.state === 'closed');
    const chain = tree.chain(process.pid, process.startBootUs);
    if (event.kind !== 'close' && !failed) tree.addConnection(process, connection);
    const atMs = this.#wallMs(event.bootTimeUs);
    const { kind } = event;
    if (kind !== 'listen') {
      attributor.attribute(process, ({ workload }) => {
        flows.add({
          socketId: event.socketId,
          kind,
          connection,
          failed,
          workload,
          process: chain?.process,
          networkNamespace: String(event.networkNamespace),
          atMs,
          bootUs: event.bootTimeUs,
        });
      });
    }
    if (kind === 'close' || failed) return;
    const trigger = kind === 'listen' ? ('listen' as const) : ('connect' as const);
    this.#sight(process, { trigger, bootUs: event.bootTimeUs, connection }, chain);
  }

  #sight(
    process: SensorProcess,
    what: Pick<Sighting, 'trigger' | 'bootUs' | 'connection' | 'file' | 'credentials'>,
    chain: Sighting['chain'],
  ): void {
    const { attributor, tree, onSighting } = this.#options;
    const occurredAtMs = this.#wallMs(what.bootUs);
    const connections = tree.connections(process.pid, process.startBootUs);
    attributor.attribute(process, (place) => {
      onSighting({ ...what, ...place, occurredAtMs, source: 'sensor', chain, connections });
    });
  }
}
