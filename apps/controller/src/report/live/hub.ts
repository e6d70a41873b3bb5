// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import { type ApiFailure, type Change, type Clock, TOPICS, type Topic } from '../../ports.ts';
import type { Caller } from '../access/caller.ts';
import type { OpenStream, StreamSink } from '../api/route-handler.ts';

/** Messages kept for clients that come back with Last-Event-ID. */
const RING_MAX = 2000;
/** Bytes a client may leave unread before it is dropped and told so. */
const PENDING_BYTES_MAX = 1024 * 1024;
const STREAMS_MAX = 500;
const STREAMS_PER_CALLER_MAX = 20;
/** Time between signs of life, in milliseconds. */
const HEARTBEAT_MS = 15_000;

interface Message {
  readonly number: number;
  readonly change: Change;
  readonly text: string;
}
interface Client {
  readonly caller: Caller;
  readonly topics: ReadonlySet<Topic>;
  readonly sink: StreamSink;
}
/** Whether the login behind a stream still counts, and may still read it. */
export type StillValid = (caller: Caller) => Promise<boolean>;

/**
 * Live changes as server-sent events (WHATWG HTML, 9.2). Every message is `id: RUN-NUMBER`, `event: TOPIC` and one line
 * of JSON. A stream that begins gets an id without a message, so that a client that is lost before the first one comes
 * back with a place too; one that comes back keeps its own, for it may be lost again while it reads. `event: reset` says that the past was not complete: read the lists again. `event: dropped` is the last
 * message to a client that reads too slowly.
 */
export class LiveHub {
  readonly #clients = new Set<Client>();
  readonly #ring: Message[] = [];
  readonly #run: string;
  readonly #stillValid: StillValid;
  readonly #timer: NodeJS.Timeout;
  #number = 0;
  #droppedTotal = 0;

  constructor(clock: Clock, stillValid: StillValid) {
    this.#run = clock.nowMs().toString(36);
    this.#stillValid = stillValid;
    this.#timer = setInterval(() => this.#heartbeat(), HEARTBEAT_MS);
    this.#timer.unref();
  }

  /** Streams that are open, and clients that were dropped since start. */
  counts(): { readonly open: number; readonly droppedTotal: number } {
    return { open: this.#clients.size, droppedTotal: this.#droppedTotal };
  }

  /** Sends a change to every stream that may see it. Never waits. */
  publish(change: Change): void {
    this.#number += 1;
    const data = JSON.stringify(change.data);
    const message: Message = {
      number: this.#number,
      change,
      text: `id: ${this.#run}-${this.#number}\nevent: ${change.topic}\ndata: ${data}\n\n`,
    };
    this.#ring.push(message);
    if (this.#ring.length > RING_MAX) this.#ring.shift();
    for (const client of this.#clients) if (mayPass(client, change)) this.#send(client, message.text);
  }

  /** Prepares a stream for a caller, or refuses when there are too many. */
  subscribe(caller: Caller, topics: string): Result<OpenStream, ApiFailure> {
    const wanted = topics === '' ? [...TOPICS] : topics.split(',').map((topic) => topic.trim());
    const known = TOPICS.filter((topic) => wanted.includes(topic));
    if (known.length !== new Set(wanted).size)
      return err(failure('E_BODY_INVALID', `topics are ${TOPICS.join(', ')}`));
    const own = [...this.#clients].filter((client) => client.caller.id === caller.id).length;
    if (this.#clients.size >= STREAMS_MAX || own >= STREAMS_PER_CALLER_MAX)
      return err(failure('E_RATE_LIMIT', 'too many live streams are open'));
    return ok((sink) => this.#open({ caller, topics: new Set(known), sink }));
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#timer);
    for (const client of this.#clients) client.sink.end();
    this.#clients.clear();
  }

  #open(client: Client): void {
    client.sink.write(`retry: 2000\n: connected\n\n`);
    if (isNew(client)) client.sink.write(`id: ${this.#run}-${this.#number}\n\n`);
    else this.#replay(client);
    this.#clients.add(client);
    client.sink.onClose(() => this.#clients.delete(client));
  }

  #replay(client: Client): void {
    const match = /^([a-z0-9]+)-(\d{1,15})$/u.exec(client.sink.lastEventId ?? '');
    const last = match?.[1] === this.#run ? Number(match[2]) : undefined;
    const oldest = this.#ring[0]?.number ?? this.#number + 1;
    if (last === undefined || last > this.#number || last + 1 < oldest) {
      client.sink.write(`id: ${this.#run}-${this.#number}\nevent: reset\ndata: {}\n\n`);
      return;
    }
    for (const message of this.#ring)
      if (message.number > last && mayPass(client, message.change)) client.sink.write(message.text);
  }

  #send(client: Client, text: string): void {
    if (client.sink.pendingBytes() > PENDING_BYTES_MAX) {
      this.#droppedTotal += 1;
      this.#clients.delete(client);
      client.sink.write(`event: dropped\ndata: {"reason":"the client reads too slowly"}\n\n`);
      client.sink.end();
      return;
    }
    client.sink.write(text);
  }

  #heartbeat(): void {
    for (const client of this.#clients) {
      if (client.sink.isClosed()) {
        this.#clients.delete(client);
        continue;
      }
      this.#send(client, ': alive\n\n');
      this.#stillValid(client.caller).then(
        (valid) => {
          if (valid || !this.#clients.delete(client)) return;
          client.sink.write(
            'event: ended\ndata: {"reason":"the login has ended or may not read this any more"}\n\n',
          );
          client.sink.end();
        },
        () => client.sink.end(),
      );
    }
  }
}

/** Whether a client has read nothing of this stream yet. */
const isNew = ({ sink }: Client): boolean => sink.lastEventId === undefined || sink.lastEventId === '';

const mayPass = (client: Client, change: Change): boolean =>
  client.topics.has(change.topic) &&
  client.caller.tenant === change.tenant &&
  client.caller.cluster === change.cluster;
