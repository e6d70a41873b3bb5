// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ServerHttp2Stream } from 'node:http2';
import type { Store } from '@bartizan/adapters/store';
import {
  AgentMessage,
  type AgentMessage as AgentMessageType,
  type Configure,
  type ControllerMessage,
  parser,
  tenantScope,
  WIRE_VERSION,
  WIRE_VERSION_OLDEST,
} from '@bartizan/contracts';
import type { Clock, Log } from '../ports.ts';
import type { AgentIdentity } from './agent-identity.ts';
import { FrameCutter, frameOf } from './frames.ts';
import type { Ingest } from './ingest.ts';

/** Batches an agent may have under way. */
export const CREDIT = 8;
/** Wait before an agent may try again when the store takes nothing, in milliseconds. */
const RETRY_MS = 1000;
const HELLO_WITHIN_MS = 10_000;
const HELD_MAX = 256;
/** Agents ping each 10 s: a stream that says nothing for this long is dead. */
const SILENT_MS = 40_000;
/** Answers an agent may leave unread. */
const UNREAD_BYTES_MAX = 4 * 1024 * 1024;
/** Time a refused stream has to read why, in milliseconds. */
const LINGER_MS = 2000;

/** What one stream of an agent needs. */
export interface SessionParts {
  readonly agent: AgentIdentity;
  readonly stream: ServerHttp2Stream;
  readonly store: Store;
  readonly ingest: Ingest;
  readonly clock: Clock;
  readonly log: Log;
  readonly configuration: (agent: AgentIdentity, version: number) => Configure;
  readonly onHello: (skewMs: number) => void;
  /** The agent tells how its node is while its records are not taken. */
  readonly onState: (node: unknown) => void;
  readonly onClose: () => void;
}

const parseMessage = parser(AgentMessage);
type Batch = Extract<AgentMessageType, { type: 'batch' }>;

/** How far a stream of a boot is stored. */
type Mark = Extract<ControllerMessage, { type: 'welcome' }>['acknowledged'][number];
/** As many as a welcome has room for. */
const MARKS_MAX = 64;

/**
 * What a node hears of its records that are stored: of the boot that runs first, and of earlier ones, of which its disk
 * may hold records yet. Sequences of a boot start by the clock, so that the highest are of the latest boots.
 */
export const marksFor = (bootId: string, marks: readonly Readonly<Mark>[]): Mark[] =>
  marks
    .toSorted(
      (left, right) =>
        Number(right.bootId === bootId) - Number(left.bootId === bootId) || right.sequence - left.sequence,
    )
    .slice(0, MARKS_MAX)
    .map((mark) => ({ ...mark }));

/** One stream of one agent: hello, batches in order, acknowledged after they are on disk. */
export class AgentSession {
  readonly #parts: SessionParts;
  readonly #cutter = new FrameCutter();
  readonly #waiting: Batch[] = [];
  /** Last sequences of batches that were taken and are not acknowledged yet, by stream and boot. */
  readonly #held = new Map<string, number[]>();
  readonly #helloTimer: NodeJS.Timeout;
  #version = WIRE_VERSION_OLDEST;
  #storing = false;
  #greeted = false;
  #welcomed = false;
  #closed = false;
  /** Refused or ended: nothing that still arrives is read. */
  #over = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { stream } = parts;
    stream.respond({ ':status': 200, 'content-type': 'application/octet-stream' });
    stream.setTimeout(SILENT_MS, () => this.close());
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.on('error', (cause) =>
      parts.log.debug({ node: parts.agent.node, err: cause }, 'an agent stream failed'),
    );
    stream.on('close', () => this.#onClosed());
    stream.on('end', () => this.close());
    this.#helloTimer = setTimeout(() => this.#refuse('E_WIRE_FRAME', 'no hello in time'), HELLO_WITHIN_MS);
    this.#helloTimer.unref();
  }

  get agent(): AgentIdentity {
    return this.#parts.agent;
  }

