// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Dir, type Dirent, lstatSync, opendirSync, type Stats } from 'node:fs';
import { type Mount, readFailure } from '@bartizan/host';
import { isStorageOfUser, ownersInStorage } from './container-storage.ts';
import { below, failureText } from './fact-sheet.ts';

/** In one file system, and in all: slow disks give some thousand entries a second, and a survey has ten minutes. */
const ENTRIES_MAX = { each: 500_000, all: 1_500_000 };
const DEPTH_MAX = 64;
const UNSEEN_MAX = 16;
const SET_ID = 0o6000;
const EXECUTE = 0o111;
/** Not the files of the host: what the kernel shows, our own, snapshots that only root may enter. */
const SKIPPED = ['/proc', '/sys', '/dev', '/run', '/.snapshots', '/var/lib/bartizan'];
/** Looked at first: a full disk may leave nothing of the bounds for what is looked at last. */
const PROGRAMS = new Set(['/usr', '/bin', '/sbin', '/lib', '/opt', '/etc']);
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

/** What to walk, and how far. */
interface WalkPlan {
  /** Those of the host: without them only the file system of the root is walked. */
  readonly mounts: readonly Mount[] | undefined;
  /** Folders that are left out, as storage of containers. */
  readonly skipped: readonly string[];
  readonly entriesMax?: { readonly each: number; readonly all: number };
}

interface Folder {
  readonly path: string;
  readonly depth: number;
  /** That of the folder above. */
  readonly device: number | undefined;
  /** Set in the storage of containers that a user runs. */
  readonly keeper?: Stats | undefined;
}

const rankOf = ({ path, keeper }: Folder): number => (PROGRAMS.has(path) ? 0 : keeper ? 2 : 1);

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
  readonly #isOfContainer: ReturnType<typeof ownersInStorage>;
  /** Where another file system begins than the one above, or a storage; each is walked once the one before is done. */
  readonly #parts: Folder[] = [{ path: '', depth: 0, device: undefined }];
  /** Roots of file systems that were entered: one may be mounted at many places. */
  readonly #entered = new Set<string>();
  readonly #max: { readonly each: number; readonly all: number };
  #entries = 0;

  constructor(root: string, { mounts, skipped, entriesMax }: WalkPlan) {
    this.#root = root;
    this.#mounts = mounts && new Map(mounts.map((one) => [Buffer.from(one.target).toString(BYTES), one]));
    this.#skipped = new Set([...SKIPPED, ...skipped.map((path) => Buffer.from(path).toString(BYTES))]);
    this.#isOfContainer = ownersInStorage(root);
    this.#max = entriesMax ?? ENTRIES_MAX;
  }

  run(): void {
    for (let part = this.#next(); part; part = this.#next()) this.#walk(part);
  }

  #next(): Folder | undefined {
    return this.#parts.sort((one, other) => rankOf(one) - rankOf(other)).shift();
  }

  #walk(part: Folder): void {
    const end = Math.min(this.#entries + this.#max.each, this.#max.all);
    const folders = [part];
    for (let folder = folders.pop(); folder; folder = folders.pop()) {
      const { path, depth } = folder;
      const stat = this.#folderOf(folder, part);
      if (!stat) continue;
      for (const entry of this.#entriesOf(path)) {
        if (this.#entries >= end) {
          this.#miss(`the walk of ${textOf(part.path) || '/'} was stopped: there is too much in it`);
          return;
        }
        this.#entries += 1;
        const place = `${path}/${entry.name}`;
        if (entry.isFile()) this.#look(place, part.keeper);
        if (!entry.isDirectory()) continue;
        const queue = this.#mounts?.has(place) ? this.#parts : folders;
        queue.push({ path: place, depth: depth + 1, device: stat.dev, keeper: part.keeper });
      }
      if (path === '') folders.sort((one, other) => rankOf(other) - rankOf(one));
    }
  }

  /** Undefined when the folder is not walked now: not at all, or later as a part of its own. */
  #folderOf(folder: Folder, part: Folder): Stats | undefined {
    const { path, depth, device } = folder;
    if (this.#skipped.has(path) || !this.#mayBeAsked(path)) return undefined;
    const stat = this.#statOf(path);
    if (!stat?.isDirectory()) return undefined;
    const isOther = folder !== part && stat.dev !== device;
    const isStorage = !part.keeper && this.#isStorage(path, stat);
    if (isOther || isStorage) {
      this.#parts.push(isStorage ? { ...folder, keeper: stat } : folder);
      return undefined;
    }
    if (depth > DEPTH_MAX) this.#miss(`folders that lie deeper than ${DEPTH_MAX} are not walked`);
    return depth <= DEPTH_MAX && this.#isEntered(path, stat, device) ? stat : undefined;
  }

  #isStorage(path: string, stat: Stats): boolean {
    return isStorageOfUser(path, stat, (name) => this.#statOf(`${path}/${name}`)?.isDirectory() === true);
  }

  /** By what is mounted at a path: what a user mounted refuses even root, and a network may not answer. */
  #mayBeAsked(path: string): boolean {
    const mount = this.#mounts?.get(path);
    if (!mount) return true;
    if (path.startsWith(VOLUMES) || mount.options.includes('nosuid')) return false;
    // Where the root itself is of a network, a part of it that is mounted once more is as good as the rest.
    if (!REMOTE.test(mount.filesystem) || mount.device === this.#mounts?.get('/')?.device) return true;
    this.#miss(`${textOf(path)} (${mount.filesystem}) is not walked`);
    return false;
  }

  #miss(reason: string): void {
    if (this.unseen.length < UNSEEN_MAX && !this.unseen.includes(reason)) this.unseen.push(reason);
  }

  #look(path: string, keeper: Stats | undefined): void {
    const stat = this.#statOf(path);
    if (!stat?.isFile() || (stat.mode & SET_ID) === 0 || (stat.mode & EXECUTE) === 0) return;
    if (!keeper || !this.#isOfContainer(stat, keeper)) {
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

/** Set-id files of the host whose root is at `root`, on all its local file systems. */
export const setIdFiles = (root: string, plan: WalkPlan): SetIdFiles => {
  const walk = new Walk(root, plan);
  walk.run();
  return walk;
};
