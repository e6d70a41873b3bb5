// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { proposeCompletions, run } from '@stricli/core';
import { buildCli } from './app.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { Interruption } from './interruption.ts';
import { languageOf, translator } from './text/catalogue.ts';

/** Takes `--lang X` or `--lang=X` out of the arguments: it decides the help texts before anything is parsed. */
function takeLanguage(args: readonly string[]): { language: string | undefined; rest: string[] } {
  const rest: string[] = [];
  let language: string | undefined;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--lang') {
      language = args[at + 1];
      at += 1;
    } else if (arg.startsWith('--lang=')) language = arg.slice(7);
    else rest.push(arg);
  }
  return { language, rest };
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

const checkout = process.env['BARTIZAN_CHECKOUT'] ?? resolve(fileURLToPath(import.meta.url), '../../../..');
const { language: flag, rest } = takeLanguage(process.argv.slice(2));
const language = languageOf(process.env, flag);
const t = translator(language);
const manifest: { version: string } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'),
);
const interruption = new Interruption(process, () => process.exit(EXIT.interrupted));
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

/** The process as commands need it; the exit code goes through to the real one. */
const streams: CliContext['process'] = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  get exitCode(): number | string | null {
    return process.exitCode ?? null;
  },
  set exitCode(code: number | string | null) {
    process.exitCode = code;
  },
};
const context: CliContext = {
  process: streams,
  language,
  t,
  checkout,
  ask,
  interrupted: interruption.signal,
  unbroken: (work) => interruption.unbroken(work),
};
const isCompletion = process.env['BARTIZAN_COMPLETE'] === '1';
const app = await buildCli(t, manifest.version, isCompletion ? undefined : rest[0]);
if (isCompletion) {
  for (const { completion } of await proposeCompletions(app, rest, context))
    process.stdout.write(`${completion}\n`);
} else {
  await run(app, rest.length === 0 ? ['--help'] : rest, context);
  // The command library's own codes for a wrong command line are negative.
  if (typeof process.exitCode === 'number' && process.exitCode < 0) process.exitCode = EXIT.usage;
}
