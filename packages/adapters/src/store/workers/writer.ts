// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '@bartizan/contracts/result';
import { serveWriter } from './serve-writer.ts';

/** The writer thread. */
invariant(parentPort !== null, 'the writer runs in a worker thread');
serveWriter(workerData, parentPort);
