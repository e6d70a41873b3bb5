// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLive } from './live.ts';
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
const askAgain = vi.spyOn(queryClient, 'invalidateQueries');

beforeEach(() => {
  vi.stubGlobal('EventSource', Stream);
  askAgain.mockReset().mockResolvedValue();
  Stream.opened = [];
  other = otherTab();
});
afterEach(async () => {
  stop();
  other.letGo();
  other.channel.close();
  vi.unstubAllGlobals();
  // The lock is free again before the next test asks for it.
  await navigator.locks.request(NAME, () => undefined);
});

afterAll(() => {
  askAgain.mockRestore();
});

describe('a gap in the live stream', () => {
  it.each(['reset', 'dropped', 'ended'])('that is told by %s makes every tab ask again', async (name) => {
    stop = startLive();
    const stream = await theStream();
    stream.say('open');
    expect(askAgain).not.toHaveBeenCalled();
    stream.say(name);
    expect(askAgain).toHaveBeenCalledWith();
    await vi.waitFor(() => expect(other.heard).toContain('reset'));
  });

  it('that another tab tells of makes this one ask again', async () => {
    await other.hold();
    stop = startLive();
    await vi.waitFor(() => expect(other.heard).toContain('ask'));
    other.channel.postMessage({ kind: 'reset' });
    await vi.waitFor(() => expect(askAgain).toHaveBeenCalledWith());
    expect(Stream.opened).toEqual([]);
  });

  it('between the tab that held the stream and the one that takes over makes every tab ask again, once', async () => {
    await other.hold();
    stop = startLive();
    await vi.waitFor(() => expect(other.heard).toContain('ask'));
    other.letGo();
    const stream = await theStream();
    expect(askAgain).not.toHaveBeenCalled();
    stream.say('open');
    expect(askAgain).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => expect(other.heard).toContain('reset'));
    // The browser comes back by itself, with the place where it was: the controller gives it what it missed.
    stream.say('error');
    stream.say('open');
    expect(askAgain).toHaveBeenCalledTimes(1);
  });
});
