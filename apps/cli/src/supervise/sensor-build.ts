// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cutText, sameText } from '@bartizan/contracts';
import type { SensorBuildStatus } from '../instance/status.ts';
import type { LogFile } from './log-file.ts';

/** Where the sensor comes from and where it goes. */
export interface SensorBuildOptions {
  readonly checkout: string;
  /** Final path of the program: in the release folder, root-owned. */
  readonly target: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: LogFile;
  readonly onState: (state: SensorBuildStatus) => void;
}

const LINE_MAX = 200;
/** native/build.sh ends with this when Debian packages are missing; its last line names them after `install -y`. */
const EXIT_PACKAGES_MISSING = 3;

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
 * the build is its progress. Returns a function that ends the build.
 */
export function buildSensor(options: SensorBuildOptions): () => void {
  const script = join(options.checkout, 'native/build.sh');
  if (existsSync(options.target)) {
    options.onState({ state: 'built' });
    return () => undefined;
  }
  if (!existsSync(script)) {
    options.onState({
      state: 'off',
      reason: { en: `${script} does not exist`, ja: `${script} がありません` },
    });
    return () => undefined;
  }
  options.onState({ state: 'building', progress: 'native/build.sh' });
  const child = spawn('nice', ['-n', '10', 'sh', script], {
    cwd: options.checkout,
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (bytes: Buffer) => {
    output = (output + bytes.toString('utf8')).slice(-16_384);
  });
  child.stderr.on('data', (bytes: Buffer) => {
    options.log.write(bytes);
    errors = (errors + bytes.toString('utf8')).slice(-4096);
    const progress = lastLine(errors);
    if (progress !== '') options.onState({ state: 'building', progress });
  });
  child.once('error', (error) =>
    options.onState({ state: 'failed', reason: sameText(error.message.slice(0, 2000)) }),
  );
  child.once('close', (code) => options.onState(outcome(code, output, errors, options.target)));
  return () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It ended in between.
    }
  };
}

function outcome(code: number | null, output: string, errors: string, target: string): SensorBuildStatus {
  if (code === EXIT_PACKAGES_MISSING) {
    const missing = (/install -y (.*)$/.exec(lastLine(errors))?.[1] ?? '')
      .trim()
      .split(/\s+/)
      .filter((name) => /^[a-z0-9][a-z0-9.+-]{0,63}$/.test(name))
      .slice(0, 64);
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
