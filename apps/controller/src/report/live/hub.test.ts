// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { aUser } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Caller } from '../access/caller.ts';
import type { StreamSink } from '../api/route-handler.ts';
import { LiveHub } from './hub.ts';

const caller: Caller = {
  kind: 'user',
  name: 'aiko',
  id: 'u-1',
  tenant: 'default',
  cluster: 'local',
  permissions: ['events:read'],
  user: aUser(),
};
const own = { cluster: 'local', tenant: 'default' };
let valid = true;
let hub: LiveHub;

beforeEach(() => {
  vi.useFakeTimers();
  valid = true;
  hub = new LiveHub({ nowMs: () => 1_000_000 }, () => Promise.resolve(valid));
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

interface Client {
  text: string;
  pending: number;
  ended: boolean;
  closed: boolean;
  leave: () => void;
}
function join(topics = '', who = caller, lastEventId?: string): Client {
  const client: Client = { text: '', pending: 0, ended: false, closed: false, leave: () => undefined };
  const sink: StreamSink = {
    lastEventId,
    pendingBytes: () => client.pending,
    isClosed: () => client.closed,
    write: (chunk) => {
      client.text += chunk;
    },
    end: () => {
      client.ended = true;
    },
    onClose: (listener) => {
      client.leave = listener;
    },
  };
  const opened = hub.subscribe(who, topics);
  if (!opened.ok) throw new Error(opened.error.code);
  opened.value(sink);
  return client;
}
const dataOf = ({ text }: Client) => [...text.matchAll(/^data: (.*)$/gmu)].map((match) => match[1]);
const idsOf = ({ text }: Client) => [...text.matchAll(/^id: (.*)$/gmu)].map((match) => match[1] ?? '');

describe('the live hub', () => {
  it('sends a change to those who asked for its topic and may see it', () => {
    const all = join();
    const nodes = join('node');
    const stranger = join('', { ...caller, id: 'u-2', tenant: 'other' });
    hub.publish({ topic: 'security', ...own, data: { text: 'two\nlines' } });
    expect(all.text).toContain('event: security\ndata: {"text":"two\\nlines"}\n\n');
    expect(nodes.text).not.toContain('security');
    expect(stranger.text).not.toContain('security');
  });

  it('gives a client that comes back exactly what it missed', () => {
    const first = join();
    for (let at = 0; at < 5; at += 1) hub.publish({ topic: 'node', ...own, data: at });
    const [, , second] = idsOf(first);
    const back = join('', caller, second);
    expect(dataOf(back)).toEqual(['2', '3', '4']);
    expect(idsOf(back)).toEqual(idsOf(first).slice(3));
  });

  it('gives a client that is lost before the first message something to come back with', () => {
    hub.publish({ topic: 'node', ...own, data: 'before' });
    const quiet = join();
    expect(dataOf(quiet)).toEqual([]);
    const [id] = idsOf(quiet);
    quiet.leave();
    hub.publish({ topic: 'node', ...own, data: 'missed' });
    expect(dataOf(join('', caller, id))).toEqual(['"missed"']);
  });

  it('says reset when the past is not complete: another run, the future, or too long ago', () => {
    const first = join();
    hub.publish({ topic: 'node', ...own, data: 'old' });
    const id = idsOf(first).at(-1) ?? '';
    for (const unknown of ['other-1', id.replace(/\d+$/u, '999'), 'nonsense'])
      expect(join('', caller, unknown).text).toContain('event: reset');
    for (let at = 0; at < 2001; at += 1) hub.publish({ topic: 'node', ...own, data: at });
    const late = join('', caller, id);
    expect(late.text).toContain('event: reset');
    expect(late.text).not.toContain('"old"');
  });

  it('drops a client that reads too slowly, and tells it', () => {
    const slow = join();
    slow.pending = 2 * 1024 * 1024;
    hub.publish({ topic: 'node', ...own, data: 1 });
    expect(slow.text).toContain('event: dropped');
    expect(slow.ended).toBe(true);
    expect(hub.counts()).toEqual({ open: 0, droppedTotal: 1 });
  });

  it('shows that it lives, and ends a stream whose login counts no more', async () => {
    const client = join();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(client.text).toContain(': alive');
    valid = false;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(client.text).toContain('event: ended');
    expect(client.ended).toBe(true);
    expect(hub.counts().open).toBe(0);
  });

  it('lets go of a stream that closed without a word', async () => {
    const lost = join();
    const there = join();
    lost.closed = true;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(hub.counts()).toEqual({ open: 1, droppedTotal: 0 });
    expect(there.text).toContain(': alive');
    expect(lost.text).not.toContain(': alive');
  });

  it('refuses unknown topics, and more streams of one caller than a person needs', () => {
    expect(hub.subscribe(caller, 'node,weather')).toMatchObject({
      ok: false,
      error: { code: 'E_BODY_INVALID' },
    });
    const clients = Array.from({ length: 20 }, () => join());
    expect(hub.subscribe(caller, '')).toMatchObject({ ok: false, error: { code: 'E_RATE_LIMIT' } });
    clients[0]?.leave();
    expect(hub.subscribe(caller, '').ok).toBe(true);
  });
});
