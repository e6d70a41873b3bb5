// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Worker } from 'node:worker_threads';
import { err, type LocalText, ok, type Result } from '@bartizan/contracts';
import { scanProblem } from '../catalogers/problem.ts';
import { UNKNOWN_DISTRIBUTION } from '../distribution/os-release.ts';
import type { CatalogProgress } from '../scan/catalog-tree.ts';
import type { ScanFailure, ScanOutcome, ScanRequest, WorkerMessage } from './messages.ts';

/** Bounds of the worker itself; those of the scan are in the request. */
export interface WorkerBounds {
  /** Ceiling of the JavaScript heap. Buffers are bounded by the limits of the scan. */
  readonly heapMegabytes: number;
  readonly timeoutMs: number;
  readonly onProgress?: (progress: CatalogProgress) => void;
  readonly signal?: AbortSignal;
}

/** Bounds that a whole host fits into. */
export const DEFAULT_WORKER_BOUNDS: WorkerBounds = { heapMegabytes: 512, timeoutMs: 20 * 60_000 };

/** Small, so that what streams by is collected soon: 235 MB became 172 for a large image, at the same CPU (measured). */
const YOUNG_MEGABYTES = 3;

const STOPPED: LocalText = { en: 'the scan was stopped', ja: 'スキャンは中止されました' };
const noAnswerWithin = (ms: number): LocalText => ({
  en: `no answer within ${ms} ms`,
  ja: `${ms} ミリ秒以内に応答がありませんでした`,
});
const workerEnded = (how: string): LocalText => ({
  en: `the worker ended${how}`,
  ja: 'スキャンの処理が途中で終了しました',
});

/** A scan whose worker died is incomplete, and says so: it is never clean. */
const incompleteOutcome = (
  request: ScanRequest,
  told: LocalText,
  code: 'scan.worker-died' | 'scan.timeout',
): ScanOutcome => ({
  distribution: UNKNOWN_DISTRIBUTION,
  packages: [],
  incomplete: [scanProblem(code, request.target.path, told)],
  pendingUpdates: { isKnown: false, updates: [], problems: [] },
  files: 0,
  directories: 0,
  elapsedMs: 0,
  findings: [],
  coverage: [],
});

/** The worker's file, beside this one, under whatever ending the program runs from. */
const workerUrl = (): URL =>
  new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/**
 * Runs a scan in a thread of its own, so that what a hostile tree does to it (memory, time, a crash) ends with that
 * thread. A worker that dies gives an outcome that is incomplete.
 */
export const scanInWorker = (
  request: ScanRequest,
  bounds: WorkerBounds = DEFAULT_WORKER_BOUNDS,
): Promise<Result<ScanOutcome, ScanFailure>> =>
  new Promise((resolve) => {
    const worker = new Worker(workerUrl(), {
      workerData: request,
      resourceLimits: {
        maxOldGenerationSizeMb: bounds.heapMegabytes,
        maxYoungGenerationSizeMb: YOUNG_MEGABYTES,
      },
      execArgv: [],
    });
    const finish = (result: Result<ScanOutcome, ScanFailure>): void => {
      clearTimeout(timer);
      bounds.signal?.removeEventListener('abort', onAbort);
      resolve(result);
      void worker.terminate();
    };
    const end = (told: LocalText, code: 'scan.worker-died' | 'scan.timeout'): void =>
      finish(ok(incompleteOutcome(request, told, code)));
    const onAbort = (): void => end(STOPPED, 'scan.worker-died');
    const timer = setTimeout(() => end(noAnswerWithin(bounds.timeoutMs), 'scan.timeout'), bounds.timeoutMs);
    bounds.signal?.addEventListener('abort', onAbort);
    worker.on('message', (message: WorkerMessage) => {
      if (message.type === 'progress') bounds.onProgress?.(message.progress);
      else finish(message.type === 'done' ? ok(message.outcome) : err(message.failure));
    });
    worker.on('error', (cause: Error) => end(workerEnded(`: ${cause.message}`), 'scan.worker-died'));
    worker.on('exit', (code) => end(workerEnded(` with code ${code}`), 'scan.worker-died'));
  });
