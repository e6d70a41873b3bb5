// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Dirent, lstatSync, opendirSync } from 'node:fs';
import { below, type FactSheet, fileText, folderNames, rightsText } from './fact-sheet.ts';

const ENTRIES_MAX = 500_000;
const DEPTH_MAX = 64;
const SET_ID = 0o6000;
const EXECUTE = 0o111;
const SKIPPED = new Set([
  '/proc',
  '/sys',
  '/dev',
  '/run',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/bartizan',
]);

/** Files that packages own. Undefined when no package database is here. rpm's list is binary and is not read. */
const ownedFiles = (root: string): ((path: string) => boolean) | undefined => {
  const info = folderNames(root, '/var/lib/dpkg/info').filter((name) => name.endsWith('.list'));
  const apk = fileText(root, '/lib/apk/db/installed');
  if (info.length === 0 && apk === undefined) return undefined;
  const owned = new Set<string>();
  for (const name of info) {
    for (const line of (fileText(root, `/var/lib/dpkg/info/${name}`) ?? '').split('\n')) owned.add(line);
  }
  let folder = '';
  for (const line of (apk ?? '').split('\n')) {
    if (line.startsWith('F:')) folder = line.slice(2);
    else if (line.startsWith('R:')) owned.add(`/${folder}/${line.slice(2)}`);
  }
  // usr-merge: lists name files by the old path too, and diverted ones by their new name.
  const diverted = new Set((fileText(root, '/var/lib/dpkg/diversions') ?? '').split('\n'));
  return (path) => owned.has(path) || owned.has(path.replace(/^\/usr\//, '/')) || diverted.has(path);
};

/** Regular files with a set-id and an execute bit on the file system of the root; undefined when the walk was not finished. */
export const setIdFiles = (
  root: string,
):
  | { readonly path: string; readonly mode: number; readonly uid: number; readonly gid: number }[]
  | undefined => {
  const found: { path: string; mode: number; uid: number; gid: number }[] = [];
  const place = (path: string): string => below(root, path === '' ? '/' : path);
  const device = lstatSync(place('')).dev;
  let entries = 0;
  const look = (path: string): void => {
    const entry = lstatSync(place(path), { throwIfNoEntry: false });
    if (entry?.isFile() && (entry.mode & SET_ID) !== 0 && (entry.mode & EXECUTE) !== 0) {
      found.push({ path, mode: entry.mode & 0o7777, uid: entry.uid, gid: entry.gid });
    }
  };
  const isEntered = (folder: string): boolean =>
    !SKIPPED.has(folder) && lstatSync(place(folder), { throwIfNoEntry: false })?.dev === device;
  const folders: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    if (!isEntered(folder.path)) continue;
    for (const entry of entriesOf(place(folder.path))) {
      entries += 1;
      if (entries > ENTRIES_MAX || folder.depth > DEPTH_MAX) return undefined;
      const path = `${folder.path}/${entry.name}`;
      if (entry.isDirectory()) folders.push({ path, depth: folder.depth + 1 });
      else if (entry.isFile()) look(path);
    }
  }
  return found;
};

function* entriesOf(folder: string): Generator<Dirent> {
  try {
    const open = opendirSync(folder, { bufferSize: 256 });
    try {
      for (let entry = open.readSync(); entry; entry = open.readSync()) yield entry;
    } finally {
      open.closeSync();
    }
  } catch {
    // A folder that is gone or cannot be read holds nothing that can be shown.
  }
}

/** The fact of set-id programs that no package owns. */
export const collectSetuid = (sheet: FactSheet, root: string): void => {
  const isOwned = ownedFiles(root);
  if (!isOwned) {
    sheet.setUnknown('files.setuid-unowned', 'there is no package database that lists files');
    return;
  }
  const files = setIdFiles(root);
  sheet.setOr(
    'files.setuid-unowned',
    files
      ?.filter(({ path }) => !isOwned(path))
      .map((one) => rightsText(one.path, { ...one, isFile: true, isFolder: false })),
    `the walk was stopped after ${ENTRIES_MAX} entries`,
  );
};
