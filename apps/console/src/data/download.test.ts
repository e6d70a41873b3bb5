// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { exportList } from './download.ts';

let saved: Blob[] = [];

/** A controller that answers page after page, the last one where `pages` ends. */
const answering = (pages: readonly object[], wait = { next: 0 }): void =>
  vi.stubGlobal('fetch', () => {
    const page = pages[wait.next];
    wait.next += 1;
    return Promise.resolve(new Response(JSON.stringify(page), { status: 200 }));
  });
const exported = async (): Promise<unknown[]> => {
  await exportList('finding.groups', { query: {} }, 'json');
  return JSON.parse((await saved[0]?.text()) ?? '');
};

beforeEach(() => {
  saved = [];
  // The address of a file is given back after a while.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  vi.stubGlobal('document', { createElement: () => ({ click: () => undefined }) });
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    if (blob instanceof Blob) saved.push(blob);
    return 'blob:1';
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it('a JSON holds the items of all pages as they are', async () => {
  answering([{ items: [{ key: 'a' }], next: 'c' }, { items: [{ key: 'b' }] }]);
  expect(await exported()).toEqual([{ key: 'a' }, { key: 'b' }]);
});

it('a JSON of a list that is not whole says so in each item', async () => {
  answering([{ items: [{ key: 'a' }], next: 'c', isTotalLowerBound: true }, { items: [{ key: 'b' }] }]);
  expect(await exported()).toEqual([
    { key: 'a', 'export.complete': false },
    { key: 'b', 'export.complete': false },
  ]);
});

it('a JSON of a list for which not all was read says so in each item', async () => {
  answering([{ items: [{ key: 'a' }], unreadable: ['ClusterRoleBinding'] }]);
  expect(await exported()).toEqual([{ key: 'a', 'export.complete': false }]);
  answering([{ items: [{ key: 'a' }], unreadable: [] }]);
  saved = [];
  expect(await exported()).toEqual([{ key: 'a' }]);
});

it('a JSON that ends before its list does says so in each item', async () => {
  answering(Array.from({ length: 1_001 }, (_, n) => ({ items: [{ n }], next: String(n) })));
  const items = await exported();
  expect(items).toHaveLength(1_000);
  expect(items.at(-1)).toEqual({ n: 999, 'export.complete': false });
});
