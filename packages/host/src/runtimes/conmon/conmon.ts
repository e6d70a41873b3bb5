// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { basename, dirname, join } from 'node:path';
import { readText } from '../../procfs/bounded-read.ts';
import type { Procfs } from '../../procfs/procfs.ts';
import { fieldsOf, readObject } from '../json.ts';
import { emptyContainer, instantMs, type RuntimeContainer } from '../runtime.ts';

/** From a process of a container up to conmon: the container's first process, and a runtime that still sets it up. */
const LEVELS_MAX = 8;
const SPEC_BYTES_MAX = 4 * 1024 * 1024;
const STORE_BYTES_MAX = 16 * 1024 * 1024;
const STORED_MAX = 20_000;
const PID_BYTES_MAX = 64;
const ID = /^[0-9a-f]{64}$/;

/** What conmon says of its container by its arguments (conmon(8)). */
interface Arguments {
  readonly id: string;
  readonly name: string;
  readonly bundle: string;
  readonly pidFile: string;
}

/** Value of an option that has a long and a short name; a long one may hold it after `=`. */
const optionOf = (words: readonly string[], long: string, short: string): string => {
  const at = words.findIndex(
    (word) => word === `-${short}` || word === `--${long}` || word.startsWith(`--${long}=`),
  );
  const word = words[at] ?? '';
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : at < 0 ? '' : (words[at + 1] ?? '');
};

/** Reads the arguments of a conmon; undefined for another program, or without an id, a name and a bundle. */
export const readArguments = (words: readonly string[]): Arguments | undefined => {
  if (basename(words[0] ?? '') !== 'conmon') return undefined;
  const [id, name, bundle] = [
    optionOf(words, 'cid', 'c'),
    optionOf(words, 'name', 'n'),
    optionOf(words, 'bundle', 'b'),
  ];
  if (!ID.test(id) || name === '' || !bundle.startsWith('/')) return undefined;
  return { id, name: name.slice(0, 253), bundle, pidFile: optionOf(words, 'container-pidfile', 'p') };
};

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

/** The entry of a container in the store of containers/storage: {id, names, metadata: JSON {image-name, ...}}. */
const storedMetadata = (folders: readonly string[], id: string) => {
  for (const path of folders.flatMap((folder) =>
    ['containers.json', 'volatile-containers.json'].map((name) => join(folder, name)),
  )) {
    const content = readText(path, STORE_BYTES_MAX);
    // Others write it all the time: a file that is not whole is as good as none.
    if (!content.ok || !content.value.includes(id)) continue;
    const rows = fieldsOf({ rows: parsed(content.value) })?.objects('rows', STORED_MAX) ?? [];
    const row = rows.find((one) => one.text('id', 128) === id);
    if (row) return { metadata: readObject(row.text('metadata', 65_536)), created: row.text('created', 64) };
  }
  return undefined;
};

const pidIn = (path: string): number | undefined => {
  const content = path.startsWith('/') ? readText(path, PID_BYTES_MAX) : undefined;
  const pid = content?.ok ? Number(content.value.trim()) : Number.NaN;
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
};

/** The conmon that holds the container `id`, looked for among `pid` and its parents; those with a root of their own do not count. */
const findMonitor = (
  pids: readonly number[],
  id: string,
  machine: { readonly procfs: Procfs; readonly root: string | undefined },
): Arguments | undefined => {
  const { procfs, root } = machine;
  for (const first of pids) {
    let pid = first;
    for (let level = 0; level < LEVELS_MAX && pid > 1; level += 1) {
      const words = procfs.commandLine(pid);
      const found = words.ok ? readArguments(words.value) : undefined;
      // A program in a container may call itself what it likes.
      const seen = found ? procfs.rootIdentity(pid) : undefined;
      if (found?.id === id && seen?.ok && seen.value === root) return found;
      const stat = procfs.stat(pid);
      if (!stat.ok) break;
      pid = stat.value.parentPid;
    }
  }
  return undefined;
};

/**
 * A container of Podman as its conmon, its bundle and the store of containers have it. All three are there before its
 * first process is, and nobody has to answer: Podman itself answers nothing about a container that it is starting, and
 * often runs no service at all. Labels are in none of them.
 */
export const readMonitored = (
  seen: { readonly id: string; readonly pids: readonly number[] },
  machine: { readonly procfs: Procfs; readonly root: string | undefined },
): RuntimeContainer | undefined => {
  const monitor = findMonitor(seen.pids, seen.id, machine);
  if (!monitor) return undefined;
  const { id, name, bundle, pidFile } = monitor;
  const content = readText(join(bundle, 'config.json'), SPEC_BYTES_MAX);
  const spec = content.ok ? readObject(content.value) : undefined;
  if (spec?.object('annotations')?.text('io.container.manager', 64) !== 'libpod') return undefined;
  // STORE/ID/userdata; a store that does not outlive the boot is where the file of the pid is.
  const folders = [bundle, ...(pidFile === '' ? [] : [dirname(pidFile)])].map((one) => dirname(dirname(one)));
  const stored = storedMetadata([...new Set(folders)], id);
  return {
    ...emptyContainer('podman', bundle, id),
    name,
    state: 'running',
    pid: pidIn(pidFile),
    image: stored?.metadata?.text('image-name', 512) || undefined,
    createdAtMs: instantMs(stored?.created),
  };
};
