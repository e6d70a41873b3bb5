// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Connection, ProcessInfo, WorkloadRef } from '@bartizan/contracts';

/** One connection event, attributed. */
export interface FlowEvent {
  readonly socketId: string;
  readonly kind: 'connect' | 'accept' | 'close';
  readonly connection: Connection;
  readonly failed: boolean;
  readonly workload: WorkloadRef;
  readonly process: ProcessInfo | undefined;
  readonly networkNamespace: string;
  readonly atMs: number;
  readonly bootUs: number;
}

/** What a connection speaks, told some time after it began and perhaps after it ended. */
export interface ApplicationSeen {
  readonly socketId: string;
  readonly connection: Connection;
  readonly networkNamespace: string;
  readonly application: string;
  /** Empty when none was seen. */
  readonly host: string;
  readonly atMs: number;
  readonly bootUs: number;
}

/** Connections of one interval between the same ends that speak the same. */
export interface FoldedFlow {
  readonly workload: WorkloadRef;
  readonly process: ProcessInfo | undefined;
  readonly direction: 'outbound' | 'inbound';
  readonly protocol: Connection['protocol'];
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly serverPort: number;
  readonly networkNamespace: string;
  /** Absent: not seen, or not seen yet. `unknown`: looked at and not recognised. */
  readonly application?: string;
  readonly applicationHost?: string;
  connections: number;
  failures: number;
  bytesSent: number;
  bytesReceived: number;
  /** Ends of connections whose bytes are in the sums: without one of them nothing was counted. */
  counted: number;
  readonly firstAtMs: number;
  lastAtMs: number;
  bootUs: number;
  events: number;
}

/** What one socket added to the flow that it counts in. */
interface Share {
  connections: number;
  bytesSent: number;
  bytesReceived: number;
  counted: number;
  events: number;
}
interface Socket {
  readonly direction: 'outbound' | 'inbound';
  /** Key of its flow without what it speaks. */
  readonly key: string;
  readonly start: Omit<FoldedFlow, 'application' | 'applicationHost'>;
  flowKey: string;
  share: Share;
  /** Drains since it ended; its protocol may be told that late. */
  ended: boolean;
}

const FLOWS_MAX = 20_000;
const SOCKETS_MAX = 100_000;
/** A client may ask one server for any number of names: of an interval so many are told apart. */
const HOSTS_MAX = 16;

const noShare = (): Share => ({
  connections: 0,
  bytesSent: 0,
  bytesReceived: 0,
  counted: 0,
  events: 0,
});

/** Adds a share, or takes it back. */
const count = (flow: FoldedFlow, share: Share, sign: 1 | -1): void => {
  flow.connections += sign * share.connections;
  flow.bytesSent += sign * share.bytesSent;
  flow.bytesReceived += sign * share.bytesReceived;
  flow.counted += sign * share.counted;
  flow.events += sign * share.events;
};

/** A datagram socket has no number of its own when it is told: its ends stand for it. */
const socketKey = (event: Pick<FlowEvent, 'socketId' | 'connection' | 'networkNamespace'>): string => {
  const { protocol, localPort, remoteAddress, remotePort } = event.connection;
  return protocol === 'tcp'
    ? event.socketId
    : [protocol, event.networkNamespace, localPort, remoteAddress, remotePort].join(' ');
};

/**
 * Folds connections by interval: only the port of the serving end is kept, ephemeral ports are folded away.
 * A connection counts in the flow without protocol until its protocol is told; then what it added moves.
 */
export class FlowTable {
  #flows = new Map<string, FoldedFlow>();
  #hosts = new Map<string, Set<string>>();
  readonly #sockets = new Map<string, Socket>();
  #overflow = 0;

  /** Connections that found the table full since the last call. */
  takeOverflow(): number {
    const overflow = this.#overflow;
    this.#overflow = 0;
    return overflow;
  }

  add(event: FlowEvent): void {
    if (event.connection.direction === 'listen') return;
    const socket = this.#socketOf(event);
    if (!socket) return;
    const flow = this.#flowOf(socket.flowKey, socket, event.atMs);
    if (!flow) return;
    const share: Share = {
      connections: event.kind === 'close' || event.failed ? 0 : 1,
      bytesSent: event.connection.bytesSent ?? 0,
      bytesReceived: event.connection.bytesReceived ?? 0,
      // The kernel tells bytes with the end of a TCP connection, and never those of datagrams.
      counted: event.kind === 'close' && event.connection.protocol === 'tcp' ? 1 : 0,
      events: 1,
    };
    count(flow, share, 1);
    for (const name of ['connections', 'bytesSent', 'bytesReceived', 'counted', 'events'] as const)
      socket.share[name] += share[name];
    if (event.failed) flow.failures += 1;
    flow.lastAtMs = Math.max(flow.lastAtMs, event.atMs);
    flow.bootUs = event.bootUs;
  }

