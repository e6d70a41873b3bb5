// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { aNode } from '@bartizan/testkit/store';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../ports.ts';
import { UnstoredNodes } from './unstored-nodes.ts';

const stored = aNode({ id: 'n-1', firstSeenAtMs: 1, lastSeenAtMs: 10 });
const owner = { cluster: stored.cluster, tenant: stored.tenant, node: 'n-1' };
const said = { ...stored, name: 'newer', lastSeenAtMs: 1000 };

let changes: Change[] = [];
let refused: string[] = [];
let news: UnstoredNodes;
beforeEach(() => {
  changes = [];
  refused = [];
  const ignore = (): void => undefined;
  news = new UnstoredNodes({
    clock: { nowMs: () => 5000 },
    log: { debug: ignore, info: ignore, error: ignore, warn: (_, message) => void refused.push(message) },
    publish: (change) => void changes.push(change),
  });
});

describe('what a node says while its records are not taken', () => {
  it('is shown in place of what is stored, marked, and told to who is looking', () => {
    news.take(owner, said);
    const shown = news.newest(stored);
    expect(shown).toEqual({ ...said, lastSeenAtMs: 5000, firstSeenAtMs: 1, notStored: true });
    expect(changes).toMatchObject([{ topic: 'node', tenant: stored.tenant, data: { notStored: true } }]);
    expect(news.newest(aNode({ id: 'n-2' })).notStored).toBeUndefined();
  });

  it('ends with a stored report that is as new, not with an older one of the queue', () => {
    news.take(owner, said);
    news.stored(owner, 999);
    expect(news.newest(stored).name).toBe('newer');
    news.stored(owner, 1000);
    expect(news.newest(stored)).toBe(stored);
  });

  it('ends with the stream of the node', () => {
    news.take(owner, said);
    news.gone(owner);
    expect(news.newest(stored)).toBe(stored);
  });

  it('is never believed of another node, cluster or tenant', () => {
    news.take(owner, { ...said, cluster: 'elsewhere', tenant: 'somebody' });
    expect(news.newest(stored)).toMatchObject({ cluster: stored.cluster, tenant: stored.tenant });
    news.gone(owner);
    for (const bad of [{ ...said, id: 'n-2' }, { ...said, state: 'dancing' }, undefined, 'n-1', []])
      news.take(owner, bad);
    expect(news.newest(stored)).toBe(stored);
    expect(refused).toHaveLength(5);
  });
});
