// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Call, ReaderRequest } from './protocol.ts';
import { ReaderDesk } from './reader-desk.ts';
import { serveWriter } from './serve-writer.ts';
import type { StartThreads, Thread } from './thread.ts';

/** A channel in the place of a thread: what passes is copied and arrives in a later turn, as between threads. */
class Channel extends EventEmitter implements Thread {
  readonly #near: MessagePort;
  readonly #leave: () => void;

  /** `serve` answers at its end of the channel, and gives what ends it. */
  constructor(serve: (port: MessagePort) => () => void) {
    super();
    const { port1, port2 } = new MessageChannel();
    this.#near = port1;
    this.#leave = serve(port2);
    port2.unref();
    port1.on('message', (reply) => this.emit('message', reply));
  }

  postMessage(message: unknown): void {
    this.#near.postMessage(message);
  }

  ref(): void {
    this.#near.ref();
  }

  unref(): void {
    this.#near.unref();
  }

  terminate(): Promise<void> {
    this.#near.close();
    this.#leave();
    return Promise.resolve();
  }
}

/**
 * The writer and the readers in the thread that opened the store, for tests that open one each: a thread costs 45 ms of
 * CPU before it does anything, and does the same.
 */
export const IN_PLACE: StartThreads = {
  writer: (data) =>
    new Channel((port) => {
      serveWriter(data, port);
      return () => undefined;
    }),
  reader: (_name, data) =>
    new Channel((port) => {
      const desk = new ReaderDesk(data);
      port.on('message', ({ call, request }: Call<ReaderRequest>) =>
        port.postMessage({ call, result: desk.answer(request) }),
      );
      return () => desk.close();
    }),
};
