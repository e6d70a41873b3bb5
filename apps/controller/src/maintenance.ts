// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  notedKeyId,
  openSqliteStore,
  restoreBackup,
  type SqliteStore,
  sealKeyId,
} from '@bartizan/adapters/store';
import {
  choice,
  err,
  type Failure,
  failure,
  inline,
  ok,
  optional,
  parser,
  type Result,
  systemScope,
  text,
} from '@bartizan/contracts';

/**
 * Work on the data of a stopped controller, as its user: one JSON object on standard input, one JSON line as answer.
 * `bartizan restore`, `key rotate` and the offline check of the audit chain start it; so does whoever finds the key of a
 * rotation that did not come to its end (`which-key`).
 */
const parseRequest = parser(
  inline('An operation', {
    operation: choice(['restore', 'rotate-key', 'which-key', 'verify-audit'], 'What to do'),
    dataDir: text('Folder of the data', 4096),
    dataKey: text('Key, base64', 64),
    file: optional(text('Backup to restore', 4096)),
    passphrase: optional(text('Its passphrase', 1024)),
    newDataKey: optional(text('New key, base64', 64)),
  }),
);
type Request = Extract<ReturnType<typeof parseRequest>, { ok: true }>['value'];

const INPUT_MAX = 64 * 1024;
const KEY_BYTES = 32;
const SCOPE = systemScope('maintenance');
const clock = { nowMs: () => Date.now() };

async function readRequest(): Promise<Result<Request, Failure>> {
  let input = '';
  for await (const part of process.stdin) {
    input += String(part);
    if (input.length > INPUT_MAX) return err(failure('E_BODY_TOO_LARGE', 'standard input'));
  }
  try {
    const parsed = parseRequest(JSON.parse(input));
    return parsed.ok
      ? parsed
      : err(failure('E_BODY_INVALID', `${parsed.error[0]?.pointer} ${parsed.error[0]?.detail}`));
  } catch {
    return err(failure('E_BODY_INVALID', 'standard input is not JSON'));
  }
}

const keyOf = (base64: string | undefined): Result<Buffer, Failure> => {
  const key = Buffer.from(base64 ?? '', 'base64');
  return key.length === KEY_BYTES ? ok(key) : err(failure('E_KEY_MISSING', 'the key does not have 32 bytes'));
};

async function withStore<T>(
  dataDir: string,
  sealKey: Buffer,
  work: (store: SqliteStore) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const store = await openSqliteStore({ dataDir, clock, sealKey });
  if (!store.ok) return store;
  try {
    return await work(store.value);
  } finally {
    await store.value.close();
  }
}

/** Leaves a record of what was done: nothing changes without one. */
async function journal(
  store: SqliteStore,
  action: string,
  detail: string,
): Promise<Result<unknown, Failure>> {
  return store.audit.append(SCOPE, {
    tenant: 'default',
    atMs: clock.nowMs(),
    actor: 'root',
    actorKind: 'local-root',
    action,
    target: 'store',
    outcome: 'success',
    detail,
  });
}

async function restore(request: Request, key: Buffer): Promise<Result<object, Failure>> {
  const { file = '', passphrase = '', dataDir } = request;
  const restored = await restoreBackup({ path: file, passphrase, dataDir, sealKey: key });
  if (!restored.ok) return restored;
  const recorded = await withStore(dataDir, key, (store) =>
    journal(store, 'backup.restore', `${restored.value.files} files`),
  );
  return recorded.ok ? ok(restored.value) : recorded;
}

async function rotate(request: Request, key: Buffer): Promise<Result<object, Failure>> {
  const next = keyOf(request.newDataKey);
  if (!next.ok) return next;
  return withStore(request.dataDir, key, async (store) => {
    const recorded = await journal(store, 'key.rotate', 'all sealed settings');
    if (!recorded.ok) return recorded;
    const rotated = await store.rotateKey(next.value);
    return rotated.ok ? ok({ resealed: rotated.value }) : rotated;
  });
}

/** Which of the two keys opens the data; `data-key` also when none is noted, as a rotation always notes its own. */
function whichKey(request: Request, key: Buffer): Result<object, Failure> {
  const next = keyOf(request.newDataKey);
  if (!next.ok) return next;
  const noted = notedKeyId(request.dataDir);
  if (!noted.ok) return noted;
  if (noted.value === sealKeyId(next.value)) return ok({ opens: 'new-data-key' });
  const isOld = noted.value === undefined || noted.value === sealKeyId(key);
  return ok({ opens: isOld ? 'data-key' : 'neither' });
}

async function perform(request: Request): Promise<Result<object, Failure>> {
  const key = keyOf(request.dataKey);
  if (!key.ok) return key;
  if (request.operation === 'restore') return restore(request, key.value);
  if (request.operation === 'rotate-key') return rotate(request, key.value);
  if (request.operation === 'which-key') return whichKey(request, key.value);
  return withStore(request.dataDir, key.value, (store) => store.audit.verify(SCOPE));
}

const request = await readRequest();
const done = request.ok ? await perform(request.value) : request;
const answer = done.ok
  ? { done: true, ...done.value }
  : { done: false, code: done.error.code, detail: done.error.detail };
process.stdout.write(`${JSON.stringify(answer)}\n`);
process.exitCode = done.ok ? 0 : 1;
