// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, type Result } from '@bartizan/contracts/result';
import type { Stored, StoreFailure, StoreState } from '../ports.ts';
import type { Reply } from './protocol.ts';
import type { Thread } from './thread.ts';

type Settle = (result: Result<unknown, StoreFailure>) => void;

/** What a worker client is made with. */
export interface WorkerOptions {
  readonly thread: Thread;
  readonly name: string;
  readonly onState?: (state: StoreState) => void;
  /** The thread ended without being asked to. */
  readonly onDeath?: (reason: string) => void;
}

/** Calls into a worker thread. When the thread dies, every call under way fails; none is lost silently. */
export class WorkerClient<R> {
  readonly #worker: Thread;
  readonly #waiting = new Map<number, Settle>();
  #nextCall = 1;
  #dead: string | undefined;

  constructor(options: WorkerOptions) {
    this.#worker = options.thread;
    this.#worker.on('message', (reply) => this.#receive(reply, options.onState));
    const die = (reason: string): void => {
      if (this.#dead !== undefined) return;
      this.#dead = reason;
      for (const settle of this.#waiting.values()) settle(err(failure('E_STORE_IO', reason)));
      this.#waiting.clear();
      options.onDeath?.(reason);
    };
    this.#worker.on('error', (error) => die(`${options.name} failed: ${error.message}`));
    this.#worker.on('exit', (code) => die(`${options.name} ended with code ${code}`));
    // A store that was not closed must not keep a finished program alive.
    this.#worker.unref();
  }

  /** Whether the thread has ended. */
  get isDead(): boolean {
    return this.#dead !== undefined;
  }

  /** Sends a request and waits for its answer. */
  call<T>(request: R): Stored<T> {
    if (this.#dead !== undefined) return Promise.resolve(err(failure('E_STORE_IO', this.#dead)));
    const call = this.#nextCall++;
    this.#worker.ref();
    return new Promise((resolve) => {
      this.#waiting.set(call, (result) => resolve(parseResult<T>(result)));
      this.#worker.postMessage({ call, request });
    });
  }

  /** Ends the thread. */
  async end(): Promise<void> {
    this.#dead ??= 'the store is closed';
    await this.#worker.terminate();
  }

  #receive(reply: Reply, onState: ((state: StoreState) => void) | undefined): void {
    if ('state' in reply) {
      onState?.(reply.state);
      return;
    }
    const settle = this.#waiting.get(reply.call);
    this.#waiting.delete(reply.call);
    if (this.#waiting.size === 0) this.#worker.unref();
    settle?.(reply.result);
  }
}

/** Both ends of the channel are ours and typed by the protocol; the structured clone keeps the shape. */
function parseResult<T>(result: Result<unknown, StoreFailure>): Result<T, StoreFailure> {
  return result as Result<T, StoreFailure>;
}
