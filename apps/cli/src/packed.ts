// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Asked for, not imported: for an import of it the platform loads all streams, half as long again as it starts. */
const { readFileSync, rmSync, statSync } = process.getBuiltinModule('node:fs');
const { join } = process.getBuiltinModule('node:path');
const { pathToFileURL } = process.getBuiltinModule('node:url');

/** Where `tools/run-tree/pack-commands.ts` puts groups of commands, below a checkout or a release. */
const FOLDER = 'node_modules/.bartizan-packed';

/** A file that was packed, as it was then: path from the root, time of its last change in ms, bytes. */
type Input = readonly [path: string, mtimeMs: number, size: number];

const isUnchanged =
  (root: string) =>
  ([path, mtimeMs, size]: Input): boolean => {
    // Not joined: a path of a list of ours is in order, and looking for what is not takes as long as asking.
    const now = statSync(`${root}/${path}`, { throwIfNoEntry: false });
    return now?.mtimeMs === mtimeMs && now.size === size;
  };

/**
 * The commands of a group as few files, with all they load in the order in which it is needed; undefined when nobody has
 * packed them, or when a source has changed since: then the sources are what runs, and the launcher packs them the next
 * time. A release names no inputs, for nothing in it ever changes.
 */
export function packedCommands(root: string, group: 'policy' | 'scan'): string | undefined {
  const folder = join(root, FOLDER, group);
  const list = join(folder, 'inputs.json');
  try {
    const inputs: readonly Input[] = JSON.parse(readFileSync(list, 'utf8'));
    if (inputs.every(isUnchanged(root))) return pathToFileURL(join(folder, 'main.js')).href;
    rmSync(list, { force: true });
  } catch {
    // Nobody has packed them, or somebody else's checkout cannot be written to: the sources run as well.
  }
  return undefined;
}