  /** Takes what a connection speaks; nothing happens when its beginning was not seen. */
  tell(seen: ApplicationSeen): void {
    const socket = this.#sockets.get(socketKey(seen));
    if (!socket || socket.flowKey !== socket.key) return;
    const flowKey = this.#labelledKey(socket.key, seen);
    const from = this.#flows.get(socket.key);
    const flow = this.#flowOf(flowKey, socket, from?.firstAtMs ?? seen.atMs);
    if (!flow) return;
    if (from) {
      count(from, socket.share, -1);
      count(flow, socket.share, 1);
      if (from.events === 0) this.#flows.delete(socket.key);
    }
    socket.flowKey = flowKey;
    flow.events = Math.max(1, flow.events);
    flow.lastAtMs = Math.max(flow.lastAtMs, seen.atMs);
    flow.bootUs = seen.bootUs;
  }

  /** The flows of the interval that ends now. */
  drain(): FoldedFlow[] {
    const flows = [...this.#flows.values()];
    this.#flows = new Map();
    this.#hosts = new Map();
    for (const [key, socket] of this.#sockets) {
      socket.share = noShare();
      // Nothing came of it in this interval: its protocol will not be told any more.
      if (socket.ended) this.#sockets.delete(key);
      else if (socket.start.protocol !== 'tcp') socket.ended = true;
    }
    return flows;
  }

  #socketOf(event: FlowEvent): Socket | undefined {
    const key = socketKey(event);
    if (event.kind === 'close') {
      const socket = this.#sockets.get(key);
      if (socket) socket.ended = true;
      return socket;
    }
    const direction = event.kind === 'connect' ? 'outbound' : 'inbound';
    const { connection } = event;
    const serverPort = direction === 'outbound' ? connection.remotePort : connection.localPort;
    const flowKey = [
      event.workload.workload,
      event.workload.container ?? '',
      direction,
      connection.protocol,
      connection.localAddress,
      connection.remoteAddress,
      serverPort,
      event.process?.executable ?? '',
    ].join('\n');
    const socket: Socket = {
      direction,
      key: flowKey,
      flowKey,
      share: noShare(),
      ended: false,
      start: {
        workload: event.workload,
        process: event.process,
        direction,
        protocol: connection.protocol,
        localAddress: connection.localAddress,
        remoteAddress: connection.remoteAddress,
        serverPort,
        networkNamespace: event.networkNamespace,
        connections: 0,
        failures: 0,
        bytesSent: 0,
        bytesReceived: 0,
        counted: 0,
        firstAtMs: event.atMs,
        lastAtMs: event.atMs,
        bootUs: event.bootUs,
        events: 0,
      },
    };
    if (event.failed) return socket;
    if (this.#sockets.size >= SOCKETS_MAX) this.#sockets.delete(this.#sockets.keys().next().value ?? '');
    this.#sockets.set(key, socket);
    return socket;
  }

  /** Key of the flow with what it speaks; beyond the cap of names without the name. */
  #labelledKey(key: string, { application, host }: ApplicationSeen): string {
    const hosts = this.#hosts.get(key) ?? new Set<string>();
    this.#hosts.set(key, hosts);
    const isTold = host !== '' && (hosts.has(host) || hosts.size < HOSTS_MAX);
    if (isTold) hosts.add(host);
    return `${key}\n${application}\n${isTold ? host : ''}`;
  }

  #flowOf(flowKey: string, socket: Socket, firstAtMs: number): FoldedFlow | undefined {
    const known = this.#flows.get(flowKey);
    if (known) return known;
    if (this.#flows.size >= FLOWS_MAX) {
      this.#overflow += 1;
      return undefined;
    }
    const [application = '', applicationHost = ''] =
      flowKey === socket.key ? [] : flowKey.slice(socket.key.length + 1).split('\n');
    const flow: FoldedFlow = {
      ...socket.start,
      firstAtMs,
      lastAtMs: firstAtMs,
      ...(application === '' ? {} : { application }),
      ...(applicationHost === '' ? {} : { applicationHost }),
    };
    this.#flows.set(flowKey, flow);
    return flow;
  }
}
