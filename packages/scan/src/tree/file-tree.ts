// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import type { FoundPackage } from '../catalogers/package.ts';
import type { Inspection } from '../catalogers/problem.ts';

/** What kind of thing a name stands for. `other` = device, socket or pipe: never opened. */
export type TreeEntryKind = 'file' | 'directory' | 'link' | 'other';

/** One name in a directory. */
export interface TreeEntry {
  readonly name: string;
  readonly kind: TreeEntryKind;
}

/** Facts of one file system object. */
export interface TreeStat {
  readonly kind: TreeEntryKind;
  readonly sizeBytes: number;
  /** Permission bits with setuid, setgid and sticky (the low twelve bits). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Device number, so that a walk can notice another file system; 0 in images. */
  readonly device: number;
  readonly modifiedAtMs: number;
}

/** Why a tree could not answer. */
export type TreeErrorCode =
  | 'scan.tree-not-found'
  | 'scan.tree-not-a-file'
  | 'scan.tree-not-a-directory'
  | 'scan.tree-link-loop'
  | 'scan.tree-path-too-long'
  | 'scan.tree-too-large'
  | 'scan.tree-denied'
  | 'scan.tree-unreadable';

/** A failed access: the code, and the path inside the tree. */
export interface TreeError {
  readonly code: TreeErrorCode;
  readonly path: string;
  readonly detail: string;
}

/** What reading a tree returns. */
export type TreeResult<T> = Result<T, TreeError>;

/** An open regular file for reads at offsets. The caller closes it. */
export interface TreeFile {
  readonly sizeBytes: number;
  /**
   * At most `lengthBytes` bytes from `offset`; shorter at the end of the file. They may be read into memory of the
   * caller, where there is room: they are valid then until he uses it again.
   */
  readAt(offset: number, lengthBytes: number, into?: Buffer): Buffer;
  close(): void;
}

/**
 * The port through which the scanner sees a file system: a directory, a container's root or an image.
 * Paths are absolute inside the tree and use `/`. Links are resolved inside the tree and cannot lead out of it.
 */
export interface FileTree {
  /** What is scanned, for people. */
  readonly label: string;
  /** Whether this is the root of the machine we run on: what the kernel shows in it is then its own. */
  readonly isMachine?: boolean;
  /** Names in a directory, links in the path followed; at most `MAX_DIRECTORY_ENTRIES`. */
  list(path: string): TreeResult<readonly TreeEntry[]>;
  /** Facts of what the path leads to. */
  stat(path: string): TreeResult<TreeStat>;
  /** Facts of the last component itself, even when it is a link. */
  lstat(path: string): TreeResult<TreeStat>;
  /** The text of a link. */
  readlink(path: string): TreeResult<string>;
  /** The whole content of a regular file; an error when it is larger than `maxBytes`. */
  read(path: string, options: { readonly maxBytes: number }): TreeResult<Buffer>;
  /** Opens a regular file. */
  open(path: string): TreeResult<TreeFile>;
  /** Which image layer brought the path, where the tree knows. */
  layerOf?(path: string): string | undefined;
  /** Which image layer brought a package of a database that later layers rewrote, where the tree knows. */
  broughtBy?(found: FoundPackage): string | undefined;
  /** What catalogers read from the file while its layer went by; its content is not kept then. */
  inspected?(path: string): readonly Inspection[] | undefined;
  /** The licences that a copyright file states, where it was read while its layer went by. */
  statedLicences?(path: string): readonly string[] | undefined;
  /** Frees descriptors and buffers. */
  close(): void;
}

/** Names kept of one directory; a larger one is refused, and the scan says it is incomplete. */
export const MAX_DIRECTORY_ENTRIES = 200_000;
/** Links followed in one look-up, the limit of Linux itself. */
export const MAX_LINKS = 40;
/** Longest path accepted, as in Linux. */
export const MAX_PATH_BYTES = 4096;

/** Makes a TreeError. */
export const treeError = (code: TreeErrorCode, path: string, detail: string): TreeError => ({
  code,
  path,
  detail,
});

/** The components of a path, with `.` and `..` kept for the resolver; empty ones dropped. */
export const pathParts = (path: string): string[] =>
  path.split('/').filter((part) => part !== '' && part !== '.');

/** The components of a path, `..` resolved by the text alone: it takes the one before away, and leads nowhere above the root. */
export const foldedParts = (path: string): string[] => {
  const parts: string[] = [];
  for (const part of pathParts(path)) {
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts;
};

/** Joins a directory and a name. */
export const joinPath = (directory: string, name: string): string =>
  directory === '/' ? `/${name}` : `${directory}/${name}`;

/** The directory part of an absolute path. */
export const parentPath = (path: string): string => {
  const at = path.lastIndexOf('/');
  return at <= 0 ? '/' : path.slice(0, at);
};

/** The last component of a path. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
