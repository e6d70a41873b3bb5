// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { EvidenceFault } from '@bartizan/contracts/compliance';
import type { FileTree } from '../tree/file-tree.ts';
import { faultOf } from './read-config.ts';

/** What lies below a folder, in the order of a walk. */
export interface FolderWalk {
  readonly files: readonly string[];
  /** Folders below it. */
  readonly folders: readonly string[];
  /** Where there may be more than is told, and why. */
  readonly unread: readonly { readonly path: string; readonly reason: EvidenceFault }[];
}

const FILES_MAX = 256;
const FOLDERS_MAX = 64;

/**
 * Files below a folder whose names end so, those with a dot in front and those of its folders included. Links are taken
 * for files, as by walks that do not follow them; one that leads to a folder is none.
 */
export function filesBelow(tree: FileTree, folder: string, ending: RegExp): FolderWalk {
  const files: string[] = [];
  const folders: string[] = [];
  const unread: { path: string; reason: EvidenceFault }[] = [];
  const more = (path: string): void => {
    if (!unread.some((one) => one.path === path)) unread.push({ path, reason: 'too-large' });
  };
  const visit = (path: string): void => {
    const listed = tree.list(path);
    if (!listed.ok) {
      const reason = faultOf(listed.error.code);
      if (reason !== undefined) unread.push({ path, reason });
      return;
    }
    const entries = listed.value.toSorted((one, two) => (one.name < two.name ? -1 : 1));
    for (const { name, kind } of entries) {
      const at = `${path}/${name}`;
      if (kind === 'directory') {
        if (folders.length >= FOLDERS_MAX) more(folder);
        else {
          folders.push(at);
          visit(at);
        }
      } else if (ending.test(name)) {
        if (files.length >= FILES_MAX) more(folder);
        else files.push(at);
      }
    }
  };
  visit(folder);
  return { files, folders, unread };
}
