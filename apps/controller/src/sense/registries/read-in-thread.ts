// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Worker } from 'node:worker_threads';
import type { ImageAnswer, ImageRequest } from './image-messages.ts';

/** Bounds of the thread; those of the scan are in the request. */
export interface ThreadBounds {
  /** Ceiling of its JavaScript heap, in mebibytes. Buffers are bounded by the limits of the scan. */
  readonly heapMegabytes: number;
  readonly timeoutMs: number;
}
const THREAD_BOUNDS: ThreadBounds = { heapMegabytes: 512, timeoutMs: 20 * 60_000 };

const threadFile = (): URL =>
  new URL(import.meta.url.endsWith('.ts') ? './image-thread.ts' : './image-thread.js', import.meta.url);

/**
 * Reads an image in a thread of its own: what a hostile one does to it (memory, time, a crash) ends with that thread,
 * and the answer is `lost`, never an image.
 */
export const readInThread = (
  request: ImageRequest,
  signal: AbortSignal,
  bounds: ThreadBounds = THREAD_BOUNDS,
): Promise<ImageAnswer> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve({ kind: 'stopped' });
    const worker = new Worker(threadFile(), {
      workerData: request,
      resourceLimits: { maxOldGenerationSizeMb: bounds.heapMegabytes },
      execArgv: [],
    });
    const finish = (answer: ImageAnswer): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(answer);
      void worker.terminate();
    };
    const stop = (): void => finish({ kind: 'stopped' });
    const timer = setTimeout(
      () => finish({ kind: 'lost', detail: `not done within ${bounds.timeoutMs / 1000} s` }),
      bounds.timeoutMs,
    );
    signal.addEventListener('abort', stop);
    worker.on('message', (answer: ImageAnswer) => finish(answer));
    worker.on('error', (cause: Error) =>
      finish({ kind: 'lost', detail: `the thread ended: ${cause.message}`.slice(0, 512) }),
    );
    worker.on('exit', (code) => finish({ kind: 'lost', detail: `the thread ended with code ${code}` }));
    return undefined;
  });
