// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalText, sameText } from '@bartizan/contracts';
import { Backoff } from './backoff.ts';
import type { LogFile } from './log-file.ts';

/** How to start a process that reads one JSON object from stdin and answers with one JSON line. */
export interface StartPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input: object;
}
/** What a supervised process is, and whom to tell. */
export interface ChildOptions {
  readonly log: LogFile;
  /** Made anew for each start, since a token may have been used; a throw counts as a failed start. */
  readonly plan: () => Promise<StartPlan>;
  readonly onState: (state: ChildUpdate) => void;
  /** Time to end after SIGTERM before SIGKILL. */
  readonly stopMs?: number;
  readonly readyMs?: number;
}
/** A change of state. */
export interface ChildUpdate {
  readonly state: 'starting' | 'running' | 'waiting' | 'failed' | 'stopped';
  readonly pid?: number;
  readonly restarts: number;
  readonly detail?: LocalText;
  readonly code?: string;
  /** The line it answered with when ready. */
  readonly answer?: Readonly<Record<string, unknown>>;
}

const ANSWER_BYTES_MAX = 64 * 1024;

/** Keeps one process alive until `stop`: starts it again after each end, waiting longer each time. */
export class SupervisedChild {
  readonly #options: ChildOptions;
  readonly #backoff = new Backoff();
  #process: ChildProcess | undefined;
  #restarts = -1;
  #stopping = false;
  #finished: Promise<void> = Promise.resolve();
  readonly #wake = new AbortController();

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  /** Starts it; returns at once. */
  start(): void {
    this.#finished = this.#run();
  }

  /** Ends it and waits until it is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake.abort();
    const child = this.#process;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), this.#options.stopMs ?? 10_000);
      await this.#finished;
      clearTimeout(timer);
    } else await this.#finished;
    this.#tell({ state: 'stopped' });
  }

  #tell(update: Omit<ChildUpdate, 'restarts'>): void {
    this.#options.onState({ ...update, restarts: Math.max(0, this.#restarts) });
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#restarts += 1;
      const startedMs = performance.now();
      const end = await this.#runOnce();
      if (this.#stopping) return;
      const waitMs = this.#backoff.next(performance.now() - startedMs);
      this.#options.log.line('warn', 'process ended', { ...end, detail: end.detail.en, restartInMs: waitMs });
      this.#tell({ state: end.code === undefined ? 'waiting' : 'failed', ...end });
      await sleep(waitMs, undefined, { signal: this.#wake.signal }).catch(() => undefined);
    }
  }

  async #runOnce(): Promise<{ detail: LocalText; code?: string }> {
    let plan: StartPlan;
    try {
      plan = await this.#options.plan();
    } catch (error) {
      return { detail: sameText(error instanceof Error ? error.message : String(error)) };
    }
    if (this.#stopping) return { detail: { en: 'stopped', ja: '停止しました' } };
    const child = spawn(plan.command, [...plan.args], {
      env: { ...plan.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.#tell({ state: 'starting', ...(child.pid === undefined ? {} : { pid: child.pid }) });
    let failure: { detail: LocalText; code?: string } | undefined;
    const timer = setTimeout(() => {
      failure = { detail: { en: 'did not become ready in time', ja: '時間内に準備が整いませんでした' } };
      child.kill('SIGKILL');
    }, this.#options.readyMs ?? 60_000);
    child.stderr?.on('data', (bytes: Buffer) => this.#options.log.write(bytes));
    readAnswer(child, (answer) => {
      clearTimeout(timer);
      if (answer['ready'] === true)
        this.#tell({ state: 'running', answer, ...(child.pid === undefined ? {} : { pid: child.pid }) });
      else
        failure = {
          code: String(answer['code'] ?? 'E_INTERNAL'),
          detail: sameText(String(answer['detail'] ?? '').slice(0, 2000)),
        };
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${JSON.stringify(plan.input)}\n`);
    const end = await ended(child);
    clearTimeout(timer);
    this.#process = undefined;
    return failure ?? { detail: end };
  }
}

/** Calls back with the first line of stdout as JSON object; a line that is none is ignored. */
function readAnswer(child: ChildProcess, onAnswer: (answer: Record<string, unknown>) => void): void {
  let text = '';
  let isDone = false;
  child.stdout?.on('data', (bytes: Buffer) => {
    if (isDone) return;
    text += bytes.toString('utf8');
    const end = text.indexOf('\n');
    if (end < 0 && text.length < ANSWER_BYTES_MAX) return;
    isDone = true;
    try {
      const value: unknown = JSON.parse(text.slice(0, end < 0 ? text.length : end));
      if (typeof value === 'object' && value !== null) onAnswer({ ...value });
    } catch {
      onAnswer({ ready: false, detail: 'the first line of its output is not JSON' });
    }
  });
}

const ended = (child: ChildProcess): Promise<LocalText> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(sameText(error.message)));
    child.once('close', (code, signal) =>
      resolve(
        signal === null
          ? { en: `exit code ${code ?? 'unknown'}`, ja: `終了コード ${code ?? '不明'}` }
          : { en: `ended by ${signal}`, ja: `${signal} で終了しました` },
      ),
    );
  });
