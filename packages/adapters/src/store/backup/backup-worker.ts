// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parentPort } from 'node:worker_threads';
import { invariant } from '@bartizan/contracts/result';
import type { Call } from '../workers/protocol.ts';
import type { BackupRequest } from './backup-request.ts';
import { writeBackup } from './write-backup.ts';

/** The thread that writes a backup, so that nothing waits for it. */
function start(): void {
  const port = parentPort;
  invariant(port !== null, 'the backup runs in a worker thread');
  port.on('message', ({ call, request }: Call<BackupRequest>) => {
    port.postMessage({ call, result: writeBackup(request) });
  });
}

start();
