// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readText, writeAtomic } from './files.ts';
import type { Environment, InstancePaths } from './paths.ts';

/** In both ways of writing: curl, apt and cargo read the small one. */
const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
/** What controller and agent get of the environment of `up`. */
const OF_PROGRAMS: readonly string[] = ['TZ', 'LANG', 'LC_ALL', ...PROXIES, 'NODE_EXTRA_CA_CERTS'];
/** What differs from terminal to terminal, and is no reason to start a service anew. */
const OF_TERMINAL: ReadonlySet<string> = new Set(['TZ', 'LANG', 'LC_ALL']);
/** What the build of the sensor gets besides. */
const OF_BUILD: readonly string[] = ['BARTIZAN_NATIVE_CACHE', 'CARGO_HOME', 'RUSTUP_HOME'];

const picked = (names: readonly string[], env: Environment): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The variables that the programs of an instance keep. */
export const programVariables = (env: Environment = process.env): Record<string, string> =>
  picked(OF_PROGRAMS, env);

/** The variables that the build of the sensor keeps, and with it the supervisor, which starts all of them. */
export const keptVariables = (env: Environment = process.env): Record<string, string> =>
  picked([...OF_PROGRAMS, ...OF_BUILD], env);

/** Where a service finds them: for root only, since the address of a proxy may carry a password. */
export const environmentPath = (paths: InstancePaths): string => join(paths.etc, 'environment');

/** One variable as systemd reads it; what a line cannot hold is left out. */
const lineOf = ([name, value]: readonly [string, string]): string =>
  /[\0\r\n]/.test(value) ? '' : `${name}="${value.replaceAll(/[\\"$`]/g, '\\$&')}"\n`;

const LINE = /^([A-Za-z_]+)="(.*)"$/;
const namesOf = (text: string): string[] =>
  text.split('\n').flatMap((line) => LINE.exec(line)?.slice(1, 2) ?? []);

/**
 * Keeps the variables for the service manager, which starts the supervisor without them. What is set counts, what is set
 * to nothing goes, and of what is not set the value of before stays: the next `up` of another terminal forgets no proxy.
 * True when something changed that a running service does not know.
 */
export function writeEnvironment(paths: InstancePaths, env: Environment = process.env): boolean {
  const path = environmentPath(paths);
  const before = readText(path) ?? '';
  const given = keptVariables(env);
  const lines = new Map<string, string>();
  for (const line of before.split('\n')) {
    const name = LINE.exec(line)?.[1];
    if (name !== undefined && given[name] === undefined) lines.set(name, `${line}\n`);
  }
  for (const [name, value] of Object.entries(given)) if (value !== '') lines.set(name, lineOf([name, value]));
  const after = [...lines].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, line]) => line);
  writeAtomic(path, after.join(''));
  const old = new Set(before.split('\n').map((line) => `${line}\n`));
  const isNews = (name: string): boolean => !OF_TERMINAL.has(name) && !old.has(lines.get(name) ?? '');
  return namesOf([before, ...after].join('\n')).some(isNews);
}

/** Forgets them. */
export const removeEnvironment = (paths: InstancePaths): void =>
  rmSync(environmentPath(paths), { force: true });
