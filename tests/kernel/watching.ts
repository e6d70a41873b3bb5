// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setTimeout as pause } from 'node:timers/promises';
import {
  type SensorEvent,
  type SensorEventKind,
  type SensorHandle,
  startSensor,
  type WatchedPath,
} from '@bartizan/host/sensor';
import { builtSensor } from './built-sensor.ts';

/** An event of one kind. */
export type EventOf<K extends SensorEventKind> = SensorEvent & Readonly<{ kind: K }>;

/** A running sensor and what it saw. */
export type Watching = Readonly<{
  sensor: SensorHandle;
  events: SensorEvent[];
  /** Waits for an event of a kind; throws after 20 s. */
  find: <K extends SensorEventKind>(kind: K, matches: (event: EventOf<K>) => boolean) => Promise<EventOf<K>>;
  /** All events of a kind up to now. */
  all: <K extends SensorEventKind>(kind: K) => EventOf<K>[];
}>;

const isKind =
  <K extends SensorEventKind>(kind: K) =>
  (event: SensorEvent): event is EventOf<K> =>
    event.kind === kind;

/** Waits until something holds; throws after the limit. */
export async function until(holds: () => boolean, what: string, limitMs = 20_000): Promise<void> {
  for (const start = performance.now(); !holds(); await pause(10)) {
    if (performance.now() - start > limitMs) throw new Error(`waited ${limitMs} ms for ${what}`);
  }
}

/** Starts the sensor and waits until it has told what runs; in a virtual machine that takes minutes. */
export async function watch(
  watchedPaths: readonly WatchedPath[] = [],
  { binaryPath = builtSensor(), startMs = 20_000 } = {},
): Promise<Watching> {
  const events: SensorEvent[] = [];
  const sensor = startSensor({ binaryPath, watchedPaths, onEvent: (event) => events.push(event) });
  await until(() => sensor.stats().snapshotDone, 'the sensor to start', startMs);
  const pong = await sensor.ping();
  if (!pong.ok) throw new Error(pong.error.detail);
  const all = <K extends SensorEventKind>(kind: K): EventOf<K>[] => events.filter(isKind(kind));
  return {
    sensor,
    events,
    all,
    find: async (kind, matches) => {
      let found: EventOf<typeof kind> | undefined;
      await until(() => {
        found = all(kind).find(matches);
        return found !== undefined;
      }, `an event of kind ${kind}`);
      if (found === undefined) throw new Error('unreachable');
      return found;
    },
  };
}
