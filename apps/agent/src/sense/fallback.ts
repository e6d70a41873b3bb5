// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type CgroupIndex,
  type Clock,
  type HostIdentity,
  type Procfs,
  SOCKET_ESTABLISHED,
  SOCKET_LISTEN,
  type SocketLine,
} from '@bartizan/host';
import type { SensorProcess } from '@bartizan/host/sensor';
import type { Attributor } from './attributor.ts';
import type { FlowTable } from './flow-table.ts';
import { type ProcessTree, processKey } from './process-tree.ts';
import { readProcess } from './procfs-process.ts';
import type { ProcessSighting, Sighting } from './sighting.ts';

/** What the fallback stands on and tells. */
export interface FallbackOptions {
  readonly procfs: Procfs;
  readonly cgroups: CgroupIndex;
  readonly host: HostIdentity;
  readonly clock: Clock;
  readonly tree: ProcessTree;
  readonly flows: FlowTable;
  readonly attributor: Attributor;
  /** The sensor delivers: then there is nothing to poll. */
  readonly isSensorRunning: () => boolean;
  readonly isOurs: (pid: number) => boolean;
  readonly onSighting: (sighting: Sighting) => void;
  readonly onProcess: (sighting: ProcessSighting) => void;
}

const PROCESSES_EVERY_MS = 2000;
const SOCKETS_EVERY_MS = 10_000;
const SOCKETS_SEEN_MAX = 100_000;
const DESCRIPTORS_MAX = 4096;

/** A process as it was read, and what another exec changes of it. */
interface Running {
  readonly process: SensorProcess;
  /** Target of its link to the program; undefined where that cannot be read. */
  readonly program: string | undefined;
  readonly stackStart: number;
}

/** Whether what is known of a process is of another program than it runs now: its id and its start stay with an exec. */
const isPast = (known: Running, now: Omit<Running, 'process'>): boolean =>
  (known.program !== undefined && now.program !== undefined && known.program !== now.program) ||
  (known.stackStart !== 0 && now.stackStart !== 0 && known.stackStart !== now.stackStart);

/** Looks at /proc again and again while the sensor is off. It misses what is short; everything it tells says so. */
export class Fallback {
  readonly #options: FallbackOptions;
  readonly #stops: (() => void)[];
  #running = new Map<string, Running>();
  #seenSockets = new Set<string>();
  #isFirst = true;

