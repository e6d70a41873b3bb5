// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { invariant, ok, type Result } from '@bartizan/contracts/result';
import { fromForeign } from '../failure.ts';
import { PackageIndex } from '../package-lists/package-index.ts';
import type { StoreFailure } from '../ports.ts';
import { SliceReader } from '../slices/slice-reader.ts';
import { verifyChain } from '../sqlite/audit-chain.ts';
import { Database, numberOf, type Statement, textOf } from '../sqlite/database.ts';
import type { Call, IndexAnswer, ReaderData, ReaderRequest } from './protocol.ts';

const NAMES = `SELECT cluster,tenant,subject,of_image FROM package_lists
  WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC`;

/** A reader thread: searches that may take long, over core.db and all slices. */
function start(data: ReaderData): void {
  const port = parentPort;
  invariant(port !== null, 'the reader runs in a worker thread');
  const core = new Database(join(data.dataDir, 'core.db'), { readOnly: true, cacheBytes: 16 << 20 });
  const packages = new PackageIndex(core);
  const slices = new SliceReader(join(data.dataDir, 'slices'));
  port.on('message', ({ call, request }: Call<ReaderRequest>) => {
    port.postMessage({ call, result: answer(request) });
  });

  const keysOf = ({ sql, params }: Statement): number[] =>
    core.rows(sql, params).map((row) => numberOf(row[0]));

  /** Names of lists, newest first, as one text for each owner: 100,000 rows would take longer to cross than to find. */
  function namesOf(lists: readonly number[]): IndexAnswer[] {
    const groups = new Map<string, { owner: Omit<IndexAnswer, 'subjects'>; subjects: string[] }>();
    for (const [cluster, tenant, subject, ofImage] of core.rows(NAMES, [JSON.stringify(lists)])) {
      const key = `${textOf(cluster)}\n${textOf(tenant)}\n${numberOf(ofImage)}`;
      const group = groups.get(key) ?? {
        owner: { cluster: textOf(cluster), tenant: textOf(tenant), ofImage: numberOf(ofImage) === 1 },
        subjects: [],
      };
      group.subjects.push(textOf(subject));
      groups.set(key, group);
    }
    return [...groups.values()].map(({ owner, subjects }) => ({
      ...owner,
      subjects: JSON.stringify(subjects),
    }));
  }

  function answer(request: ReaderRequest): Result<unknown, StoreFailure> {
    try {
      switch (request.op) {
        case 'search':
          return ok(request.statements.map((statement) => core.rows(statement.sql, statement.params)));
        case 'lists-with':
          return ok(namesOf(packages.listsWith(keysOf(request.keys))));
        case 'sets-with':
          return ok(packages.setsWith(keysOf(request.keys)));
        case 'spread':
          return ok(packages.spreadOf(request.keys));
        case 'index-bytes':
          return ok(packages.measure());
        case 'orphans':
          return ok(packages.orphans());
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
