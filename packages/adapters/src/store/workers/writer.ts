// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '@bartizan/contracts/result';
import type { Call, WriterData, WriterRequest } from './protocol.ts';
import { WriterDesk } from './writer-desk.ts';

/** The writer thread: the only writer of core.db and of the slices. */
function start(data: WriterData): void {
  const port = parentPort;
  invariant(port !== null, 'the writer runs in a worker thread');
  const desk = new WriterDesk(data, (reply) => port.postMessage(reply));
  port.on('message', (call: Call<WriterRequest>) => desk.receive(call));
}

start(workerData);
