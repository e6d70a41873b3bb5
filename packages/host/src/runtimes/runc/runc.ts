// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, type FSWatcher, watch as watchPath } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ErrorCode, Failure, LocalText, Result } from '@bartizan/contracts';
import { err, ok } from '@bartizan/contracts/result';
import { type ReadFailure, readNames, readText } from '../../procfs/bounded-read.ts';
import type { Procfs } from '../../procfs/procfs.ts';
import { readObject } from '../json.ts';
import {
  type ContainerRuntime,
  emptyContainer,
  instantMs,
  type RuntimeContainer,
  type RuntimeEvent,
} from '../runtime.ts';
import { unreachable } from '../unreachable.ts';

const STATE_BYTES_MAX = 1024 * 1024;
const CONTAINERS_MAX = 5000;
const TICK_US = 10_000;
/** Why the state folder could not be read. */
const UNREAD: Readonly<Record<ReadFailure['kind'], LocalText>> = {
  gone: { en: 'does not exist', ja: '存在しません' },
  denied: { en: 'may not be read', ja: '読み取りが許可されていません' },
  'too-large': { en: 'is too large', ja: '大きすぎます' },
  malformed: { en: 'is malformed', ja: '形式が正しくありません' },
  failed: { en: 'could not be read', ja: '読み取れませんでした' },
};

/** Bind mounts of the configuration in state.json: {source, destination, device "bind", flags}; flag 1 is MS_RDONLY. */
const MS_RDONLY = 1;
const MS_BIND = 4096;

/** Path in the key hierarchy from `cgroup_paths`: {"memory": "/sys/fs/cgroup/memory/x", "": "/sys/fs/cgroup/unified/x"}. */
const cgroupPathIn = (
  paths: Readonly<Record<string, string>>,
  keyRoot: string | undefined,
): string | undefined =>
  keyRoot === undefined
    ? undefined
    : Object.values(paths)
        .find((path) => path.startsWith(`${keyRoot}/`))
        ?.slice(keyRoot.length);

/** What one state folder needs to be read. */
export interface RuncOptions {
  readonly procfs: Procfs;
  readonly keyRoot: string | undefined;
}

/** Reads one container from `ROOT/ID/state.json` (libcontainer's State). */
export const readRuncState = (
  root: string,
  id: string,
  options: RuncOptions,
): RuntimeContainer | undefined => {
  const content = readText(join(root, id, 'state.json'), STATE_BYTES_MAX);
  const state = content.ok ? readObject(content.value) : undefined;
  if (!state) return undefined;
  const pid = state.number('init_process_pid') ?? 0;
  const stat = pid > 0 ? options.procfs.stat(pid) : undefined;
  // The pid may belong to another process by now: the start time tells.
  const startTicks = state.number('init_process_start');
  const isAlive =
    stat?.ok === true &&
    stat.value.state !== 'Z' &&
    (startTicks === undefined || Math.abs(stat.value.startBootUs / TICK_US - startTicks) < 2);
  const config = state.object('config');
  const labels = Object.fromEntries(
    (config?.texts('labels', 256) ?? []).flatMap((one) => {
      const equals = one.indexOf('=');
      return equals > 0 ? [[one.slice(0, equals), one.slice(equals + 1)]] : [];
    }),
  );
  return {
    ...emptyContainer('runc', root, state.text('id', 128) || id),
    name: (state.text('id', 128) || id).slice(0, 253),
    state: isAlive ? (existsSync(join(root, id, 'exec.fifo')) ? 'created' : 'running') : 'exited',
    pid: isAlive ? pid : undefined,
    labels,
    createdAtMs: instantMs(state.text('created')),
    startedAtMs: isAlive ? instantMs(state.text('created')) : undefined,
    cgroupPath: cgroupPathIn(state.labels('cgroup_paths'), options.keyRoot),
    mounts: config
      ?.objects('mounts', 256)
      .filter((mount) => mount.text('device') === 'bind' || ((mount.number('flags') ?? 0) & MS_BIND) !== 0)
      .map((mount) => ({
        source: mount.text('source'),
        target: mount.text('destination'),
        readOnly: ((mount.number('flags') ?? 0) & MS_RDONLY) !== 0,
      })),
  };
};

