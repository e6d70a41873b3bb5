// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, fstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Result } from '@bartizan/contracts';
import { err } from '@bartizan/contracts/result';
import { LOG_ENTRIES_MAX, LOG_SIBLINGS_MAX, type LogFiles, type ReadFailure } from '@bartizan/host';
import { DirectoryTree } from '@bartizan/scan/tree';

const KINDS: Readonly<Record<string, ReadFailure['kind']>> = {
  'scan.tree-not-found': 'gone',
  'scan.tree-denied': 'denied',
  'scan.tree-not-a-file': 'malformed',
};

/** Which file a descriptor is of, and when it was written; the descriptor is closed. */
function lookAt(descriptor: number): { readonly identity: string; readonly writtenAtMs: number } {
  try {
    const { dev, ino, mtimeMs } = fstatSync(descriptor, { bigint: true });
    return { identity: `${dev}:${ino}`, writtenAtMs: Number(mtimeMs) };
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Log files below a root, as who writes them sees them: links are followed inside of it and never out, so that a
 * container cannot have a file of the machine, or of the agent, read as its log. `openRoot` opens the root anew each
 * time; undefined: it is there no more.
 */
export function rootedFiles(openRoot: () => DirectoryTree | undefined): LogFiles {
  const within = <T>(use: (tree: DirectoryTree) => T): T | undefined => {
    const tree = openRoot();
    try {
      return tree === undefined ? undefined : use(tree);
    } finally {
      tree?.close();
    }
  };
  const open = (path: string): Result<number, ReadFailure> =>
    within((tree) => {
      const opened = tree.descriptor(path);
      return opened.ok ? opened : err<ReadFailure>({ kind: KINDS[opened.error.code] ?? 'failed', path });
    }) ?? err({ kind: 'gone', path });
  return {
    open,
    identity: (path) => {
      const opened = open(path);
      return opened.ok ? lookAt(opened.value).identity : undefined;
    },
    beside: (path, isWanted) =>
      within((tree) => {
        const listed = tree.list(dirname(path));
        const entries = listed.ok ? listed.value.slice(0, LOG_ENTRIES_MAX) : [];
        return entries
          .filter(({ name, kind }) => kind === 'file' && isWanted(name))
          .slice(0, LOG_SIBLINGS_MAX)
          .flatMap(({ name }) => {
            const one = join(dirname(path), name);
            const opened = tree.descriptor(one);
            return opened.ok ? [{ path: one, writtenAtMs: lookAt(opened.value).writtenAtMs }] : [];
          });
      }) ?? [],
  };
}

/** Opens a folder as a root; undefined: it is not there. */
export function openTree(path: string): DirectoryTree | undefined {
  try {
    return new DirectoryTree(path);
  } catch {
    return undefined;
  }
}
