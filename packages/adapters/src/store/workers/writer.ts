// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '@bartizan/contracts/result';
import { fromForeign } from '../failure.ts';
import type { Call, WriterData, WriterRequest } from './protocol.ts';
import { WriterDesk } from './writer-desk.ts';

/** The writer thread: the only writer of core.db and of the slices. */
function start(data: WriterData): void {
  const port = parentPort;
  invariant(port !== null, 'the writer runs in a worker thread');
  try {
    const desk = new WriterDesk(data, (reply) => port.postMessage(reply));
    port.on('message', (call: Call<WriterRequest>) => desk.receive(call));
  } catch (error) {
    const result = fromForeign(error, data.dataDir);
    port.on('message', ({ call }: Call<WriterRequest>) => port.postMessage({ call, result }));
  }
}

start(workerData);