  constructor(options: FallbackOptions) {
    this.#options = options;
    this.#stops = [
      options.clock.every(PROCESSES_EVERY_MS, () => this.#unlessSensor(() => this.pollProcesses())),
      options.clock.every(SOCKETS_EVERY_MS, () => this.#unlessSensor(() => this.pollSockets())),
    ];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #unlessSensor(poll: () => void): void {
    if (this.#options.isSensorRunning()) {
      this.#running.clear();
      this.#isFirst = true;
    } else poll();
  }

  /** Tells processes that are new since the last look or run another program, and those that are gone. */
  pollProcesses(): void {
    const { procfs, tree } = this.#options;
    const now = new Map<string, Running>();
    const fresh: SensorProcess[] = [];
    for (const pid of procfs.pids()) {
      const stat = procfs.stat(pid);
      if (!stat.ok) continue;
      const key = processKey(pid, stat.value.startBootUs);
      const marks = { program: this.#programOf(pid), stackStart: stat.value.stackStart };
      const known = this.#running.get(key);
      if (known && !isPast(known, marks)) {
        now.set(key, known);
        continue;
      }
      const process = readProcess(pid, this.#options);
      if (!process?.known) continue;
      now.set(key, { process, ...marks });
      tree.see(process);
      fresh.push(process);
    }
    for (const [key, { process }] of this.#running) if (!now.has(key)) this.#tellEnd(process);
    for (const process of fresh) this.#tellStart(process);
    this.#running = now;
    this.#isFirst = false;
  }

  /** A file that is deleted while it runs is the same program. */
  #programOf(pid: number): string | undefined {
    const executable = this.#options.procfs.executable(pid);
    return executable.ok ? executable.value.replace(/ \(deleted\)$/, '') : undefined;
  }

  /** Tells connections and listening sockets that are new since the last look, once per network namespace. */
  pollSockets(): void {
    const { owners, namespaces } = this.#findOwners();
    const seen = new Set<string>();
    for (const [namespace, pid] of namespaces) this.#pollNamespace(namespace, pid, owners, seen);
    this.#seenSockets = seen;
  }

  /** Whose each socket is, and one process per network namespace. */
  #findOwners(): { readonly owners: Map<string, SensorProcess>; readonly namespaces: Map<string, number> } {
    const { procfs } = this.#options;
    const owners = new Map<string, SensorProcess>();
    const namespaces = new Map<string, number>();
    for (const { process } of this.#running.values()) {
      const namespace = procfs.namespace(process.pid, 'network');
      if (namespace.ok && !namespaces.has(namespace.value)) namespaces.set(namespace.value, process.pid);
      const inodes = procfs.socketInodes(process.pid, DESCRIPTORS_MAX);
      for (const inode of inodes.ok ? inodes.value : []) owners.set(inode, process);
    }
    return { owners, namespaces };
  }

  #pollNamespace(
    namespace: string,
    pid: number,
    owners: Map<string, SensorProcess>,
    seen: Set<string>,
  ): void {
    const sockets = this.#options.procfs.sockets(pid);
    const lines = sockets.ok ? sockets.value : [];
    const served = new Set(lines.filter((one) => one.state === SOCKET_LISTEN).map((one) => one.localPort));
    for (const socket of lines) {
      const owner = owners.get(socket.inode);
      if (!owner || this.#options.isOurs(owner.pid) || seen.size >= SOCKETS_SEEN_MAX) continue;
      const key = `${namespace} ${socket.inode}`;
      seen.add(key);
      if (this.#seenSockets.has(key)) continue;
      this.#tellSocket(socket, owner, { namespace, isServed: served.has(socket.localPort) });
    }
  }

  #tellStart(process: SensorProcess): void {
    const { tree, attributor, clock, onProcess, onSighting } = this.#options;
    const chain = tree.chain(process.pid, process.startBootUs);
    if (!chain) return;
    const action = this.#isFirst ? ('existing' as const) : ('exec' as const);
    const bootUs = clock.bootUs();
    const occurredAtMs = clock.wallMs();
    attributor.attribute(process, (place) => {
      const { workload } = place;
      onProcess({ action, bootUs, occurredAtMs, workload, chain, exitCode: undefined });
      onSighting({
        trigger: 'exec',
        bootUs,
        occurredAtMs,
        ...place,
        source: 'fallback',
        chain,
        connections: [],
      });
    });
  }

  #tellEnd(process: SensorProcess): void {
    const { tree, attributor, clock, onProcess } = this.#options;
    const chain = tree.chain(process.pid, process.startBootUs);
    tree.end(process);
    if (!chain) return;
    const bootUs = clock.bootUs();
    const occurredAtMs = clock.wallMs();
    attributor.attribute(process, ({ workload }) => {
      onProcess({ action: 'exit', bootUs, occurredAtMs, workload, chain, exitCode: undefined });
    });
  }

  #tellSocket(
    socket: SocketLine,
    owner: SensorProcess,
    where: { readonly namespace: string; readonly isServed: boolean },
  ): void {
    const isListening = socket.state === SOCKET_LISTEN;
    if (!isListening && socket.state !== SOCKET_ESTABLISHED) return;
    const { clock, tree, flows, attributor, onSighting } = this.#options;
    const chain = tree.chain(owner.pid, owner.startBootUs);
    const kind = where.isServed ? ('accept' as const) : ('connect' as const);
    const connection = {
      protocol: socket.protocol,
      direction: isListening
        ? ('listen' as const)
        : where.isServed
          ? ('inbound' as const)
          : ('outbound' as const),
      localAddress: socket.localAddress,
      localPort: socket.localPort,
      remoteAddress: isListening ? '' : socket.remoteAddress,
      remotePort: isListening ? 0 : socket.remotePort,
    };
    const bootUs = clock.bootUs();
    const atMs = clock.wallMs();
    attributor.attribute(owner, (place) => {
      const { workload } = place;
      if (!isListening) {
        flows.add({
          socketId: `${where.namespace} ${socket.inode}`,
          kind,
          connection,
          failed: false,
          workload,
          process: chain?.process,
          networkNamespace: where.namespace,
          atMs,
          bootUs,
        });
      }
      onSighting({
        trigger: isListening ? 'listen' : 'connect',
        bootUs,
        occurredAtMs: atMs,
        ...place,
        source: 'fallback',
        chain,
        connection,
        connections: [],
      });
    });
  }
}
