// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { InspectStatus, SensorStatus } from '@bartizan/contracts';
import { toldOf } from '@bartizan/contracts/result';
import { cutText, inLanguage } from '@bartizan/contracts/words';
import { type Clock, exists, type Logger, readObject, readText } from '@bartizan/host';
import {
  type SensorEvent,
  type SensorHandle,
  type SensorInspect,
  startSensor,
  type WatchedPath,
} from '@bartizan/host/sensor';

/** What the link needs and tells. */
export interface SensorLinkOptions {
  readonly binaryPath: string;
  /** File in which the builder of the sensor says how far it is: {state, reason}. */
  readonly statusPath: string | undefined;
  readonly hasTypeInformation: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onEvent: (event: SensorEvent) => void;
  readonly onChange: () => void;
}

/** The sensor, from before it is built to its end. */
export interface SensorLink {
  readonly status: () => SensorStatus;
  /** The sensor and its inspect worker, as far as they run. */
  readonly pids: () => readonly number[];
  /** Events come from the kernel now. */
  readonly isRunning: () => boolean;
  readonly watch: (paths: readonly string[]) => void;
  readonly stop: () => Promise<void>;
}

const LOOK_EVERY_MS = 1000;
const STATES = ['building', 'off', 'failed'] as const;

/** How the building of the sensor stands; without a word of the builder it is simply not there. */
export const buildState = (path: string | undefined): Pick<SensorStatus, 'state' | 'reason'> => {
  const content = path === undefined ? undefined : readText(path, 65_536);
  const fields = content?.ok ? readObject(content.value) : undefined;
  const state = STATES.find((one) => one === fields?.text('state', 32)) ?? 'off';
  const told = fields?.object('reason');
  const reason = told
    ? { en: told.text('en', 1000), ja: told.text('ja', 1000) }
    : (fields?.text('reason', 1000) ?? '');
  return inLanguage(reason, 'en') === '' ? { state } : { state, reason };
};

const watched = (paths: readonly string[]): WatchedPath[] => paths.map((path) => ({ path, access: 'both' }));

/** The inspect worker as the contracts describe it. */
export const inspectStatusOf = (inspect: SensorInspect): InspectStatus => ({
  state: inspect.state,
  restarts: inspect.restarts,
  flowsTotal: inspect.flows,
  recognisedTotal: inspect.recognised,
  unknownTotal: inspect.unknown,
  skippedTotal: inspect.skipped,
  lostTotal: inspect.lost + inspect.dropped,
});

class Link implements SensorLink {
  readonly #options: SensorLinkOptions;
  readonly #stopTimer: () => void;
  #handle: SensorHandle | undefined;
  #paths: readonly string[] = [];
  #state = '';
  #stopped = false;

  constructor(options: SensorLinkOptions) {
    this.#options = options;
    this.#stopTimer = options.clock.every(LOOK_EVERY_MS, () => this.#look());
    this.#look();
  }

  status(): SensorStatus {
    const stats = this.#handle?.stats();
    if (!stats) {
      const counts = { programs: [], eventsTotal: 0, lostInKernelTotal: 0, shedTotal: 0, malformedTotal: 0 };
      return { ...buildState(this.#options.statusPath), ...counts };
    }
    const beat = stats.lastHeartbeat;
    const failure = stats.state === 'running' ? undefined : stats.lastFailure;
    return {
      state: ({ running: 'running', starting: 'starting', waiting: 'failed', stopped: 'off' } as const)[
        stats.state
      ],
      ...(failure ? { reason: cutText(toldOf(failure), 1000) } : {}),
      ...(stats.version === '' ? {} : { version: stats.version.slice(0, 64) }),
      programs: stats.programs.map(({ name, loaded, reason: why }) => ({
        name: name.slice(0, 64),
        loaded,
        ...(why === '' ? {} : { reason: why.slice(0, 512) }),
      })),
      eventsTotal: stats.events + stats.ignored,
      lostInKernelTotal: stats.losses.inKernel,
      shedTotal: stats.losses.shed,
      malformedTotal: stats.malformedFrames + stats.losses.malformed,
      // Of a sensor that does not run nothing is known: its last word would look like now.
      ...(beat && stats.state === 'running' ? { inspect: inspectStatusOf(beat.inspect) } : {}),
    };
  }

  pids(): readonly number[] {
    const stats = this.#handle?.stats();
    const worker = stats?.state === 'running' ? stats.lastHeartbeat?.inspect.pid : undefined;
    return [stats?.pid ?? 0, worker ?? 0].filter((pid) => pid !== 0);
  }

  isRunning(): boolean {
    return this.#handle?.stats().state === 'running';
  }

  watch(paths: readonly string[]): void {
    if (paths.join('\n') === this.#paths.join('\n')) return;
    this.#paths = paths;
    void this.#handle?.setWatchedPaths(watched(paths)).then((outcome) => {
      if (!outcome.ok)
        this.#options.logger.warn('watched paths were refused', { detail: outcome.error.detail });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopTimer();
    await this.#handle?.stop();
  }

  /** Starts the program once it is there, and tells when its state is another. */
  #look(): void {
    const { binaryPath, hasTypeInformation, logger, onEvent, onChange } = this.#options;
    if (!this.#handle && !this.#stopped && hasTypeInformation && exists(binaryPath)) {
      this.#handle = startSensor({
        binaryPath,
        watchedPaths: watched(this.#paths),
        onEvent,
        onExit: (reason) => logger.warn('sensor', { code: reason.code, detail: reason.detail }),
        onState: () => onChange(),
      });
    }
    const { state, reason, inspect } = this.status();
    const key = `${state} ${reason === undefined ? '' : inLanguage(reason, 'en')} ${inspect?.state} ${inspect?.restarts}`;
    if (key === this.#state) return;
    this.#state = key;
    onChange();
  }
}

/** Waits for the sensor and keeps it running. */
export const linkSensor = (options: SensorLinkOptions): SensorLink => new Link(options);
