// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ExampleEvidence, FilePlace } from '@bartizan/contracts/compliance';
import type { FileTree } from '../tree/file-tree.ts';
import { faultOf, readConfigText } from './read-config.ts';

/** Names by number of a passwd or group file. */
function namesOf(tree: FileTree, path: string): ReadonlyMap<number, string> {
  const read = readConfigText(tree, path);
  const names = new Map<number, string>();
  if (read.state !== 'known') return names;
  for (const line of read.text.split('\n', 20_000)) {
    const [name, , id] = line.split(':');
    if (name !== undefined && /^\d{1,10}$/.test(id ?? '') && !names.has(Number(id)))
      names.set(Number(id), name);
  }
  return names;
}

/** Reads mode and owner of files, with names instead of numbers. */
export class FileRights {
  readonly #tree: FileTree;
  readonly #users: ReadonlyMap<number, string>;
  readonly #groups: ReadonlyMap<number, string>;

  constructor(tree: FileTree) {
    this.#tree = tree;
    this.#users = namesOf(tree, '/etc/passwd');
    this.#groups = namesOf(tree, '/etc/group');
  }

  /** The files of a place that are there; one piece of evidence that says so when none is. */
  of(place: FilePlace, paths: readonly string[]): ExampleEvidence[] {
    const base = { collector: 'file', subject: place, origin: 'file' } as const;
    const found = [...new Set(paths)].flatMap((path): ExampleEvidence[] => {
      const stat = this.#tree.stat(path);
      if (!stat.ok) {
        const reason = faultOf(stat.error.code);
        return reason === undefined ? [] : [{ ...base, path, state: 'unreadable', reason }];
      }
      const { mode, uid, gid } = stat.value;
      return [
        {
          ...base,
          path,
          state: 'known',
          value: {
            mode: mode.toString(8).padStart(3, '0'),
            owner: this.#users.get(uid) ?? (uid === 0 ? 'root' : String(uid)),
            group: this.#groups.get(gid) ?? (gid === 0 ? 'root' : String(gid)),
          },
        },
      ];
    });
    return found.length > 0 ? found : [{ ...base, state: 'absent' }];
  }
}
