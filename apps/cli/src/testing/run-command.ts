// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { run as runCli } from '@stricli/core';
import { buildCli } from '../app.ts';
import type { CliContext } from '../context.ts';
import { type Language, translator } from '../text/catalogue.ts';

/** What a command line left. */
export interface Ended {
  readonly exitCode: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command line of a test is given; without a checkout, this one. */
export interface Given {
  readonly language?: Language;
  readonly env?: Readonly<Record<string, string>>;
  readonly checkout?: string;
  readonly ask?: CliContext['ask'];
}

const CHECKOUT = resolve(import.meta.dirname, '../../../..');

/** For tests: runs a command line in this process, without a terminal. */
export async function runCommand(
  words: readonly string[],
  { language = 'en', env = {}, checkout = CHECKOUT, ...given }: Given = {},
): Promise<Ended> {
  const written: { stdout: string[]; stderr: string[] } = { stdout: [], stderr: [] };
  const process = {
    env,
    exitCode: undefined as unknown,
    stdout: { write: (text: string) => written.stdout.push(text), isTTY: false },
    stderr: { write: (text: string) => written.stderr.push(text), isTTY: false },
  };
  const t = translator(language);
  const interrupted = new AbortController().signal;
  const unbroken = <T>(work: () => Promise<T>): Promise<T> => work();
  const context = { process, language, t, checkout, interrupted, unbroken, ...given };
  await runCli(await buildCli(t, '0'), words, context as unknown as CliContext);
  return { exitCode: process.exitCode, stdout: written.stdout.join(''), stderr: written.stderr.join('') };
}
