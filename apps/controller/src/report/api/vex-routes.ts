// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { StatementPart, Store } from '@bartizan/adapters/store';
import { exactly, ok, type Result, type Scope, type VexDocument } from '@bartizan/contracts';
import { readVex } from '@bartizan/scan';
import type { ApiFailure, Clock, ExceptionKeeper, Publish } from '../../ports.ts';
import { newId } from '../access/secrets.ts';
import { pageBody, toQuery } from './list-query.ts';
import { answers, refuse, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly publish: Publish;
  readonly keeper: ExceptionKeeper;
}

/** Largest document, and most documents and statements of one tenant: all of them are held in memory. */
const BYTES_MAX = 16 * 1024 * 1024;
const DOCUMENTS_MAX = 500;
const STATEMENTS_MAX = 20_000;
const STATEMENTS_TOTAL_MAX = 100_000;
const PRODUCTS_MAX = 256;
const PART = 200;

/** Documents in which somebody says which vulnerabilities matter where (VEX). They explain findings and remove none. */
export const vexHandlers = (parts: Parts) => ({
  'vex.list': answers('vex.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.vexDocuments.list(scope, wanted.value);
    if (!page.ok) return page;
    const items = await withMatches(parts, scope, page.value.items);
    return items.ok ? reply(pageBody({ ...page.value, items: items.value }, parts.clock.nowMs())) : items;
  }),
  'vex.import': answers('vex.import', async ({ scope, caller, upload, query }) => {
    if (upload === undefined) return refuse('E_BODY_TYPE', 'send the document as application/octet-stream');
    const bytes = await collect(upload);
    if (bytes === undefined) return refuse('E_BODY_TOO_LARGE', `a document has at most ${BYTES_MAX} bytes`);
    const read = readVex(bytes);
    if (!read.ok) return refuse(read.error.code, read.error.detail);
    const { format, statements, unusable } = read.value;
    const [first] = statements;
    if (first === undefined) return refuse('E_VEX_INVALID', 'no statement of it can be used');
    if (statements.length > STATEMENTS_MAX)
      return refuse('E_VEX_LIMIT', `${statements.length} statements, at most ${STATEMENTS_MAX}`);
    const room = await checkRoom(parts.store, scope, statements.length);
    if (!room.ok) return room;
    const { cluster, tenant } = caller;
    const document: VexDocument = {
      id: newId('v'),
      ...{ cluster, tenant, format },
      name: query.name,
      origin: query.origin ?? 'user',
      author: first.source.author.slice(0, 512),
      ...(first.source.timestamp === '' ? {} : { issuedAt: first.source.timestamp.slice(0, 64) }),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      ...{ statements: statements.length, unusable: unusable.length },
      ...{ matches: 0, createdBy: caller.name, createdAtMs: parts.clock.nowMs() },
    };
    const saved = await save(parts.store, scope, { document, statements });
    if (!saved.ok) return saved;
    const kept = await parts.keeper.statementsChanged(scope);
    if (!kept.ok) return kept;
    tell(parts, document);
    const [shown = document] = await withMatches(parts, scope, [document]).then((all) =>
      all.ok ? all.value : [document],
    );
    return reply(shown, { target: document.id, auditDetail: `${document.name} ${document.sha256}` });
  }),
  'vex.remove': answers('vex.remove', async ({ scope, params }) => {
    const known = await parts.store.vexDocuments.get(scope, params.id);
    if (!known.ok) return known;
    if (known.value === undefined) return refuse('E_NOT_FOUND', `there is no document ${params.id}`);
    const removed = await parts.store.vexDocuments.remove(scope, [params.id]);
    if (!removed.ok) return removed;
    const gone = await removeParts(parts.store, scope, params.id);
    if (!gone.ok) return gone;
    const kept = await parts.keeper.statementsChanged(scope);
    if (!kept.ok) return kept;
    tell(parts, known.value);
    return reply({ removed: removed.value > 0 }, { target: params.id, auditDetail: known.value.name });
  }),
});

/** Whether so many statements more are still held. */
async function checkRoom(store: Store, scope: Scope, more: number): Promise<Result<void, ApiFailure>> {
  const there = await store.vexDocuments.list(scope, { filter: [], limit: DOCUMENTS_MAX });
  if (!there.ok) return there;
  const { items } = there.value;
  if (items.length >= DOCUMENTS_MAX)
    return refuse('E_VEX_LIMIT', `there are ${DOCUMENTS_MAX} documents already`);
  const total = items.reduce((sum, { statements }) => sum + statements, more);
  return total > STATEMENTS_TOTAL_MAX
    ? refuse('E_VEX_LIMIT', `${total} statements in all documents, at most ${STATEMENTS_TOTAL_MAX}`)
    : ok(undefined);
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

/** Statements first: a document is there when all of it is. */
async function save(
  store: Store,
  scope: Scope,
  { document, statements }: { document: VexDocument; statements: StatementPart['statements'] },
): Promise<Result<void, ApiFailure>> {
  const { id, cluster, tenant } = document;
  const bounded = statements.map((one) => ({ ...one, products: one.products.slice(0, PRODUCTS_MAX) }));
  for (let at = 0; at < bounded.length; at += PART) {
    const part = { cluster, tenant, document: id, part: at / PART, statements: bounded.slice(at, at + PART) };
    const saved = await store.vexStatements.put(scope, [part]);
    if (!saved.ok) return saved;
  }
  return store.vexDocuments.put(scope, [document]);
}

async function removeParts(store: Store, scope: Scope, id: string): Promise<Result<void, ApiFailure>> {
  for (;;) {
    const page = await store.vexStatements.list(scope, { filter: [exactly('document', id)], limit: PART });
    if (!page.ok) return page;
    if (page.value.items.length === 0) return ok(undefined);
    const ids = page.value.items.map(({ part }) => `${id}|${part}`);
    const removed = await store.vexStatements.remove(scope, ids);
    if (!removed.ok) return removed;
  }
}

function tell({ publish }: Parts, { cluster, tenant, id }: VexDocument): void {
  publish({ topic: 'finding', cluster, tenant, data: { vex: id } });
}

/** The documents with how many findings each speaks about now. */
async function withMatches(
  { store }: Parts,
  scope: Scope,
  documents: readonly VexDocument[],
): Promise<Result<readonly VexDocument[], ApiFailure>> {
  if (documents.length === 0) return ok([]);
  const counts = await store.findings.countBy(scope, 'vex', { filter: [], limit: 1 });
  if (!counts.ok) return counts;
  return ok(documents.map((one) => ({ ...one, matches: counts.value.get(one.id) ?? 0 })));
}
