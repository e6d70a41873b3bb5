// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  opendirSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { err, ok } from '@bartizan/contracts/result';
import {
  type FileTree,
  MAX_DIRECTORY_ENTRIES,
  MAX_LINKS,
  MAX_PATH_BYTES,
  pathParts,
  type TreeEntry,
  type TreeEntryKind,
  type TreeError,
  type TreeErrorCode,
  type TreeFile,
  type TreeResult,
  type TreeStat,
  treeError,
} from './file-tree.ts';

/** Linux O_PATH: a handle on a name that opens nothing, so that devices and pipes are never touched. */
const O_PATH = 0o10000000;
const OPEN_NAME = O_PATH | constants.O_NOFOLLOW;
const CACHED_DIRECTORIES = 256;

interface Handle {
  readonly fd: number;
  readonly stats: Stats;
  /** The text of a link. */
  readonly target?: string;
}

const kindOf = (stats: Stats): TreeEntryKind => {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'link' : 'other';
};

const toStat = (stats: Stats): TreeStat => ({
  kind: kindOf(stats),
  sizeBytes: stats.size,
  mode: stats.mode & 0o7777,
  uid: stats.uid,
  gid: stats.gid,
  device: stats.dev,
  modifiedAtMs: stats.mtimeMs,
});

const CODES: Readonly<Record<string, TreeErrorCode>> = {
  ENOENT: 'scan.tree-not-found',
  ENOTDIR: 'scan.tree-not-found',
  EACCES: 'scan.tree-denied',
  EPERM: 'scan.tree-denied',
  ELOOP: 'scan.tree-link-loop',
  ENAMETOOLONG: 'scan.tree-path-too-long',
};

const convert = (path: string, cause: unknown): TreeError => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return treeError(CODES[code] ?? 'scan.tree-unreadable', path, code);
};

