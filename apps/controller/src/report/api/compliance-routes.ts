// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Readable } from 'node:stream';
import type { Store } from '@bartizan/adapters/store';
import { severityRank } from '@bartizan/contracts';
import type { ComplianceCheckRow, ComplianceRun, ComplianceRunRow } from '@bartizan/contracts/compliance';
import type { BenchmarkFindings } from '../../decide/compliance/benchmark-findings.ts';
import { ComplianceDesk, readSentBundle } from '../../decide/compliance/compliance-desk.ts';
import type { Clock, RuleBook } from '../../ports.ts';
import { type ListPaths, type Orders, pageOf } from './known-rows.ts';
import { pageBody, toQuery } from './list-query.ts';
import { answers, refuse, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly book: RuleBook;
  readonly benchmarkFindings: Pick<BenchmarkFindings, 'judged'>;
}

const BYTES_MAX = 32 * 1024 * 1024;

const CHECK_FIELDS: ListPaths<'compliance.checks'> = {
  benchmark: 'benchmark',
  check: 'check',
  part: 'part',
  kind: 'kind',
  severity: 'severity',
  title: ['title.en', 'title.ja'],
  pass: 'pass',
  fail: 'fail',
  unknown: 'unknown',
  manual: 'manual',
  notApplicable: 'notApplicable',
};
const CHECK_ORDERS: Orders<ComplianceCheckRow> = {
  // As the benchmarks have them.
  '': () => 0,
  benchmark: ({ benchmark }) => benchmark,
  check: ({ check }) => check,
  part: ({ part }) => part,
  kind: ({ kind }) => kind,
  severity: ({ severity }) => severityRank(severity),
  title: ({ title }) => title.en,
  pass: ({ pass }) => pass,
  fail: ({ fail }) => fail,
  unknown: ({ unknown }) => unknown,
};

/** A run without what makes it long. */
function rowOf({ results: _, evidence: __, ...row }: ComplianceRun): ComplianceRunRow {
  return row;
}

/** All bytes of an upload; undefined when there are too many. */
async function collect(upload: Readable): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of upload) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    // The rest is read and thrown away, so that the answer arrives.
    if (size <= BYTES_MAX) chunks.push(bytes);
  }
  return size > BYTES_MAX ? undefined : Buffer.concat(chunks);
}

/** Runs of benchmarks: the list, one of them, a bundle that is judged, and the checks. */
export const complianceHandlers = ({ store, clock, book, benchmarkFindings }: Parts) => {
  const desk = new ComplianceDesk({ store, clock, benchmarks: book.benchmarks, judge: benchmarkFindings });
  return {
    'compliance.runs': answers('compliance.runs', async ({ scope, query }) => {
      const wanted = toQuery(query);
      if (!wanted.ok) return wanted;
      const page = await store.complianceRuns.list(scope, wanted.value);
      if (!page.ok) return page;
      return reply(pageBody({ ...page.value, items: page.value.items.map(rowOf) }, clock.nowMs()));
    }),
    'compliance.run': answers('compliance.run', async ({ scope, params }) => {
      const run = await store.complianceRuns.get(scope, params.id);
      if (!run.ok) return run;
      return run.value === undefined
        ? refuse('E_NOT_FOUND', `there is no run ${params.id}`)
        : reply(run.value);
    }),
    'compliance.upload': answers('compliance.upload', async ({ scope, caller, upload }) => {
      if (upload === undefined) return refuse('E_BODY_TYPE', 'send the bundle as application/octet-stream');
      const bytes = await collect(upload);
      if (bytes === undefined) return refuse('E_BODY_TOO_LARGE', `a bundle has at most ${BYTES_MAX} bytes`);
      const bundle = readSentBundle(bytes, clock.nowMs());
      if (!bundle.ok) return bundle;
      const { cluster, tenant } = caller;
      const run = await desk.take(scope, { cluster, tenant }, bundle.value);
      if (!run.ok) return run;
      const { content, sha256 } = bundle.value;
      return reply(rowOf(run.value), { target: run.value.id, auditDetail: `${content.name} ${sha256}` });
    }),
    'compliance.checks': answers('compliance.checks', async ({ scope, query }) => {
      const rows = await desk.checks(scope);
      return pageOf(rows, query, { fields: CHECK_FIELDS, orders: CHECK_ORDERS, clock });
    }),
  };
};
