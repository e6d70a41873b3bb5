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

/** Connections of one interval between the same ends. */
export interface FoldedFlow {
  readonly workload: WorkloadRef;
  readonly process: ProcessInfo | undefined;
  readonly direction: 'outbound' | 'inbound';
  readonly protocol: Connection['protocol'];
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly serverPort: number;
  readonly networkNamespace: string;
  connections: number;
  failures: number;
  bytesSent: number;
  bytesReceived: number;
  readonly firstAtMs: number;
  lastAtMs: number;
  bootUs: number;
  events: number;
}

const FLOWS_MAX = 20_000;
const SOCKETS_MAX = 100_000;

/** Folds connections by interval: only the port of the serving end is kept, ephemeral ports are folded away. */
export class FlowTable {
  #flows = new Map<string, FoldedFlow>();
  /** Direction of open sockets, which their close does not tell. */
  readonly #sockets = new Map<string, 'outbound' | 'inbound'>();
  #overflow = 0;

  /** Connections that found the table full since the last call. */
  takeOverflow(): number {
    const count = this.#overflow;
    this.#overflow = 0;
    return count;
  }

  add(event: FlowEvent): void {
    const direction = this.#directionOf(event);
    if (!direction || event.connection.direction === 'listen') return;
    const { connection } = event;
    const serverPort = direction === 'outbound' ? connection.remotePort : connection.localPort;
    const key = [
      event.workload.workload,
      event.workload.container ?? '',
      direction,
      connection.protocol,
      connection.localAddress,
      connection.remoteAddress,
      serverPort,
      event.process?.executable ?? '',
    ].join('\n');
    const flow = this.#flows.get(key) ?? this.#start(key, event, direction, serverPort);
    if (!flow) return;
    if (event.kind !== 'close') {
      if (event.failed) flow.failures += 1;
      else flow.connections += 1;
    }
    flow.bytesSent += connection.bytesSent ?? 0;
    flow.bytesReceived += connection.bytesReceived ?? 0;
    flow.lastAtMs = Math.max(flow.lastAtMs, event.atMs);
    flow.bootUs = event.bootUs;
    flow.events += 1;
  }

  /** The flows of the interval that ends now. */
  drain(): FoldedFlow[] {
    const flows = [...this.#flows.values()];
    this.#flows = new Map();
    return flows;
  }

  #directionOf(event: FlowEvent): 'outbound' | 'inbound' | undefined {
    if (event.kind === 'close') {
      const direction = this.#sockets.get(event.socketId);
      this.#sockets.delete(event.socketId);
      return direction;
    }
    const direction = event.kind === 'connect' ? 'outbound' : 'inbound';
    if (event.failed) return direction;
    if (this.#sockets.size >= SOCKETS_MAX) this.#sockets.delete(this.#sockets.keys().next().value ?? '');
    this.#sockets.set(event.socketId, direction);
    return direction;
  }

  #start(
    key: string,
    event: FlowEvent,
    direction: 'outbound' | 'inbound',
    serverPort: number,
  ): FoldedFlow | undefined {
    if (this.#flows.size >= FLOWS_MAX) {
      this.#overflow += 1;
      return undefined;
    }
    const flow: FoldedFlow = {
      workload: event.workload,
      process: event.process,
      direction,
      protocol: event.connection.protocol,
      localAddress: event.connection.localAddress,
      remoteAddress: event.connection.remoteAddress,
      serverPort,
      networkNamespace: event.networkNamespace,
      connections: 0,
      failures: 0,
      bytesSent: 0,
      bytesReceived: 0,
      firstAtMs: event.atMs,
      lastAtMs: event.atMs,
      bootUs: event.bootUs,
      events: 0,
    };
    this.#flows.set(key, flow);
    return flow;
  }
}
