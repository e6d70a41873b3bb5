// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { EvidenceFault } from '@bartizan/contracts/compliance';
import type { FileTree } from '../tree/file-tree.ts';
import type { RunningProgram } from './components.ts';
import { parseConfig } from './config-file.ts';
import { unitPaths } from './places.ts';
import { faultOf, filesIn, readConfigText } from './read-config.ts';

/** What a process of k3s is: a server holds the control plane too. */
export type K3sRole = 'server' | 'agent';

/** The options k3s was started with, as `--name=value` in the order in which they count; or why they are not known. */
export type K3sOptions = {
  /** Files and folders they come from. */
  readonly watched: readonly string[];
} & (
  | { readonly state: 'known'; readonly flags: readonly string[] }
  | { readonly state: 'unreadable'; readonly reason: EvidenceFault; readonly path?: string }
);

const UNIT_FOLDERS = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
const FLAGS_MAX = 2000;

/** Whether a command line is k3s. It writes its own name anew when it starts: `/usr/local/bin/k3s server` is one word then. */
export function k3sRole({ argv }: Pick<RunningProgram, 'argv'>): K3sRole | undefined {
  const [, named] = /(?:^|\/)k3s (server|agent)\s*$/.exec(argv[0] ?? '') ?? [];
  const word = named ?? (/(?:^|\/)k3s$/.test(argv[0] ?? '') ? argv[1] : undefined);
  return word === 'server' || word === 'agent' ? word : undefined;
}

/** Words of a line of a unit, with both kinds of quotes. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
  return words.map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_, two?: string, one?: string, plain?: string) =>
      (two ?? one ?? plain ?? '').replace(/\\(.)/g, '$1'),
    ),
  );
}

/** What a unit starts last, behind the role; undefined: it starts something else. An empty line takes back what was said. */
function startOf(text: string, role: K3sRole): readonly string[] | undefined {
  let found: readonly string[] | undefined;
  for (const [, command = ''] of text.replace(/\\\n/g, ' ').matchAll(/^\s*ExecStart\s*=(.*)$/gm)) {
    const words = wordsOf(command.trim());
    const at = words.indexOf(role);
    if (words.length === 0) found = undefined;
    else if (/(?:^|\/)k3s$/.test(words[0] ?? '') && at > 0) found = words.slice(at + 1);
  }
  return found;
}

/** The arguments that units give to k3s. Two units that differ leave open which one started it. */
function unitArguments(tree: FileTree, role: K3sRole): K3sOptions {
  const names = UNIT_FOLDERS.flatMap((folder) => filesIn(tree, folder, /^k3s[\w.@-]*\.service$/) ?? []);
  const watched: string[] = [];
  const starts: (readonly string[])[] = [];
  for (const unit of new Set(names.map((path) => path.slice(path.lastIndexOf('/') + 1)))) {
    const paths = unitPaths(tree, unit);
    watched.push(...paths);
    const texts: string[] = [];
    for (const path of paths) {
      const read = readConfigText(tree, path);
      if (read.state === 'unreadable') return { state: 'unreadable', reason: read.fault, path, watched };
      if (read.state === 'known') texts.push(read.text);
    }
    const start = startOf(texts.join('\n'), role);
    if (start !== undefined) starts.push(start);
  }
  const [first] = starts;
  // Nothing tells how it was started, and it hides that itself.
  if (first === undefined) return { state: 'unreadable', reason: 'hidden', watched };
  if (starts.some((one) => one.join('\0') !== first.join('\0')))
    return { state: 'unreadable', reason: 'conflict', watched };
  return { state: 'known', flags: first, watched };
}

const textOf = (value: unknown): string => (value === null || value === undefined ? '' : String(value));

/** Options of the file and its drop-ins: a later file takes the place of an earlier one, or adds with `name+`. */
function fileOptions(tree: FileTree, path: string): K3sOptions {
  const folder = `${path}.d`;
  const dropIns = filesIn(tree, folder, /\.ya?ml$/i);
  const watched = [path, folder, ...(dropIns ?? [])];
  if (dropIns === undefined) {
    const listed = tree.list(folder);
    const reason = (listed.ok ? undefined : faultOf(listed.error.code)) ?? 'io';
    return { state: 'unreadable', reason, path: folder, watched };
  }
  const values = new Map<string, unknown>();
  for (const file of [path, ...dropIns]) {
    const read = readConfigText(tree, file);
    if (read.state === 'absent') continue;
    if (read.state === 'unreadable') return { state: 'unreadable', reason: read.fault, path: file, watched };
    const parsed = parseConfig(read.text, 'yaml');
    if (parsed === undefined) return { state: 'unreadable', reason: 'malformed', path: file, watched };
    for (const [key, value] of Object.entries(parsed)) {
      const name = key.replace(/\+$/, '');
      const before = values.get(name);
      const isAdded = key !== name && before !== undefined;
      values.set(name, isAdded ? [before, value].flat() : value);
    }
  }
  const flags = [...values].flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map(
      (one) => `${name.length === 1 ? '-' : '--'}${name}=${textOf(one)}`,
    ),
  );
  return { state: 'known', flags: flags.slice(0, FLAGS_MAX), watched };
}

/** The last value of an option, in either spelling. */
export function lastOption(flags: readonly string[], ...names: readonly string[]): string | undefined {
  return allOptions(flags, ...names).at(-1);
}

/** Every value of an option that may be repeated. */
export function allOptions(flags: readonly string[], ...names: readonly string[]): string[] {
  return flags.flatMap((flag, at): string[] => {
    for (const name of names) {
      if (flag.startsWith(`${name}=`)) return [flag.slice(name.length + 1)];
      if (flag !== name) continue;
      const next = flags[at + 1];
      return [next === undefined || next.startsWith('-') ? 'true' : next];
    }
    return [];
  });
}

/** Where k3s keeps its options when nobody says otherwise. */
const CONFIG = '/etc/rancher/k3s/config.yaml';

/**
 * The options a process of k3s was started with. It hides its arguments from the process table, so they are those of the
 * unit that starts it; the file comes first, arguments come behind it and win. A file on a server elsewhere is not asked.
 */
export function k3sOptions(
  tree: FileTree,
  program: RunningProgram,
  role: K3sRole,
  environment: Readonly<Record<string, string>> | undefined,
): K3sOptions {
  if (program.isCut) return { state: 'unreadable', reason: 'truncated', watched: [] };
  if (environment === undefined) return { state: 'unreadable', reason: 'permission', watched: [] };
  const shown = program.argv.slice(2).filter((word) => word !== '');
  const given: K3sOptions =
    shown.length > 0 ? { state: 'known', flags: shown, watched: [] } : unitArguments(tree, role);
  if (given.state !== 'known') return given;
  const file = environment['K3S_CONFIG_FILE'] || lastOption(given.flags, '--config', '-c') || CONFIG;
  if (/^https?:/.test(file)) return { ...given, state: 'unreadable', reason: 'not-asked', path: file };
  const options = fileOptions(tree, file);
  const watched = [...given.watched, ...options.watched];
  if (options.state !== 'known') return { ...options, watched };
  const dataFolder = environment['K3S_DATA_DIR'];
  return {
    state: 'known',
    flags: [
      ...(dataFolder === undefined ? [] : [`--data-dir=${dataFolder}`]),
      ...options.flags,
      ...given.flags,
    ],
    watched,
  };
}
