// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Worker } from 'node:worker_threads';
import type { Log } from '../ports.ts';
import type { PackAnswer, PackReply, PackWork } from './pack-messages.ts';

const HEAP_MEGABYTES = 1024;
const TIMEOUT_MS = 10 * 60_000;

interface Waiting {
  readonly settle: (answer: PackAnswer) => void;
  readonly timer: NodeJS.Timeout;
}

/** Asks the pack thread. A thread that dies answers everything under way with a failure, and the next question starts another. */
export class PackClient {
  readonly #log: Log;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #number = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Does one piece of work, in the order asked. */
  ask(work: PackWork): Promise<PackAnswer> {
    return new Promise((settle) => {
      this.#number += 1;
      const number = this.#number;
      const timer = setTimeout(() => this.#lose('no answer in time'), TIMEOUT_MS);
      timer.unref();
      this.#waiting.set(number, { settle, timer });
      this.#thread().postMessage({ number, work });
    });
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#lose('the controller stops');
    await worker?.terminate();
  }

  #thread(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const file = import.meta.url.endsWith('.ts') ? './pack-thread.ts' : './pack-thread.js';
    const worker = new Worker(new URL(file, import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
      execArgv: [],
    });
    worker.on('message', ({ number, answer }: PackReply) => this.#answer(number, answer));
    worker.on('error', (cause) => {
      this.#log.error({ err: cause }, 'the advisory thread failed');
      if (this.#worker === worker) this.#lose('the advisory thread failed');
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#lose('the advisory thread ended');
    });
    this.#worker = worker;
    return worker;
  }

  #answer(number: number, answer: PackAnswer): void {
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) return;
    this.#waiting.delete(number);
    clearTimeout(waiting.timer);
    waiting.settle(answer);
  }

  #lose(detail: string): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    for (const number of [...this.#waiting.keys()])
      this.#answer(number, { kind: 'failed', code: 'E_UNAVAILABLE', detail });
  }
}
