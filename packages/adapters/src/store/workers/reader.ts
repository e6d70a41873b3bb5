// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '@bartizan/contracts/result';
import type { Call, ReaderRequest } from './protocol.ts';
import { ReaderDesk } from './reader-desk.ts';

/** A reader thread. */
const port = parentPort;
invariant(port !== null, 'the reader runs in a worker thread');
const desk = new ReaderDesk(workerData);
port.on('message', ({ call, request }: Call<ReaderRequest>) =>
  port.postMessage({ call, result: desk.answer(request) }),
);
