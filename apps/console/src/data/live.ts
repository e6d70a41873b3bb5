// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecurityEvent } from '@bartizan/contracts';
import { useEffect, useSyncExternalStore } from 'react';
import { queryClient } from './queries.ts';

const EVENT_LIST = 'event.list';

/** Topics of the live stream and the routes whose answers a change of that topic makes old. */
const STALE_ROUTES: Readonly<Record<string, readonly string[]>> = {
  security: [EVENT_LIST, 'event.histogram', 'system.status'],
  workload: [
    'workload.list',
    'workload.show',
    'map.show',
    'container.list',
    'image.list',
    'image.show',
    'package.list',
  ],
  finding: [
    'finding.list',
    'finding.groups',
    'finding.show',
    'image.list',
    'image.show',
    'image.base',
    'scorecard.show',
    'scorecard.control',
    'system.status',
  ],
  image: [
    'image.list',
    'image.show',
    'image.base',
    'image.licences',
    'image.packages',
    'package.list',
    'package.places',
  ],
  node: ['node.list', 'node.show'],
  status: ['system.status', 'advisory.status', 'registry.list', 'access.requests', 'access.request'],
};
export const TOPICS = Object.keys(STALE_ROUTES);
/** The topic under which listeners hear that messages were missed. */
export const GAP = 'gap';
/** Answers are marked old at most this often a topic, however fast changes come. */
const STALE_EVERY_MS = 2_000;

export interface LiveMessage {
  readonly topic: string;
  readonly data: unknown;
}
export type LiveState = 'connecting' | 'open' | 'lost';

type Listener = (message: LiveMessage) => void;
const listeners = new Set<Listener>();
const stateListeners = new Set<() => void>();
let state: LiveState = 'connecting';
const setState = (next: LiveState): void => {
  state = next;
  for (const listener of stateListeners) listener();
};

const pending = new Set<string>();
const markStale = (topic: string): void => {
  if (pending.has(topic)) return;
  pending.add(topic);
  setTimeout(() => {
    pending.delete(topic);
    const routes = STALE_ROUTES[topic] ?? [];
    // Event lists are not refetched under the reader's pointer: the page offers "n new" instead.
    const quiet = topic === 'security' ? routes.filter((route) => route !== EVENT_LIST) : routes;
    for (const route of quiet) void queryClient.invalidateQueries({ queryKey: [route] });
  }, STALE_EVERY_MS);
};

const deliver = (message: LiveMessage): void => {
  markStale(message.topic);
  for (const listener of listeners) listener(message);
};

const parseData = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What the tab that holds the stream tells the others; `ask` is what a new tab asks all of them. */
type Told =
  | { readonly kind: 'state'; readonly state: LiveState }
  | { readonly kind: 'message'; readonly message: LiveMessage }
  | { readonly kind: 'reset' }
  | { readonly kind: 'ask' };
const NAME = 'bartizan-live';

/**
 * Every answer may be old: changes were missed, or the session ended. Event lists are marked and asked again when they
 * are shown next; where one is shown now, its page hears of the gap and does as with events that came.
 */
const askAgain = (): void => {
  void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== EVENT_LIST });
  void queryClient.invalidateQueries({ queryKey: [EVENT_LIST], refetchType: 'none' });
  for (const listener of listeners) listener({ topic: GAP, data: undefined });
};

interface Lead {
  readonly tell: (told: Told) => void;
  readonly signal: AbortSignal;
  /** Another tab held the stream before: what came between the two, nobody has heard. */
  readonly takesOver: boolean;
}

/** Opens the one stream of this browser and hands what arrives to the other tabs. */
const lead = ({ tell, signal, takesOver }: Lead): Promise<void> =>
  new Promise((resolve) => {
    const source = new EventSource(`/api/v1/live?topics=${TOPICS.join(',')}`);
    const show = (next: LiveState): void => {
      setState(next);
      tell({ kind: 'state', state: next });
    };
    const reset = (): void => {
      askAgain();
      tell({ kind: 'reset' });
    };
    if (takesOver) {
      show('connecting');
      source.addEventListener('open', reset, { once: true });
    }
    source.addEventListener('open', () => show('open'));
    source.addEventListener('error', () =>
      show(source.readyState === EventSource.CLOSED ? 'lost' : 'connecting'),
    );
    for (const name of ['reset', 'dropped', 'ended']) source.addEventListener(name, reset);
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) => {
        const message = { topic, data: parseData(event.data) };
        deliver(message);
        tell({ kind: 'message', message });
      });
    }
    signal.addEventListener('abort', () => {
      source.close();
      resolve();
    });
  });

/** Holds the stream, at once where no other tab does, or as soon as that one is gone. */
const holdStream = async (tell: Lead['tell'], signal: AbortSignal): Promise<void> => {
  const hold = async (takesOver: boolean): Promise<void> => {
    if (!signal.aborted) await lead({ tell, signal, takesOver });
  };
  const wasFree = await navigator.locks.request(NAME, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await hold(false);
    return lock !== null;
  });
  if (!wasFree) await navigator.locks.request(NAME, { signal }, () => hold(true));
};

/** Starts the live stream; of several tabs one holds the connection (Web Locks), the rest listen. */
export const startLive = (): (() => void) => {
  const abort = new AbortController();
  const channel = new BroadcastChannel(NAME);
  const tell = (told: Told): void => channel.postMessage(told);
  channel.addEventListener('message', ({ data }: MessageEvent<Told>) => {
    if (data.kind === 'state') setState(data.state);
    else if (data.kind === 'message') deliver(data.message);
    else if (data.kind === 'reset') askAgain();
    else tell({ kind: 'state', state });
  });
  tell({ kind: 'ask' });
  holdStream(tell, abort.signal).catch(() => undefined);
  return () => {
    abort.abort();
    channel.close();
  };
};

/** State of the stream, for the live switch. */
export const useLiveState = (): LiveState =>
  useSyncExternalStore(
    (notify) => {
      stateListeners.add(notify);
      return () => stateListeners.delete(notify);
    },
    () => state,
  );

/** A security event as it came over the stream; anything else is refused here. */
export const asSecurityEvent = (data: unknown): SecurityEvent | undefined => {
  if (typeof data !== 'object' || data === null) return undefined;
  const record: Record<string, unknown> = { ...data };
  const whole = typeof record['id'] === 'string' && record['kind'] === 'security' && 'decision' in record;
  return whole ? (data as SecurityEvent) : undefined;
};

/** Calls `listener` for each message, until what is given back is called. */
export const hearLive = (listener: Listener): (() => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** Calls `listener` for each message while the component is shown. */
export const useLive = (listener: Listener): void => {
  useEffect(() => hearLive(listener), [listener]);
};
