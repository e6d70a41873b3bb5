// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readObject } from '@bartizan/host';

const MAIN = fileURLToPath(new URL('../../../../apps/agent/src/main.ts', import.meta.url));

/** A real agent as a process of its own, with a state folder that outlives it until `close`. */
export class AgentProcess {
  readonly stateDir = mkdtempSync(join(tmpdir(), 'bartizan-agent-'));
  log = '';
  #child: ChildProcess | undefined;
  readonly #prepare: string;

  /** `prepare`: commands of a shell that run before, in a mount namespace of their own: what they change ends with the agent. */
  constructor(prepare = '') {
    this.#prepare = prepare;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it and waits for its first line. */
  async start(
    config: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly ready: boolean; readonly node: string; readonly code: string }> {
    const child =
      this.#prepare === ''
        ? spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'pipe'] })
        : spawn(
            'unshare',
            ['--mount', 'sh', '-c', `set -e; ${this.#prepare}; exec "$@"`, 'sh', process.execPath, MAIN],
            {
              stdio: ['pipe', 'pipe', 'pipe'],
              env: { ...process.env, STATE_DIR: this.stateDir },
            },
          );
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.log = (this.log + text).slice(-100_000);
    });
    child.stdin.end(
      JSON.stringify({
        stateDir: this.stateDir,
        sensorPath: '/nonexistent/bartizan-sensor',
        instance: 'test',
        ...config,
      }),
    );
    return new Promise((resolve, reject) => {
      let held = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        held += text;
        if (held.includes('\n')) resolve(readFirstLine(held));
      });
      child.on('exit', (code) => reject(new Error(`the agent ended with ${code}: ${this.log.slice(-2000)}`)));
    });
  }

  /** Waits until it ends by itself; gives its exit code. */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  }

  /** Ends it by a signal and waits until it is gone. Gives its exit code, null after SIGKILL. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return gone;
  }

  /** Ends it and removes its folder. */
  async close(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}

const readFirstLine = (text: string): { ready: boolean; node: string; code: string } => {
  const fields = readObject(text.split('\n', 1)[0] ?? '');
  return {
    ready: fields?.flag('ready') === true,
    node: fields?.text('node') ?? '',
    code: fields?.text('code') ?? '',
  };
};

/** Waits until something is there; fails with what was waited for and what the agent said. */
export const until = async <T>(
  what: string,
  look: () => T | undefined | false,
  options: { readonly timeoutMs?: number; readonly log?: () => string } = {},
): Promise<T> => {
  const timeoutMs = options.timeoutMs ?? 60_000;
  const startedMs = performance.now();
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() - startedMs > timeoutMs) {
      throw new Error(`not within ${timeoutMs} ms: ${what}\n${options.log?.().slice(-3000) ?? ''}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
