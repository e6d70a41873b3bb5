// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setImmediate } from 'node:timers/promises';
import { QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GAP, hearLive, startLive } from './live.ts';
import { queryClient } from './queries.ts';

const NAME = 'bartizan-live';

/** A stream that says what the test has it say. */
class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Stream[] = [];
  readonly readyState = 1;
  constructor() {
    super();
    Stream.opened.push(this);
  }
  close(): void {
    // Nothing is connected.
  }
  say(name: string): void {
    this.dispatchEvent(new MessageEvent(name, { data: '{}' }));
  }
}
const theStream = (): Promise<Stream> =>
  vi.waitFor(() => {
    const [stream] = Stream.opened;
    if (stream === undefined) throw new Error('no stream is open');
    return stream;
  });

/** Another tab: what it hears, and whether it holds the stream. */
const otherTab = () => {
  const heard: string[] = [];
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener('message', ({ data }) => heard.push(data.kind));
  let letGo = (): void => undefined;
  const hold = (): Promise<void> =>
    new Promise((holds) => {
      void navigator.locks.request(NAME, () => {
        holds();
        return new Promise<void>((resolve) => {
          letGo = resolve;
        });
      });
    });
  return { channel, heard, hold, letGo: () => letGo() };
};

let other: ReturnType<typeof otherTab>;
let stop = (): void => undefined;
let hide: (() => void)[] = [];
/** How often a list that is shown was asked again. */
const asked = { 'finding.list': 0, 'event.list': 0 };
const KEPT = ['finding.list', 'event.list'] as const;
/** Shows a list whose answer is there already. */
const show = (route: (typeof KEPT)[number]): (() => void) => {
  const queryKey = [route, null, null];
  queryClient.setQueryData(queryKey, 'first');
  const queryFn = () => {
    asked[route] += 1;
    return 'again';
  };
  return new QueryObserver(queryClient, { queryKey, queryFn }).subscribe(() => undefined);
};
const isOld = () => queryClient.getQueryState(['event.list', null, null])?.isInvalidated;

beforeEach(() => {
  vi.stubGlobal('EventSource', Stream);
  Object.assign(asked, { 'finding.list': 0, 'event.list': 0 });
  hide = KEPT.map(show);
  Stream.opened = [];
  other = otherTab();
});
afterEach(async () => {
  stop();
  for (const one of hide) one();
  queryClient.clear();
  other.letGo();
  other.channel.close();
  vi.unstubAllGlobals();
  // The lock is free again before the next test asks for it.
  await navigator.locks.request(NAME, () => undefined);
});

describe('a gap in the live stream', () => {
  it.each(['reset', 'dropped', 'ended'])('that is told by %s makes every tab ask again', async (name) => {
    stop = startLive();
    const stream = await theStream();
    stream.say('open');
    expect(asked['finding.list']).toBe(0);
    stream.say(name);
    await vi.waitFor(() => expect(asked['finding.list']).toBe(1));
    await vi.waitFor(() => expect(other.heard).toContain('reset'));
  });

  it('that another tab tells of makes this one ask again', async () => {
    await other.hold();
    stop = startLive();
    await vi.waitFor(() => expect(other.heard).toContain('ask'));
    other.channel.postMessage({ kind: 'reset' });
    await vi.waitFor(() => expect(asked['finding.list']).toBe(1));
    expect(Stream.opened).toEqual([]);
  });

  it('between the tab that held the stream and the one that takes over makes every tab ask again, once', async () => {
    await other.hold();
    stop = startLive();
    await vi.waitFor(() => expect(other.heard).toContain('ask'));
    other.letGo();
    const stream = await theStream();
    expect(asked['finding.list']).toBe(0);
    stream.say('open');
    await vi.waitFor(() => expect(asked['finding.list']).toBe(1));
    await vi.waitFor(() => expect(other.heard).toContain('reset'));
    // The browser comes back by itself, with the place where it was: the controller gives it what it missed.
    stream.say('error');
    stream.say('open');
    await setImmediate();
    expect(asked['finding.list']).toBe(1);
  });

  it('leaves a list of events as it is shown, marks it old and tells its page', async () => {
    const told: string[] = [];
    hide.push(hearLive(({ topic }) => told.push(topic)));
    stop = startLive();
    const stream = await theStream();
    stream.say('open');
    expect(isOld()).toBe(false);
    expect(told).toEqual([]);
    stream.say('reset');
    await vi.waitFor(() => expect(asked['finding.list']).toBe(1));
    await setImmediate();
    expect(asked['event.list']).toBe(0);
    expect(isOld()).toBe(true);
    expect(told).toEqual([GAP]);
  });
});
