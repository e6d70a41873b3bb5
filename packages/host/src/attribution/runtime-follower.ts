// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText, RuntimeStatus } from '@bartizan/contracts';
import { toldOf } from '@bartizan/contracts/result';
import { cutText } from '@bartizan/contracts/words';
import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../log/logger.ts';
import type { Procfs } from '../procfs/procfs.ts';
import { openRuntime, type RuntimePlace } from '../runtimes/registry.ts';
import {
  type ContainerRuntime,
  emptyContainer,
  type RuntimeContainer,
  type RuntimeEvent,
} from '../runtimes/runtime.ts';
import type { KnownContainer } from './container-table.ts';
import { exists } from './inspect.ts';

/** What a follower needs and tells. */
export interface FollowerOptions {
  readonly machine: { readonly procfs: Procfs; readonly keyRoot: string | undefined };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onContainer: (container: RuntimeContainer) => void;
  readonly onEnded: (id: string, atMs: number) => void;
  /** Containers this runtime told of that have not ended. */
  readonly known: () => KnownContainer[];
  /** The runtime has a container of this id that it has not described yet. */
  readonly onAnnounced: (id: string) => void;
  /** Whether this runtime has described the container already. */
  readonly isDescribed: (id: string) => boolean;
  readonly onStatus: () => void;
}

const LIST_EVERY_MS = 15_000;
const LOOK_AGAIN_MS = 2000;
const AFTER_EVENT_MS = 50;
const EVENT_STATES = {
  created: 'created',
  started: 'running',
  ended: 'exited',
  removed: 'exited',
  changed: 'unknown',
} as const;
const EVENT_RETRIES_MS = [15, 60, 200];

/** Follows one runtime: waits for its socket, lists, watches, lists again, and says how it is. */
export class RuntimeFollower {
  readonly settled: Promise<void>;
  readonly #place: RuntimePlace;
  readonly #options: FollowerOptions;
  readonly #runtime: ContainerRuntime;
  readonly #stopTimer: () => void;
  #settle: () => void = () => undefined;
  #state: RuntimeStatus['state'] = 'absent';
  #version = '';
  #reason: LocalText | undefined;
  #stopWatch: (() => void) | undefined;
  #listing = false;
  #listAgain = false;
  #cancelSoon: (() => void) | undefined;
  #listedAtUs = 0;
  #stopped = false;
  #isSettled = false;

