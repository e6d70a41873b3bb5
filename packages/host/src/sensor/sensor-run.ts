// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Failure, Result } from '@bartizan/contracts';
import { err, failure, ok, toldFailure } from '@bartizan/contracts/result';
import { type SensorCommand, writeCommand } from './command-frame.ts';
import { frameKind } from './frame-constants.ts';
import { FrameStream } from './frame-stream.ts';
import { ackField, headerField } from './frames.ts';

/** Failures of a sensor run and of its commands. */
export type SensorFailure = Failure<'E_SENSOR_FRAME' | 'E_SENSOR_EXIT' | 'E_SENSOR_MISSING'>;

/** What a run tells its owner. */
export type RunHandlers = Readonly<{
  /** A sound frame; the view is valid during the call only. */
  onFrame: (frame: Buffer) => void;
  onMalformed: (failure: SensorFailure) => void;
  /** Called once. */
  onEnd: (failure: SensorFailure) => void;
}>;

type Waiting = (outcome: Result<void, SensorFailure>) => void;

/** No command reaches a sensor that does not run. */
export const NOT_RUNNING: SensorFailure = toldFailure('E_SENSOR_EXIT', {
  en: 'the sensor does not run',
  ja: 'センサーは動作していません',
});

const STDERR_KEPT = 2000;
const KILL_AFTER_MS = 3000;

/** One life of the sensor program, from spawn to exit. */
export class SensorRun {
  readonly #child: ChildProcess;
  readonly #stream: FrameStream;
  readonly #handlers: RunHandlers;
  readonly #waiting = new Map<number, Waiting>();
  #link: Duplex | undefined;
  #failure: SensorFailure | undefined;
  #lastCommand = 0;
  #stderr = '';
  #ended = false;

  constructor(binaryPath: string, handlers: RunHandlers) {
    this.#handlers = handlers;
    this.#stream = new FrameStream((frame) => this.#take(frame), handlers.onMalformed);
    // The environment is not handed on: the sensor needs nothing from it.
    this.#child = spawn(binaryPath, ['run'], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: {} });
    this.#child.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'ENOENT' || cause.code === 'EACCES' ? 'E_SENSOR_MISSING' : 'E_SENSOR_EXIT';
      const told = {
        en: `${binaryPath} cannot be started: ${cause.message}`,
        ja: `${binaryPath} を起動できません：${cause.message}`,
      };
      this.#end(toldFailure(code, told, cause));
    });
    this.#child.once('close', (status, signal) => {
      this.#end(this.#failure ?? this.#ending(status, signal));
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.#connect();
  }

  /** Process id of the program; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a command and waits for its answer. */
  command(
    kind: SensorCommand['kind'],
    generation: number,
    argument: string,
  ): Promise<Result<void, SensorFailure>> {
    this.#lastCommand += 1;
    const id = this.#lastCommand;
    const frame = writeCommand({ kind, id, generation, argument });
    if (!frame.ok) return Promise.resolve(frame);
    const link = this.#link;
    if (link === undefined || this.#ended || !link.writable) {
      return Promise.resolve(err(NOT_RUNNING));
    }
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      link.write(frame.value);
    });
  }

  /** Asks the program to end, and kills it when it does not. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const gone = new Promise<void>((resolve) => this.#child.once('close', () => resolve()));
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER_MS);
    void this.command('stop', 0, '').then(() => this.#link?.end());
    await gone;
    clearTimeout(timer);
  }

  /** Ends the program at once, for the reason given. */
  kill(reason: SensorFailure): void {
    this.#failure ??= reason;
    this.#child.kill('SIGKILL');
  }

  #connect(): void {
    const link = this.#child.stdio[3];
    if (!(link instanceof Duplex)) return;
    this.#link = link;
    link.on('data', (chunk: Buffer) => {
      if (this.#failure !== undefined) return;
      const outcome = this.#stream.push(chunk);
      if (!outcome.ok) this.kill(outcome.error);
    });
    // A broken link shows as the end of the program; without a listener it would end the agent.
    link.on('error', () => undefined);
  }

  #take(frame: Buffer): void {
    if (headerField.kind(frame) !== frameKind.ack) {
      this.#handlers.onFrame(frame);
      return;
    }
    const id = ackField.command(frame);
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    const refused = ackField.status(frame) !== 0;
    resolve?.(refused ? err(failure('E_SENSOR_FRAME', ackField.message(frame))) : ok(undefined));
  }

  /** How it ended, with its last words. */
  #ending(status: number | null, signal: NodeJS.Signals | null): SensorFailure {
    const words = this.#stderr.trim();
    const [how, inJapanese] = signal === null ? ['status', '終了コード'] : ['signal', 'シグナル'];
    const value = signal ?? status;
    return toldFailure('E_SENSOR_EXIT', {
      en: `ended with ${how} ${value}${words === '' ? '' : `: ${words}`}`,
      ja: `${inJapanese} ${value} で終了しました${words === '' ? '' : `：${words}`}`,
    });
  }

  #end(reason: SensorFailure): void {
    if (this.#ended) return;
    this.#ended = true;
    const cut = this.#failure === undefined ? this.#stream.pendingBytes : 0;
    // What was to be told with it is lost: that is counted, and never passed over.
    if (cut > 0) {
      const told = {
        en: `the last frame ends after ${cut} bytes`,
        ja: `最後のフレームが ${cut} バイトで途切れています`,
      };
      this.#handlers.onMalformed(toldFailure('E_SENSOR_FRAME', told));
    }
    for (const resolve of this.#waiting.values()) resolve(err(reason));
    this.#waiting.clear();
    this.#handlers.onEnd(reason);
  }
}
