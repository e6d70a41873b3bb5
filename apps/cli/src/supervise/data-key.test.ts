// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, failure, ok } from '@bartizan/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InstancePaths, instancePaths } from '../instance/paths.ts';
import { type Maintain, rotateDataKey, settleDataKey } from './data-key.ts';

const OLD = Buffer.alloc(32, 1).toString('base64');
const NEW = Buffer.alloc(32, 2).toString('base64');
const OTHER = Buffer.alloc(32, 3).toString('base64');
const killed = err(failure('E_INTERNAL', ''));

let folder = '';
let paths: InstancePaths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-data-key-'));
  const found = instancePaths({ BARTIZAN_ETC_DIR: folder });
  if (!found.ok) throw new Error(found.error.detail);
  paths = found.value;
  mkdirSync(paths.etc);
  writeFileSync(join(paths.etc, 'data.key'), `${OLD}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const key = (): string => readFileSync(join(paths.etc, 'data.key'), 'utf8').trim();
const nextPath = (): string => join(paths.etc, 'data.key.next');
const next = (): string | undefined =>
  existsSync(nextPath()) ? readFileSync(nextPath(), 'utf8').trim() : undefined;

/** A store that is sealed with one key, and a program that ends as it is told. */
function store(sealedWith: string, rotate: 'fine' | 'killed-after-commit' | 'killed-before' = 'fine') {
  let sealed = sealedWith;
  const maintain: Maintain = async ({ operation, newDataKey }) => {
    if (operation === 'which-key') {
      const opens = { [key()]: 'data-key', [newDataKey]: 'new-data-key' }[sealed] ?? 'neither';
      return ok({ done: true, opens });
    }
    if (rotate !== 'killed-before') sealed = newDataKey;
    return rotate === 'fine' ? ok({ done: true }) : killed;
  };
  return { maintain, sealed: () => sealed };
}

describe('a rotation', () => {
  it.each(['fine', 'killed-after-commit', 'killed-before'] as const)(
    'leaves the key that opens the data when its program ends %s',
    async (rotate) => {
      const { maintain, sealed } = store(OLD, rotate);
      const done = await rotateDataKey(paths, maintain);
      expect([done.ok, key(), next()]).toEqual([rotate !== 'killed-before', sealed(), undefined]);
    },
  );

  it('keeps both keys when nobody can say which one opens the data', async () => {
    expect(await rotateDataKey(paths, async () => killed)).toEqual(killed);
    expect([key(), next()?.length]).toEqual([OLD, OLD.length]);
  });

  it('never writes over a key that waits and may be the only one', async () => {
    writeFileSync(nextPath(), `${NEW}\n`);
    expect(await rotateDataKey(paths, async () => killed)).toEqual(killed);
    expect([key(), next()]).toEqual([OLD, NEW]);
  });
});

describe('what a rotation that was cut off left', () => {
  it.each([
    ['the new key becomes the key when it opens the data', NEW, NEW, undefined],
    ['the new key goes when the old one opens the data', OLD, OLD, undefined],
    ['both keys stay when neither opens the data', OTHER, OLD, NEW],
  ])('is settled: %s', async (_name, sealedWith, keyAfter, nextAfter) => {
    writeFileSync(nextPath(), `${NEW}\n`);
    const settled = await settleDataKey(paths, store(sealedWith).maintain);
    expect([settled.ok, key(), next()]).toEqual([sealedWith !== OTHER, keyAfter, nextAfter]);
  });

  it('is nothing most of the time, and then nobody is asked', async () => {
    const asked: Maintain = () => Promise.reject(new Error('asked'));
    expect(await settleDataKey(paths, asked)).toEqual({ ok: true, value: 'nothing-waited' });
  });
});
