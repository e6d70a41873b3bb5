// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { EvidenceFault } from '@bartizan/contracts/compliance';
import type { FileTree, TreeErrorCode } from '../tree/file-tree.ts';

/** A configuration file is small; what is larger is told, not read. */
export const CONFIG_BYTES_MAX = 1024 * 1024;
/** Files looked at in one folder. */
const FOLDER_FILES_MAX = 256;

const FAULTS: Readonly<Record<TreeErrorCode, EvidenceFault | undefined>> = {
  'scan.tree-not-found': undefined,
  'scan.tree-not-a-file': 'not-regular',
  'scan.tree-not-a-directory': 'not-regular',
  'scan.tree-link-loop': 'symlink',
  'scan.tree-path-too-long': 'symlink',
  'scan.tree-too-large': 'too-large',
  'scan.tree-denied': 'permission',
  'scan.tree-unreadable': 'io',
};

/** A text that was read, that is not there, or that could not be read. */
export type TextRead =
  | { readonly state: 'known'; readonly text: string }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly fault: EvidenceFault };

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads a configuration file: bounded, links resolved inside the tree, never a device or pipe. */
export function readConfigText(tree: FileTree, path: string): TextRead {
  const read = tree.read(path, { maxBytes: CONFIG_BYTES_MAX });
  if (!read.ok) {
    const fault = FAULTS[read.error.code];
    return fault === undefined ? { state: 'absent' } : { state: 'unreadable', fault };
  }
  try {
    return { state: 'known', text: decoder.decode(read.value) };
  } catch {
    return { state: 'unreadable', fault: 'malformed' };
  }
}

/** Why something could not be looked at; undefined: it is not there. */
export const faultOf = (code: TreeErrorCode): EvidenceFault | undefined => FAULTS[code];

/** Files of a folder whose names end so, sorted as the programs sort them; undefined when it cannot be listed. */
export function filesIn(tree: FileTree, folder: string, ending: RegExp): readonly string[] | undefined {
  const listed = tree.list(folder);
  if (!listed.ok) return FAULTS[listed.error.code] === undefined ? [] : undefined;
  return listed.value
    .filter(({ name, kind }) => kind !== 'directory' && ending.test(name) && !name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
    .slice(0, FOLDER_FILES_MAX)
    .map((name) => `${folder}/${name}`);
}