  /** Sends a message; false when the stream is closed. */
  send(message: ControllerMessage): boolean {
    const { stream } = this.#parts;
    if (this.#closed || !stream.writable) return false;
    if (stream.writableLength > UNREAD_BYTES_MAX) {
      this.close();
      return false;
    }
    stream.write(frameOf(message));
    return true;
  }

  /** Says what the agent is to do; one that was not welcomed yet hears it then. */
  configure(): void {
    const { agent, configuration } = this.#parts;
    if (this.#welcomed) this.send(configuration(agent, this.#version));
  }

  /** Ends the stream; one that is still open after a moment is cut. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    const { stream } = this.#parts;
    if (stream.writable) stream.end();
    setTimeout(() => stream.destroy(), LINGER_MS).unref();
  }

  #onClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#over = true;
    clearTimeout(this.#helloTimer);
    this.#parts.onClose();
  }

  #refuse(code: 'E_WIRE_FRAME' | 'E_WIRE_VERSION' | 'E_NODE_MISMATCH', detail: string): void {
    this.#parts.log.warn({ node: this.#parts.agent.node, code, detail }, 'an agent stream was refused');
    this.send({ type: 'refused', code, detail });
    this.close();
  }

  #take(chunk: Buffer): void {
    if (this.#over) return;
    // A certificate that has ended counts no more, also on a stream that began in time: the agent comes back with its new one.
    if (this.#parts.agent.notAfterMs <= this.#parts.clock.nowMs()) return this.close();
    const messages = this.#cutter.push(chunk);
    if (!messages.ok) return this.#refuse('E_WIRE_FRAME', messages.error.detail);
    for (const message of messages.value) {
      if (this.#over) return;
      const parsed = parseMessage(message);
      if (!parsed.ok)
        return this.#refuse('E_WIRE_FRAME', `${parsed.error[0]?.pointer} ${parsed.error[0]?.detail}`);
      this.#receive(parsed.value);
    }
  }

  #receive(message: AgentMessageType): void {
    switch (message.type) {
      case 'hello':
        if (this.#greeted) return this.#refuse('E_WIRE_FRAME', 'a second hello');
        this.#greeted = true;
        this.#hello(message).catch((cause: unknown) => this.#fail(cause));
        break;
      case 'ping':
        this.#parts.onHello(message.clockMs - this.#parts.clock.nowMs());
        this.send({ type: 'pong', clockMs: this.#parts.clock.nowMs() });
        break;
      case 'state':
        if (!this.#welcomed) return this.#refuse('E_WIRE_FRAME', 'a state before hello');
        this.#parts.onState(message.node);
        break;
      case 'batch':
        if (!this.#welcomed) return this.#refuse('E_WIRE_FRAME', 'a batch before hello');
        if (this.#waiting.length > CREDIT) return this.#refuse('E_WIRE_FRAME', 'more batches than credit');
        this.#waiting.push(message);
        this.#drain().catch((cause: unknown) => this.#fail(cause));
        break;
    }
  }

  /** A bug of ours in one stream ends that stream; the agent keeps what was not acknowledged and comes back. */
  #fail(cause: unknown): void {
    this.#parts.log.error({ node: this.#parts.agent.node, err: cause }, 'an agent stream failed');
    this.close();
  }

  async #hello(hello: Extract<AgentMessageType, { type: 'hello' }>): Promise<void> {
    const { agent, store, clock } = this.#parts;
    clearTimeout(this.#helloTimer);
    if (hello.node !== agent.node)
      return this.#refuse('E_NODE_MISMATCH', `the certificate is of ${agent.node}`);
    if (hello.version < WIRE_VERSION_OLDEST || hello.oldest > WIRE_VERSION)
      return this.#refuse('E_WIRE_VERSION', `it speaks ${hello.oldest} to ${hello.version}`);
    const marks = await store.events.acknowledged(tenantScope(agent.cluster, agent.tenant), agent.node);
    // Told "nothing is stored", a node would use numbers that are taken, and its records count as repeated.
    if (!marks.ok) return this.#fail(marks.error);
    this.#parts.onHello(hello.clockMs - clock.nowMs());
    this.send({
      type: 'welcome',
      version: Math.min(WIRE_VERSION, hello.version),
      cluster: agent.cluster,
      tenant: agent.tenant,
      acknowledged: marksFor(hello.bootId, marks.value),
      credit: CREDIT,
      clockMs: clock.nowMs(),
    });
    this.#version = Math.min(WIRE_VERSION, hello.version);
    this.#welcomed = true;
    this.configure();
  }

  /** Batches that stay under way because a package list is not whole yet: they get credit of their own. */
  #heldAfter(batch: Batch, acknowledged: number): number {
    const key = `${batch.stream} ${batch.bootId}`;
    const last = batch.firstSequence + batch.records.length - 1;
    const held = [...(this.#held.get(key) ?? []), last].filter((sequence) => sequence > acknowledged);
    if (held.length === 0) this.#held.delete(key);
    else this.#held.set(key, held.slice(-HELD_MAX));
    return [...this.#held.values()].reduce((sum, sequences) => sum + sequences.length, 0);
  }

  async #drain(): Promise<void> {
    if (this.#storing) return;
    this.#storing = true;
    while (!this.#closed) {
      const batch = this.#waiting[0];
      if (batch === undefined) break;
      const stored = await this.#parts.ingest.take(this.#parts.agent, batch);
      if (!stored.ok) {
        // Not acknowledged: the agent keeps it on disk. Trying the same batch again keeps the order.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        continue;
      }
      this.#waiting.shift();
      this.send({
        type: 'ack',
        stream: batch.stream,
        bootId: batch.bootId,
        sequence: stored.value.acknowledged,
        credit: CREDIT + this.#heldAfter(batch, stored.value.acknowledged),
        rejected: stored.value.rejected,
      });
    }
    this.#storing = false;
  }
}
