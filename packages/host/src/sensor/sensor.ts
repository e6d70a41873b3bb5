// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import { err, toldFailure } from '@bartizan/contracts/result';
import { buildEvent, buildHeartbeat, eventKindOf } from './build-event.ts';
import type { SensorEvent, SensorEventKind, SensorHeartbeat, SensorProgram } from './events.ts';
import { frameKind } from './frame-constants.ts';
import { headerField, helloField, snapshotEndField } from './frames.ts';
import { LossCount, type SensorLosses } from './losses.ts';
import { parsePrograms } from './programs.ts';
import { NOT_RUNNING, type SensorFailure, SensorRun } from './sensor-run.ts';

/**
 * A path to watch. `path` is absolute; a part that is only `*` stands for one part, a first part `**` for any
 * number, and a trailing `/` for everything below. Paths are those seen from the root of the process.
 */
export type WatchedPath = Readonly<{ path: string; access: 'read' | 'write' | 'both' }>;

/** State of the supervised sensor. `waiting`: it ended and is started again after a pause. */
export type SensorState = 'starting' | 'running' | 'waiting' | 'stopped';

/** Counters over all runs since startSensor. */
export type SensorStats = Readonly<{
  state: SensorState;
  pid: number | undefined;
  restarts: number;
  /** Events handed over. */
  events: number;
  /** Events that the `accept` filter left out. */
  ignored: number;
  malformedFrames: number;
  /** Sequence numbers that never came. */
  missing: number;
  losses: SensorLosses;
  version: string;
  /** cgroupId is the memory v1 id. */
  memoryV1: boolean;
  programs: readonly SensorProgram[];
  /** All processes that ran before the sensor have been told. */
  snapshotDone: boolean;
  /** Of this run. */
  lastHeartbeat: SensorHeartbeat | undefined;
  lastFailure: SensorFailure | undefined;
}>;

/** Options of startSensor. */
export type SensorOptions = Readonly<{
  binaryPath: string;
  watchedPaths: readonly WatchedPath[];
  onEvent: (event: SensorEvent) => void;
  onHeartbeat?: (heartbeat: SensorHeartbeat) => void;
  /** The program ended though it was not asked to; it is started again. */
  onExit?: (reason: SensorFailure) => void;
  onState?: (state: SensorState) => void;
  /** First filter, before any object is built. */
  accept?: (kind: SensorEventKind, cgroupId: () => string) => boolean;
  /** Milliseconds of a steady clock; for tests. */
  now?: () => number;
  /** First pause before a restart; doubles up to 30 s. Default 250. */
  restartDelayMs?: number;
}>;

/** A supervised sensor. */
export type SensorHandle = Readonly<{
  stop: () => Promise<void>;
  /** Replaces the watched paths; also holds for later restarts. */
  setWatchedPaths: (paths: readonly WatchedPath[]) => Promise<Result<void, SensorFailure>>;
  /** Asks for an answer; measures that the sensor lives. */
  ping: () => Promise<Result<void, SensorFailure>>;
  /** Has all running processes told again (those already known are left out). */
  snapshot: () => Promise<Result<void, SensorFailure>>;
  stats: () => SensorStats;
}>;

const MAX_DELAY_MS = 30_000;
const STEADY_AFTER_MS = 60_000;
/** A heartbeat comes each second, but behind what the sensor tells: on a busy machine it may wait for 8 MiB of that. */
const SILENT_AFTER_MS = 30_000;
/** Until its first heartbeat: the kernel checks each program first, which takes long on a busy machine. */
const SILENT_AT_START_MS = 120_000;
const LOOK_EVERY_MS = 5000;

const accessLetters = { read: 'r', write: 'w', both: 'rw' };

/** The argument of set-watched-paths: one line a path. */
function watchedLines(paths: readonly WatchedPath[]): string {
  return paths.map(({ path, access }) => `${accessLetters[access]}:${path}`).join('\n');
}

class Supervisor {
  readonly #options: SensorOptions;
  readonly #now: () => number;
  readonly #watchdog: NodeJS.Timeout;
  #run: SensorRun | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watched: readonly WatchedPath[];
  #generation = 1;
  #state: SensorState = 'starting';
  #delayMs: number;
  #startedMs = 0;
  /** When its last heartbeat came; its start until then. */
  #beatMs = 0;
  #lastSequence = 0;
  #restarts = 0;
  #events = 0;
  #ignored = 0;
  #malformed = 0;
  #missing = 0;
  readonly #losses = new LossCount();
  #version = '';
  #memoryV1 = false;
  #snapshotDone = false;
  #programs: readonly SensorProgram[] = [];
  #heartbeat: SensorHeartbeat | undefined;
  #failure: SensorFailure | undefined;

  constructor(options: SensorOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#watched = options.watchedPaths;
    this.#delayMs = options.restartDelayMs ?? 250;
    this.#watchdog = setInterval(() => this.#checkSilence(), LOOK_EVERY_MS).unref();
    this.#start();
  }

