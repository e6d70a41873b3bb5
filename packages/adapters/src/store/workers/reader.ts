// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { invariant, ok, type Result } from '@bartizan/contracts/result';
import { fromForeign } from '../failure.ts';
import type { StoreFailure } from '../ports.ts';
import { SliceReader } from '../slices/slice-reader.ts';
import { verifyChain } from '../sqlite/audit-chain.ts';
import { Database } from '../sqlite/database.ts';
import type { Call, ReaderData, ReaderRequest } from './protocol.ts';

/** A reader thread: searches that may take long, over core.db and all slices. */
function start(data: ReaderData): void {
  const port = parentPort;
  invariant(port !== null, 'the reader runs in a worker thread');
  const core = new Database(join(data.dataDir, 'core.db'), { readOnly: true, cacheBytes: 16 << 20 });
  const slices = new SliceReader(join(data.dataDir, 'slices'));
  port.on('message', ({ call, request }: Call<ReaderRequest>) => {
    port.postMessage({ call, result: answer(request) });
  });

  function answer(request: ReaderRequest): Result<unknown, StoreFailure> {
    try {
      switch (request.op) {
        case 'search':
          return ok(request.statements.map((statement) => core.rows(statement.sql, statement.params)));
        case 'page':
          return ok(slices.page(request));
        case 'group':
          return ok(slices.groups(request));
        case 'first':
          return ok(slices.first(request.stream, request.sql, request.params));
        case 'verify':
          return ok(
            verifyChain(core, request.auditKey === undefined ? undefined : Buffer.from(request.auditKey)),
          );
      }
    } catch (error) {
      return fromForeign(error, data.dataDir);
    }
  }
}

start(workerData);
