// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cutText, sameText } from '@bartizan/contracts';
import type { SensorBuildStatus } from '../instance/status.ts';
import type { LogFile } from './log-file.ts';

/** Where the sensor comes from and where it goes. */
export interface SensorBuildOptions {
  /** The release folder, which root alone can change: what lies there is run as root. */
  readonly release: string;
  /** Final path of the program: in the release folder as well. */
  readonly target: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: LogFile;
  readonly onState: (state: SensorBuildStatus) => void;
  /** How long after packages were missing it looks again; default half a minute. */
  readonly againMs?: number;
}

const LINE_MAX = 200;
/** native/build.sh ends with this when Debian packages are missing; its last line names them after `install -y`. */
const EXIT_PACKAGES_MISSING = 3;
/** A look is a dozen short processes. */
const AGAIN_MS = 30_000;

/** Puts a built program in place: whole or not at all. */
function install(folder: string, target: string): void {
  const making = `${target}.${process.pid}.new`;
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  copyFileSync(join(folder, 'bartizan-sensor'), making);
  chmodSync(making, 0o755);
  renameSync(making, target);
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)?.trim().slice(0, LINE_MAX) ?? '';

/**
 * Builds the native sensor with native/build.sh beside everything else, at low priority, and installs it. Each line of
 * the build is its progress. While packages are missing it looks again by itself, so that whoever installs what was
 * named has a sensor; a build that failed is tried again when it is asked for (`up`), not by itself.
 */
export class SensorBuild {
  readonly #options: SensorBuildOptions;
  #child: ChildProcess | undefined;
  #again: NodeJS.Timeout | undefined;
  #told: SensorBuildStatus | undefined;
  #isStopped = false;

  constructor(options: SensorBuildOptions) {
    this.#options = options;
  }

  /** Builds unless that is under way or done. Returns at once. */
  start(): void {
    clearTimeout(this.#again);
    if (this.#isStopped || this.#child !== undefined) return;
    const { release, target } = this.#options;
    const script = join(release, 'native/build.sh');
    if (existsSync(target)) return this.#tell({ state: 'built' });
    if (!existsSync(script))
      return this.#tell({
        state: 'off',
        reason: { en: `${script} does not exist`, ja: `${script} がありません` },
      });
    this.#run(script);
  }

  /** Ends a build that is under way, for good. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#again);
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It ended in between.
    }
  }

  #run(script: string): void {
    const { release, env, log, target } = this.#options;
    const child = spawn('nice', ['-n', '10', 'sh', script], {
      cwd: release,
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    let output = '';
    let errors = '';
    // A look for packages that are still missing is not a build: what was told of it stays.
    if (this.#told?.missing === undefined) this.#tell({ state: 'building', progress: 'native/build.sh' });
    child.stdout.on('data', (bytes: Buffer) => {
      output = (output + bytes.toString('utf8')).slice(-16_384);
    });
    child.stderr.on('data', (bytes: Buffer) => {
      errors = (errors + bytes.toString('utf8')).slice(-4096);
      const progress = lastLine(errors);
      if (missingOf(progress) !== undefined) return;
      log.write(bytes);
      if (progress !== '') this.#tell({ state: 'building', progress });
    });
    child.once('error', (error) => {
      this.#child = undefined;
      this.#tell({ state: 'failed', reason: sameText(error.message.slice(0, 2000)) });
    });
    child.once('close', (code) => this.#closed(outcome(code, output, errors, target)));
  }

  #closed(state: SensorBuildStatus): void {
    this.#child = undefined;
    this.#tell(state);
    if (this.#isStopped || state.missing === undefined) return;
    this.#again = setTimeout(() => this.start(), this.#options.againMs ?? AGAIN_MS).unref();
  }

  #tell(state: SensorBuildStatus): void {
    if (JSON.stringify(state) === JSON.stringify(this.#told)) return;
    this.#told = state;
    this.#options.onState(state);
  }
}

/** The packages that a line of native/build.sh says are missing; undefined when it says something else. */
function missingOf(line: string): string[] | undefined {
  const named = /E_SENSOR_MISSING.*install -y (.*)$/.exec(line)?.[1];
  return named
    ?.trim()
    .split(/\s+/)
    .filter((name) => /^[a-z0-9][a-z0-9.+-]{0,63}$/.test(name))
    .slice(0, 64);
}

function outcome(code: number | null, output: string, errors: string, target: string): SensorBuildStatus {
  if (code === EXIT_PACKAGES_MISSING) {
    const missing = missingOf(lastLine(errors)) ?? [];
    return {
      state: 'off',
      reason: cutText(
        {
          en: `Debian packages are missing: ${missing.join(' ')}`,
          ja: `Debian パッケージが不足しています：${missing.join(' ')}`,
        },
        2000,
      ),
      missing,
    };
  }
  if (code !== 0) {
    const last = lastLine(errors);
    const reason = {
      en: `native/build.sh: ${last} (exit code ${code})`,
      ja: `native/build.sh：${last}（終了コード ${code}）`,
    };
    return { state: 'failed', reason };
  }
  try {
    install(lastLine(output), target);
    return { state: 'built' };
  } catch (error) {
    return {
      state: 'failed',
      reason:
        error instanceof Error
          ? sameText(error.message.slice(0, 2000))
          : { en: 'cannot install', ja: '配置できませんでした' },
    };
  }
}