/** Watches a folder; undefined when that is not possible. */
const tryWatch = (path: string, onName: (name: string) => void): FSWatcher | undefined => {
  try {
    const watcher = watchPath(path, { persistent: false }, (_, name) => onName(name ?? ''));
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
};

/** Follows the folders of containers in a runc root, and waits for the root itself. */
class RuncWatch {
  readonly #root: string;
  readonly #onEvent: (event: RuntimeEvent) => void;
  readonly #folders = new Map<string, FSWatcher>();
  #rootWatcher: FSWatcher | undefined;
  #parentWatcher: FSWatcher | undefined;

  constructor(root: string, onEvent: (event: RuntimeEvent) => void) {
    this.#root = root;
    this.#onEvent = onEvent;
    this.#parentWatcher = tryWatch(dirname(root), (name) => {
      if (name === basename(root)) this.#attach();
    });
    this.#attach();
  }

  close(): void {
    this.#parentWatcher?.close();
    this.#rootWatcher?.close();
    for (const watcher of this.#folders.values()) watcher.close();
  }

  #attach(): void {
    this.#rootWatcher?.close();
    this.#rootWatcher = tryWatch(this.#root, (name) => this.#look(name));
    const names = readNames(this.#root, CONTAINERS_MAX);
    for (const name of names.ok ? names.value : []) this.#look(name);
  }

  #look(id: string): void {
    if (id === '') return;
    const folder = join(this.#root, id);
    const known = this.#folders.get(id);
    if (!existsSync(folder)) {
      known?.close();
      this.#folders.delete(id);
      // Also one whose folder came and went before we could look: its name is all there is to know.
      this.#onEvent({ kind: 'removed', id, name: id, atMs: Date.now() });
      return;
    }
    if (known) return;
    const watcher = tryWatch(folder, (name) => {
      if (name === 'state.json' || name === 'exec.fifo')
        this.#onEvent({ kind: 'changed', id, atMs: Date.now() });
    });
    if (watcher) this.#folders.set(id, watcher);
    this.#onEvent({ kind: 'changed', id, atMs: Date.now() });
  }
}

class Runc implements ContainerRuntime {
  readonly kind = 'runc';
  readonly endpoint: string;
  readonly #options: RuncOptions;

  constructor(root: string, options: RuncOptions) {
    this.endpoint = root;
    this.#options = options;
  }

  version(): Promise<Result<string, Failure<ErrorCode>>> {
    return Promise.resolve(existsSync(this.endpoint) ? ok('') : err(unreachable(this.endpoint, UNREAD.gone)));
  }

  list(): Promise<Result<RuntimeContainer[], Failure<ErrorCode>>> {
    const names = readNames(this.endpoint, CONTAINERS_MAX);
    // No folder yet: no container yet.
    if (!names.ok && names.error.kind === 'gone') return Promise.resolve(ok([]));
    if (!names.ok) return Promise.resolve(err(unreachable(this.endpoint, UNREAD[names.error.kind])));
    return Promise.resolve(
      ok(names.value.flatMap((id) => readRuncState(this.endpoint, id, this.#options) ?? [])),
    );
  }

  find(id: string): Promise<RuntimeContainer | undefined> {
    const isName = id !== '' && !id.includes('/') && !id.startsWith('.');
    return Promise.resolve(isName ? readRuncState(this.endpoint, id, this.#options) : undefined);
  }

  watch(onEvent: (event: RuntimeEvent) => void): () => void {
    const watch = new RuncWatch(this.endpoint, onEvent);
    return () => watch.close();
  }

  close(): void {
    // Nothing is held between calls.
  }
}

/** The state folder of runc at `root`. */
export const openRunc = (root: string, options: RuncOptions): ContainerRuntime => new Runc(root, options);