const readFully = (fd: number, offset: number, lengthBytes: number, into?: Buffer): Buffer => {
  const buffer =
    into === undefined || into.length < lengthBytes
      ? Buffer.allocUnsafe(lengthBytes)
      : into.subarray(0, lengthBytes);
  let done = 0;
  while (done < lengthBytes) {
    const count = readSync(fd, buffer, done, lengthBytes - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return done === lengthBytes ? buffer : buffer.subarray(0, done);
};

/**
 * A directory as the root of a tree. Each component is opened from the descriptor of its parent without following
 * links, and links are resolved by us inside the root: neither `..`, nor an absolute link, nor a name swapped while
 * we look can lead outside, as long as the root itself is trusted.
 */
export class DirectoryTree implements FileTree {
  readonly label: string;
  readonly isMachine: boolean;
  readonly #root: Handle;
  /** Open directories by their resolved path, oldest first. */
  readonly #directories = new Map<string, Handle>();

  constructor(rootPath: string, label: string = rootPath) {
    this.label = label;
    this.isMachine = rootPath === '/';
    // The root may itself be a link (`/proc/PID/root` is one): this one link is the caller's, hence followed.
    const fd = openSync(rootPath, O_PATH | constants.O_DIRECTORY);
    this.#root = { fd, stats: fstatSync(fd) };
  }

  list(path: string): TreeResult<readonly TreeEntry[]> {
    return this.#with(path, true, (handle) => {
      if (!handle.stats.isDirectory())
        return err(treeError('scan.tree-not-a-directory', path, 'not a directory'));
      const directory = opendirSync(`/proc/self/fd/${handle.fd}`, { bufferSize: 256 });
      try {
        const entries: TreeEntry[] = [];
        for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
          if (entries.length >= MAX_DIRECTORY_ENTRIES) {
            return err(treeError('scan.tree-too-large', path, `more than ${MAX_DIRECTORY_ENTRIES} entries`));
          }
          entries.push({ name: entry.name, kind: direntKind(handle.fd, entry) });
        }
        return ok(entries);
      } finally {
        directory.closeSync();
      }
    });
  }

  stat(path: string): TreeResult<TreeStat> {
    return this.#with(path, true, (handle) => ok(toStat(handle.stats)));
  }

  lstat(path: string): TreeResult<TreeStat> {
    return this.#with(path, false, (handle) => ok(toStat(handle.stats)));
  }

  readlink(path: string): TreeResult<string> {
    return this.#with(path, false, (handle) =>
      handle.target === undefined
        ? err(treeError('scan.tree-not-found', path, 'not a link'))
        : ok(handle.target),
    );
  }

  read(path: string, options: { readonly maxBytes: number }): TreeResult<Buffer> {
    const opened = this.open(path);
    if (!opened.ok) return opened;
    try {
      if (opened.value.sizeBytes > options.maxBytes) {
        return err(
          treeError(
            'scan.tree-too-large',
            path,
            `${opened.value.sizeBytes} bytes, limit ${options.maxBytes}`,
          ),
        );
      }
      // Files of procfs and growing files lie about their size: the limit is what bounds the read.
      const expectedBytes =
        opened.value.sizeBytes === 0 ? Math.min(options.maxBytes, 65_536) : opened.value.sizeBytes;
      const content = opened.value.readAt(0, expectedBytes + 1);
      return content.length > options.maxBytes
        ? err(treeError('scan.tree-too-large', path, `more than ${options.maxBytes} bytes`))
        : ok(content);
    } catch (cause) {
      return err(convert(path, cause));
    } finally {
      opened.value.close();
    }
  }

  open(path: string): TreeResult<TreeFile> {
    return this.#opened(path, (fd, stats) => ({
      sizeBytes: stats.size,
      readAt: (offset, lengthBytes, into) => readFully(fd, offset, lengthBytes, into),
      close: () => closeSync(fd),
    }));
  }

  /** A descriptor of a file for reading, which outlives this tree: the caller closes it. */
  descriptor(path: string): TreeResult<number> {
    return this.#opened(path, (fd) => fd);
  }

  close(): void {
    for (const handle of this.#directories.values()) closeSync(handle.fd);
    this.#directories.clear();
    closeSync(this.#root.fd);
  }

  #opened<T>(path: string, made: (fd: number, stats: Stats) => T): TreeResult<T> {
    return this.#with(path, true, (handle) => {
      if (!handle.stats.isFile()) return err(treeError('scan.tree-not-a-file', path, 'not a regular file'));
      const fd = openSync(`/proc/self/fd/${handle.fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
      return ok(made(fd, handle.stats));
    });
  }

  /** Resolves a path, runs `use` on its handle, closes what is not cached. */
  #with<T>(path: string, followLast: boolean, use: (handle: Handle) => TreeResult<T>): TreeResult<T> {
    if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
      return err(
        treeError('scan.tree-path-too-long', path.slice(0, 200), `more than ${MAX_PATH_BYTES} bytes`),
      );
    }
    if (path.includes('\0')) return err(treeError('scan.tree-not-found', path, 'NUL in the path'));
    let last: Handle | undefined;
    try {
      const found = this.#resolve(path, followLast);
      if (!found.ok) return found;
      if (!found.value.isCached) last = found.value.handle;
      return use(found.value.handle);
    } catch (cause) {
      return err(convert(path, cause));
    } finally {
      if (last !== undefined) closeSync(last.fd);
    }
  }

  #resolve(path: string, followLast: boolean): TreeResult<{ handle: Handle; isCached: boolean }> {
    const pending = pathParts(path).reverse();
    const trail: string[] = [];
    let links = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (name === '..') {
        trail.pop();
        continue;
      }
      const handle = this.#openBelow(trail, name);
      if (handle === undefined) continue;
      if (handle.target === undefined || (pending.length === 0 && !followLast)) {
        if (pending.length === 0) return ok({ handle, isCached: false });
        closeSync(handle.fd);
        return err(treeError('scan.tree-not-found', path, `${name} is not a directory`));
      }
      closeSync(handle.fd);
      links += 1;
      if (links > MAX_LINKS || pending.length > MAX_PATH_BYTES) {
        return err(treeError('scan.tree-link-loop', path, `more than ${MAX_LINKS} links`));
      }
      if (handle.target.startsWith('/')) trail.length = 0;
      pending.push(...pathParts(handle.target).reverse());
    }
    return ok({ handle: this.#directory(trail), isCached: true });
  }

  /** Goes one name down: a directory joins the trail; anything else is returned open. */
  #openBelow(trail: string[], name: string): Handle | undefined {
    const parent = this.#directory(trail);
    const key = trailKey([...trail, name]);
    if (this.#directories.has(key)) {
      trail.push(name);
      return undefined;
    }
    const handle = openNamed(parent.fd, name);
    if (!handle.stats.isDirectory()) return handle;
    trail.push(name);
    this.#remember(key, handle);
    return undefined;
  }

  /** The handle of a directory whose components are known to be directories; reopened when it fell out of the cache. */
  #directory(trail: readonly string[]): Handle {
    let handle = this.#root;
    if (trail.length === 0) return handle;
    const whole = this.#directories.get(trailKey(trail));
    if (whole !== undefined) return whole;
    for (let depth = 1; depth <= trail.length; depth += 1) {
      const key = trailKey(trail.slice(0, depth));
      const known = this.#directories.get(key);
      if (known !== undefined) {
        handle = known;
        continue;
      }
      const next = openNamed(handle.fd, trail[depth - 1] ?? '');
      if (!next.stats.isDirectory()) {
        // The name changed under us (a link was put in its place): refuse, never follow.
        closeSync(next.fd);
        throw Object.assign(new Error('directory was replaced'), { code: 'ENOENT' });
      }
      this.#remember(key, next);
      handle = next;
    }
    return handle;
  }

  #remember(key: string, handle: Handle): void {
    this.#directories.set(key, handle);
    if (this.#directories.size <= CACHED_DIRECTORIES) return;
    for (const [oldest, old] of this.#directories) {
      if (old === handle) continue;
      this.#directories.delete(oldest);
      closeSync(old.fd);
      return;
    }
  }
}

const trailKey = (trail: readonly string[]): string => trail.join('/');

/**
 * Opens one name below an open directory, as openat(2) with O_PATH and O_NOFOLLOW would. The text of a link is read by
 * name: should the name be swapped in between, the text is another one, but it is still resolved inside the root.
 */
const openNamed = (parentFd: number, name: string): Handle => {
  const path = `/proc/self/fd/${parentFd}/${name}`;
  const fd = openSync(path, OPEN_NAME);
  try {
    const stats = fstatSync(fd);
    return stats.isSymbolicLink() ? { fd, stats, target: readlinkSync(path) } : { fd, stats };
  } catch (cause) {
    closeSync(fd);
    throw cause;
  }
};

/** Some file systems do not tell the kind in the listing: ask for it then. */
const direntKind = (parentFd: number, entry: Dirent): TreeEntryKind => {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isFIFO() || entry.isSocket() || entry.isCharacterDevice() || entry.isBlockDevice())
    return 'other';
  try {
    const handle = openNamed(parentFd, entry.name);
    closeSync(handle.fd);
    return kindOf(handle.stats);
  } catch {
    return 'other';
  }
};
