// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecurityEvent } from '@bartizan/contracts';
import { useEffect, useSyncExternalStore } from 'react';
import { queryClient } from './queries.ts';

/** Topics of the live stream and the routes whose answers a change of that topic makes old. */
const STALE_ROUTES: Readonly<Record<string, readonly string[]>> = {
  security: ['event.list', 'event.histogram', 'system.status'],
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
    const quiet = topic === 'security' ? routes.filter((route) => route !== 'event.list') : routes;
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

/** Opens the one stream of this browser and hands what arrives to the other tabs. */
const lead = (channel: BroadcastChannel, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const source = new EventSource(`/api/v1/live?topics=${TOPICS.join(',')}`);
    const tell = (next: LiveState): void => {
      setState(next);
      channel.postMessage({ kind: 'state', state: next });
    };
    source.addEventListener('open', () => tell('open'));
    source.addEventListener('error', () =>
      tell(source.readyState === EventSource.CLOSED ? 'lost' : 'connecting'),
    );
    // The past was not complete, or the session ended: ask everything again.
    for (const name of ['reset', 'dropped', 'ended']) {
      source.addEventListener(name, () => void queryClient.invalidateQueries());
    }
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) => {
        const message = { topic, data: parseData(event.data) };
        deliver(message);
        channel.postMessage({ kind: 'message', message });
      });
    }
    signal.addEventListener('abort', () => {
      source.close();
      resolve();
    });
  });

/** Starts the live stream; of several tabs one holds the connection (Web Locks), the rest listen. */
export const startLive = (): (() => void) => {
  const abort = new AbortController();
  const channel = new BroadcastChannel('bartizan-live');
  channel.addEventListener(
    'message',
    (event: MessageEvent<{ kind: string; state?: LiveState; message?: LiveMessage }>) => {
      if (event.data.kind === 'state' && event.data.state !== undefined) setState(event.data.state);
      if (event.data.kind === 'message' && event.data.message !== undefined) deliver(event.data.message);
      if (event.data.kind === 'ask') channel.postMessage({ kind: 'state', state });
    },
  );
  channel.postMessage({ kind: 'ask' });
  void navigator.locks
    .request('bartizan-live', { signal: abort.signal }, () => lead(channel, abort.signal))
    .catch(() => undefined);
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

/** Calls `listener` for each message while the component is shown. */
export const useLive = (listener: Listener): void => {
  useEffect(() => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, [listener]);
};
