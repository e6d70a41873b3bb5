// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import type { Environment } from '../instance/paths.ts';

/** How a program ended; output is cut at 1 MiB, keeping the end. */
export interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
/** How to run it. */
export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Environment;
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly onStderr?: (text: string) => void;
  /** In a session of its own: Ctrl-C on the terminal does not end it. */
  readonly detached?: boolean;
}

const OUTPUT_MAX = 1024 * 1024;

/** Runs a program to its end. A program that is not there ends with code 127. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: options.env === undefined ? process.env : { ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: options.detached === true,
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (bytes: Buffer) => {
      stdout = (stdout + bytes.toString('utf8')).slice(-OUTPUT_MAX);
    });
    child.stderr?.on('data', (bytes: Buffer) => {
      const text = bytes.toString('utf8');
      stderr = (stderr + text).slice(-OUTPUT_MAX);
      options.onStderr?.(text);
    });
    child.once('error', (error) => resolve({ code: 127, stdout, stderr: `${stderr}${error.message}` }));
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input);
  });
}

/** The last line that says something. */
export const lastLine = (text: string): string =>
  text.trimEnd().split('\n').at(-1)?.trim().slice(0, 500) ?? '';
