// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A command as a page or a template tells it: the words that name it and the flags it gives. */
export interface Told {
  readonly page: string;
  readonly line: string;
  readonly words: readonly string[];
  readonly flags: readonly string[];
}

interface Help {
  readonly taken: number;
  readonly text: string;
}

/** Help that was asked for: many pages tell of the same commands, and each start of the program takes its time. */
const ASKED = new Map<string, Promise<Help>>();

async function askHelp(words: readonly string[]): Promise<Help> {
  const { stdout } = await run(process.execPath, ['apps/cli/src/main.ts', ...words, '--help'], {
    env: { ...process.env, LANG: 'C.UTF-8', BARTIZAN_INSTANCE: 'documents' },
    timeout: 60_000,
  }).catch(() => ({ stdout: '' }));
  if (stdout !== '') return { taken: words.length, text: stdout };
  if (words.length === 0) throw new Error('no help at all');
  return helpOf(words.slice(0, -1));
}

/** Help of the longest prefix of the words that is a command; the words after it are arguments. */
function helpOf(words: readonly string[]): Promise<Help> {
  const key = words.join(' ');
  const known = ASKED.get(key) ?? askHelp(words);
  ASKED.set(key, known);
  return known;
}

/** What is wrong with a documented command; undefined = nothing. */
export async function faultOf({ page, line, words, flags }: Told): Promise<string | undefined> {
  const { taken, text } = await helpOf(words);
  // A group lists its commands: a word after a group that it does not know is no argument.
  if (taken === 0 || (taken < words.length && /^COMMANDS$/m.test(text)))
    return `${page}: ${line}: no such command`;
  // A switch with two ways is listed as `--do/--no-do`.
  const unknown = flags.filter((flag) => !new RegExp(`(^|[\\s/[(])${flag}(=|[\\s/)\\],]|$)`, 'm').test(text));
  return unknown.length === 0 ? undefined : `${page}: ${line}: ${unknown.join(' ')} is not in its help`;
}
