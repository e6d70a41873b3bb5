// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Worker } from 'node:worker_threads';
import type { ReaderData, Reply, WriterData } from './protocol.ts';

/** A thread of the store, as those who ask it see it. */
export interface Thread {
  on(event: 'message', listener: (reply: Reply) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  postMessage(message: unknown): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

/** How the writer and the readers of a store are started. */
export interface StartThreads {
  readonly writer: (data: WriterData) => Thread;
  readonly reader: (name: string, data: ReaderData) => Thread;
}

const HEAP_MB = 192;
const YOUNG_MB = 16;

/** Starts a module of the store as a thread. */
export const startThread = (module: URL, name: string, data: unknown): Thread =>
  new Worker(module, {
    name,
    workerData: data,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // A small young generation: its garbage is short-lived, and the default grows with the machine.
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
  });

/** Each in a thread of its own. */
export const OWN_THREADS: StartThreads = {
  writer: (data) => startThread(new URL('./writer.ts', import.meta.url), 'store writer', data),
  reader: (name, data) => startThread(new URL('./reader.ts', import.meta.url), name, data),
};