  stats(): SensorStats {
    return {
      state: this.#state,
      pid: this.#run?.pid,
      restarts: this.#restarts,
      events: this.#events,
      ignored: this.#ignored,
      malformedFrames: this.#malformed,
      missing: this.#missing,
      losses: this.#losses.total(),
      version: this.#version,
      memoryV1: this.#memoryV1,
      programs: this.#programs,
      snapshotDone: this.#snapshotDone,
      lastHeartbeat: this.#heartbeat,
      lastFailure: this.#failure,
    };
  }

  async stop(): Promise<void> {
    this.#setState('stopped');
    clearTimeout(this.#timer);
    clearInterval(this.#watchdog);
    await this.#run?.stop();
    this.#run = undefined;
  }

  setWatchedPaths(paths: readonly WatchedPath[]): Promise<Result<void, SensorFailure>> {
    this.#watched = paths;
    this.#generation += 1;
    return this.command('set-watched-paths', watchedLines(paths));
  }

  command(
    kind: 'set-watched-paths' | 'ping' | 'snapshot',
    argument: string,
  ): Promise<Result<void, SensorFailure>> {
    if (this.#run === undefined) {
      return Promise.resolve(err(NOT_RUNNING));
    }
    return this.#run.command(kind, this.#generation, argument);
  }

  #setState(state: SensorState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState?.(state);
  }

  #start(): void {
    this.#startedMs = this.#now();
    this.#beatMs = this.#startedMs;
    this.#lastSequence = 0;
    this.#snapshotDone = false;
    this.#setState('starting');
    this.#run = new SensorRun(this.#options.binaryPath, {
      onFrame: (frame) => this.#take(frame),
      onMalformed: (reason) => this.#noteMalformed(reason),
      onEnd: (reason) => this.#restart(reason),
    });
    if (this.#watched.length > 0) {
      void this.#run
        .command('set-watched-paths', this.#generation, watchedLines(this.#watched))
        .then((outcome) => {
          if (!outcome.ok) this.#failure = outcome.error;
        });
    }
  }

  #restart(reason: SensorFailure): void {
    this.#run = undefined;
    if (this.#state === 'stopped') return;
    this.#losses.endRun();
    this.#heartbeat = undefined;
    this.#failure = reason;
    if (reason.code === 'E_SENSOR_FRAME') this.#malformed += 1;
    if (this.#now() - this.#startedMs > STEADY_AFTER_MS) this.#delayMs = this.#options.restartDelayMs ?? 250;
    this.#setState('waiting');
    this.#options.onExit?.(reason);
    this.#timer = setTimeout(() => {
      this.#restarts += 1;
      this.#start();
    }, this.#delayMs);
    this.#delayMs = Math.min(this.#delayMs * 2, MAX_DELAY_MS);
  }

  #noteMalformed(reason: SensorFailure): void {
    this.#malformed += 1;
    this.#failure = reason;
  }

  #checkSilence(): void {
    const allowedMs = this.#beatMs === this.#startedMs ? SILENT_AT_START_MS : SILENT_AFTER_MS;
    if (this.#run === undefined || this.#now() - this.#beatMs < allowedMs) return;
    const seconds = allowedMs / 1000;
    const told = { en: `no heartbeat for ${seconds} s`, ja: `${seconds} 秒間ハートビートがありません` };
    this.#run.kill(toldFailure('E_SENSOR_EXIT', told));
  }

  #take(frame: Buffer): void {
    const kind = eventKindOf(frame);
    if (kind === undefined) {
      this.#takeSession(frame);
      return;
    }
    const sequence = headerField.sequence(frame);
    const missing = Math.max(0, sequence - this.#lastSequence - 1);
    this.#missing += missing;
    this.#losses.miss(missing);
    this.#lastSequence = sequence;
    if (this.#options.accept?.(kind, () => headerField.cgroupId(frame)) === false) {
      this.#ignored += 1;
      return;
    }
    this.#events += 1;
    this.#options.onEvent(buildEvent(frame, kind));
  }

  #takeSession(frame: Buffer): void {
    switch (headerField.kind(frame)) {
      case frameKind.hello:
        this.#version = helloField.sensorVersion(frame);
        this.#memoryV1 = helloField.memoryV1(frame) === 1;
        this.#programs = parsePrograms(helloField.programs(frame));
        this.#setState('running');
        break;
      case frameKind.heartbeat:
        // Events alone do not show that it lives: without heartbeats nothing is known of what it lost.
        this.#beatMs = this.#now();
        this.#heartbeat = buildHeartbeat(frame);
        this.#losses.take(this.#heartbeat);
        this.#options.onHeartbeat?.(this.#heartbeat);
        break;
      case frameKind['snapshot-end']:
        this.#snapshotDone = snapshotEndField.processes(frame) >= 0;
        break;
    }
  }
}

/** Starts the sensor and keeps it running. Losses are counted and shown, never silent. */
export function startSensor(options: SensorOptions): SensorHandle {
  const supervisor = new Supervisor(options);
  return {
    stop: () => supervisor.stop(),
    setWatchedPaths: (paths) => supervisor.setWatchedPaths(paths),
    ping: () => supervisor.command('ping', ''),
    snapshot: () => supervisor.command('snapshot', ''),
    stats: () => supervisor.stats(),
  };
}
