// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Dir, type Dirent, lstatSync, opendirSync, type Stats } from 'node:fs';
import { type Mount, readFailure } from '@bartizan/host';
import { below, failureText } from './fact-sheet.ts';

const ENTRIES_MAX = 500_000;
const DEPTH_MAX = 64;
const UNSEEN_MAX = 16;
const SET_ID = 0o6000;
const EXECUTE = 0o111;
/** Not the files of the host: what the kernel shows, what containers are made of, snapshots that only root may enter. */
const SKIPPED = [
  '/proc',
  '/sys',
  '/dev',
  '/run',
  '/.snapshots',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/bartizan',
];
/** File systems of disks and memory that keep a set-id bit. Others are entered nowhere. */
const LOCAL = /^(ext[234]|xfs|btrfs|bcachefs|zfs|f2fs|jfs|reiserfs|tmpfs|ramfs)$/;
/** Those that may hold set-id files, and that may be too large or too far away to be walked. */
const REMOTE = /^(nfs4?|cifs|smb3|ceph|9p|virtiofs|lustre|glusterfs|afs|gfs2|ocfs2|fuse.*)$/;
/** Volumes of pods: only root may enter the folder that they are mounted in. */
const VOLUMES = '/var/lib/kubelet/';

/** A regular file with a set-id and an execute bit. */
interface SetIdFile {
  /** As text; bytes that are not of UTF-8 as `\xff`. */
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What a walk found, and why it may not be all. */
interface SetIdFiles {
  readonly files: readonly SetIdFile[];
  readonly unseen: readonly string[];
}

/** Names are any bytes but "/" and NUL: they are kept as one character a byte, in which ASCII is what it is. */
const BYTES = 'latin1';
const ASCII = /^[ -~]*$/;

const textOf = (path: string): string => {
  const bytes = Buffer.from(path, BYTES);
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes)
    ? text
    : path.replaceAll(/[^ -~]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
};

class Walk {
  readonly files: SetIdFile[] = [];
  readonly unseen: string[] = [];
  readonly #root: string;
  readonly #mounts: ReadonlyMap<string, Mount> | undefined;
  readonly #skipped: ReadonlySet<string>;
  readonly #folders: {
    readonly path: string;
    readonly depth: number;
    readonly device: number | undefined;
  }[] = [{ path: '', depth: 0, device: undefined }];
  /** Roots of file systems that were entered: one may be mounted at many places. */
  readonly #entered = new Set<string>();
  #entries = 0;

  constructor(
    root: string,
    of: { readonly mounts: readonly Mount[] | undefined; readonly skipped: readonly string[] },
  ) {
    this.#root = root;
    this.#mounts =
      of.mounts && new Map(of.mounts.map((one) => [Buffer.from(one.target).toString(BYTES), one] as const));
    this.#skipped = new Set([...SKIPPED, ...of.skipped]);
  }

  run(): void {
    for (let folder = this.#folders.pop(); folder; folder = this.#folders.pop()) {
      const { path, depth } = folder;
      const stat = this.#skipped.has(path) ? undefined : this.#statOf(path);
      if (!stat?.isDirectory() || !this.#isEntered(path, stat, folder.device)) continue;
      for (const entry of this.#entriesOf(path)) {
        this.#entries += 1;
        if (this.#entries > ENTRIES_MAX || depth > DEPTH_MAX) {
          this.#miss(
            `the walk was stopped after ${ENTRIES_MAX} entries or at a depth of ${DEPTH_MAX} folders`,
          );
          return;
        }
        const place = `${path}/${entry.name}`;
        if (entry.isDirectory()) this.#folders.push({ path: place, depth: depth + 1, device: stat.dev });
        else if (entry.isFile()) this.#look(place);
      }
    }
  }

  #miss(reason: string): void {
    if (this.unseen.length < UNSEEN_MAX) this.unseen.push(reason);
  }

  #look(path: string): void {
    const stat = this.#statOf(path);
    if (stat?.isFile() && (stat.mode & SET_ID) !== 0 && (stat.mode & EXECUTE) !== 0) {
      this.files.push({ path: textOf(path), mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid });
    }
  }

  /** Whether a folder is walked that may be on another file system than the one it is in. */
  #isEntered(path: string, stat: Stats, above: number | undefined): boolean {
    if (above === undefined || stat.dev === above) return true;
    if (!this.#mounts) {
      this.#miss(`${textOf(path)} is another file system, and mounts of the host cannot be read`);
      return false;
    }
    const mount = this.#mounts.get(path);
    if (mount && (path.startsWith(VOLUMES) || mount.options.includes('nosuid'))) return false;
    if (mount && REMOTE.test(mount.filesystem))
      this.#miss(`${textOf(path)} (${mount.filesystem}) is not walked`);
    // What is no mount is a part of the file system above with a number of its own, as btrfs has them.
    if (mount && !LOCAL.test(mount.filesystem)) return false;
    const key = `${stat.dev}:${stat.ino}`;
    const isNew = !this.#entered.has(key);
    this.#entered.add(key);
    return isNew;
  }

  #placeOf(path: string): string | Buffer {
    const root = below(this.#root, path === '' ? '/' : '');
    return ASCII.test(path) ? root + path : Buffer.concat([Buffer.from(root), Buffer.from(path, BYTES)]);
  }

  #statOf(path: string): Stats | undefined {
    try {
      return lstatSync(this.#placeOf(path), { throwIfNoEntry: false });
    } catch (thrown) {
      this.#missUnlessGone(path, thrown);
      return undefined;
    }
  }

  *#entriesOf(path: string): Generator<Dirent> {
    const open = this.#opened(path);
    if (!open) return;
    try {
      for (let entry = open.readSync(); entry; entry = open.readSync()) yield entry;
    } catch {
      this.#miss(`${textOf(path)} cannot be read to its end`);
    } finally {
      open.closeSync();
    }
  }

  #opened(path: string): Dir | undefined {
    try {
      return opendirSync(this.#placeOf(path), { bufferSize: 256, encoding: BYTES });
    } catch (thrown) {
      this.#missUnlessGone(path, thrown);
      return undefined;
    }
  }

  #missUnlessGone(path: string, thrown: unknown): void {
    const failure = readFailure(textOf(path), thrown);
    if (failure.kind !== 'gone') this.#miss(failureText(failure));
  }
}

/**
 * Set-id files of the host whose root is at `root`, on all its local file systems. `mounts` are those of the host:
 * without them only the file system of the root is walked.
 */
export const setIdFiles = (
  root: string,
  of: { readonly mounts: readonly Mount[] | undefined; readonly skipped: readonly string[] },
): SetIdFiles => {
  const walk = new Walk(root, of);
  walk.run();
  return walk;
};