  constructor(place: RuntimePlace, options: FollowerOptions) {
    this.#place = place;
    this.#options = options;
    this.#runtime = openRuntime(place, options.machine);
    this.settled = new Promise((resolve) => {
      this.#settle = () => {
        this.#isSettled = true;
        resolve();
      };
    });
    this.#stopTimer = options.clock.every(LOOK_AGAIN_MS, () => void this.#look());
    void this.#look();
  }

  /** Undefined for a second client of the same socket that does not answer there: the first one's state says it all. */
  status(): RuntimeStatus | undefined {
    if (this.#place.client === 'containerd-cri') return undefined;
    return {
      runtime: this.#runtime.kind,
      endpoint: this.#place.endpoint,
      state: this.#state,
      ...(this.#version === '' ? {} : { version: this.#version.slice(0, 128) }),
      ...(this.#reason === undefined ? {} : { reason: cutText(this.#reason, 512) }),
    };
  }

  get client(): RuntimePlace['client'] {
    return this.#place.client;
  }

  /** The runtime answers, or has not been heard yet. */
  mayAnswer(): boolean {
    return this.#state === 'connected' || !this.#isSettled;
  }

  refresh(): void {
    if (this.#state === 'connected') this.#listSoon();
  }

  stop(): void {
    this.#stopped = true;
    this.#stopTimer();
    this.#cancelSoon?.();
    this.#stopWatch?.();
    this.#runtime.close();
  }

  async #look(): Promise<void> {
    if (this.#stopped || this.#listing) return;
    if (this.#place.client === 'runc') this.#watch();
    if (!exists(this.#place.endpoint)) {
      this.#setState('absent', undefined);
      this.#settle();
      return;
    }
    const isDue = this.#options.clock.bootUs() - this.#listedAtUs > LIST_EVERY_MS * 1000;
    if (this.#state !== 'connected' || isDue) await this.#list();
  }

  async #list(): Promise<void> {
    if (this.#listing || this.#stopped) {
      this.#listAgain = true;
      return;
    }
    this.#listing = true;
    try {
      if (this.#state !== 'connected') {
        const version = await this.#runtime.version();
        if (!version.ok) {
          this.#setState('unreachable', toldOf(version.error));
          return;
        }
        this.#version = version.value;
      }
      await this.#takeList();
    } finally {
      this.#listing = false;
      this.#settle();
    }
    if (this.#listAgain) {
      this.#listAgain = false;
      this.#listSoon();
    }
  }

  async #takeList(): Promise<void> {
    const { clock, known, onContainer, onEnded } = this.#options;
    const before = known();
    const listed = await this.#runtime.list();
    if (this.#stopped) return;
    if (!listed.ok) {
      this.#setState('unreachable', toldOf(listed.error));
      return;
    }
    this.#listedAtUs = clock.bootUs();
    this.#setState('connected', undefined);
    this.#watch();
    for (const container of listed.value) onContainer(container);
    const still = new Set(listed.value.map((one) => one.id));
    for (const one of before) {
      if (one.teller === this.#place.client && !still.has(one.id)) onEnded(one.id, clock.wallMs());
    }
  }

  #watch(): void {
    if (this.#stopWatch || this.#stopped) return;
    this.#stopWatch = this.#runtime.watch(
      (event) => void this.#takeEvent(event),
      (reason) => {
        this.#stopWatch = undefined;
        this.#options.logger.debug('runtime events ended', { endpoint: this.#place.endpoint, reason });
      },
    );
  }

  /** What an event is about is asked for at once: it may be gone in some milliseconds. */
  async #takeEvent(event: RuntimeEvent): Promise<void> {
    const { onContainer, onEnded, onAnnounced, clock, isDescribed } = this.#options;
    if (this.#place.client === 'runc' && this.#state !== 'connected') this.#setState('connected', undefined);
    // What the event says is there at once: of a container that it is starting an engine answers nothing until it has.
    const isNew = event.kind === 'created' || event.kind === 'started';
    const isKnown = isDescribed(event.id);
    if (!isKnown && isNew && event.name !== undefined) onContainer(this.#fromEvent(event));
    else if (!isKnown && (isNew || event.kind === 'changed')) onAnnounced(event.id);
    const found = await this.#runtime.find(event.id);
    if (this.#stopped) return;
    if (found) onContainer(found);
    else if (event.kind === 'started' || event.name !== undefined) onContainer(this.#fromEvent(event));
    else if (event.kind === 'changed') this.#findLater(event.id, 0);
    if (event.kind === 'ended' || event.kind === 'removed') onEnded(event.id, event.atMs || clock.wallMs());
  }

  /** A state file is written some milliseconds after its folder. */
  #findLater(id: string, attempt: number): void {
    const delayMs = EVENT_RETRIES_MS[attempt];
    if (delayMs === undefined) return;
    this.#options.clock.after(delayMs, () => {
      void this.#runtime.find(id).then((found) => {
        if (this.#stopped) return;
        if (found) this.#options.onContainer(found);
        else this.#findLater(id, attempt + 1);
      });
    });
  }

  #fromEvent(event: RuntimeEvent): RuntimeContainer {
    return {
      ...emptyContainer(this.#runtime.kind, this.#place.endpoint, event.id),
      name: event.name ?? event.id,
      image: event.image,
      labels: event.labels ?? {},
      state: EVENT_STATES[event.kind],
      endedAtMs: event.kind === 'ended' || event.kind === 'removed' ? event.atMs : undefined,
      pid: event.pid,
      startedAtMs: event.kind === 'started' ? event.atMs : undefined,
    };
  }

  #listSoon(): void {
    // Not put off by the next wish: with many of them it would never come.
    this.#cancelSoon ??= this.#options.clock.after(AFTER_EVENT_MS, () => {
      this.#cancelSoon = undefined;
      void this.#list();
    });
  }

  #setState(state: RuntimeStatus['state'], reason: LocalText | undefined): void {
    if (state !== 'connected') {
      this.#stopWatchUnlessRunc();
    }
    if (this.#state === state && this.#reason?.en === reason?.en) return;
    this.#state = state;
    this.#reason = reason;
    this.#options.onStatus();
  }

  #stopWatchUnlessRunc(): void {
    // The watch of a state folder also waits for the folder itself.
    if (this.#place.client === 'runc') return;
    this.#stopWatch?.();
    this.#stopWatch = undefined;
  }
}
