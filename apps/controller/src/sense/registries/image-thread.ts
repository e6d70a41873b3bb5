// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parentPort, workerData } from 'node:worker_threads';
import type { ImageRequest } from './image-messages.ts';
import { readImage } from './read-image.ts';

/** Entry of the thread that reads one image: one request, one answer, then it ends and its memory with it. */
if (parentPort !== null) {
  const request = workerData as ImageRequest;
  parentPort.postMessage(await readImage(request));
}
