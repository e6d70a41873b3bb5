// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { failure, ok } from '@bartizan/contracts';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AdvisoryDesk, AdvisoryState, ApiFailure, ImportChoice } from '../../ports.ts';
import { ANONYMOUS } from '../access/caller.ts';
import { operationHandlers } from './operation-routes.ts';

const KEY = 'ab'.repeat(32);
const state: AdvisoryState = {
  present: true,
  sample: false,
  rows: 5,
  ecosystems: [],
  noData: [],
  digest: 'd',
};
let test: TestStore;
let asked: ImportChoice[];

beforeAll(async () => {
  test = await openStoreInPlace();
});
afterAll(() => test.remove());

/** What the handlers are asked with, besides what a test says. */
const ASKED = {
  caller: ANONYMOUS,
  scope: { kind: 'system', purpose: 'test' },
  origin: { address: '127.0.0.1', traceId: 't' },
  params: {},
  query: {},
} as const;

function handlers() {
  asked = [];
  const advisories: AdvisoryDesk = {
    status: () => state,
    activity: () => undefined,
    file: () => undefined,
    importPack: async (_upload, choice) => {
      asked.push(choice);
      return ok(state);
    },
    match: async () => ({ ok: false, error: failure<ApiFailure['code']>('E_PACK_MISSING', 'none') }),
  };
  const nothing = (): void => undefined;
  const agents = { connected: () => 0, send: () => false, reconfigure: nothing, drop: nothing };
  return operationHandlers({ store: test.store, clock: test.clock, advisories, agents });
}

const importWith = (query: Record<string, string>) =>
  handlers()['advisory.import'].run({ ...ASKED, query, body: undefined, upload: Readable.from(['pack']) });

describe('an import of advisories', () => {
  it('leaves in the audit log which key the installation believes from then on', async () => {
    expect(await importWith({ trust: KEY })).toMatchObject({
      ok: true,
      value: { target: 'd', auditDetail: `trust ${KEY}` },
    });
    expect(asked).toEqual([{ force: false, mayBeUnsigned: false, trustKeyId: KEY }]);
  });

  it('speaks of no key where none was named, and takes nothing unsigned unasked', async () => {
    const answer = await importWith({});
    expect(answer).toMatchObject({ ok: true, value: { target: 'd' } });
    expect(JSON.stringify(answer)).not.toContain('auditDetail');
    expect(asked).toEqual([{ force: false, mayBeUnsigned: false }]);
  });

  it('is refused for a key id that is none', async () => {
    expect(await importWith({ trust: 'mine' })).toMatchObject({ ok: false });
    expect(asked).toEqual([]);
  });
});

describe('a backup', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('needs no temporary folder, and leaves nothing once it was sent', async () => {
    vi.stubEnv('TMPDIR', '/no/such/folder');
    const made = await handlers()['backup.create'].run({
      ...ASKED,
      body: { passphrase: 'a passphrase of the test' },
    });
    if (!made.ok) throw new Error(made.error.detail);
    const stream = made.value.file?.stream ?? Readable.from([]);
    const closed = once(stream, 'close');
    const bytes = await buffer(stream);
    await closed;
    const left = readdirSync(test.dataDir).filter((name) => name.startsWith('backup'));
    expect([left, bytes.subarray(0, 9).toString()]).toEqual([[], 'BZBACKUP1']);
    expect(made.value.auditDetail).toBe(`${bytes.length} bytes`);
  });
});
