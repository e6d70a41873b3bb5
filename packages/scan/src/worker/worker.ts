// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parentPort, workerData } from 'node:worker_threads';
import type { ScanRequest, WorkerMessage } from './messages.ts';
import { runScan } from './run-scan.ts';

/** Entry of a scan worker: one request, one answer, then the thread ends and its memory with it. */
const send = (message: WorkerMessage): void => parentPort?.postMessage(message);

if (parentPort !== null) {
  const result = await runScan(workerData as ScanRequest, (progress) => send({ type: 'progress', progress }));
  send(result.ok ? { type: 'done', outcome: result.value } : { type: 'failed', failure: result.error });
}
