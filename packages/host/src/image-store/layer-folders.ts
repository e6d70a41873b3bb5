// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { dirname, isAbsolute, join } from 'node:path';
import type { Mount } from '../procfs/mountinfo.ts';

/** Where the image store of a node keeps what a container runs from, as paths of the host. */
export interface LayerFolders {
  /** What the container wrote. */
  readonly upper: string;
  /** The layers of its image, newest first. */
  readonly lower: readonly string[];
}

/** The kernel mounts no overlay of more layers. */
const LAYERS_MAX = 500;
const SINGLE = 'lowerdir+=';
const LIST = 'lowerdir=';
const UPPER = 'upperdir=';

/** `a:b` with `\:` for a colon in a name, as overlayfs reads it. */
const namesIn = (list: string): string[] =>
  list
    .split(/(?<!\\):/u)
    .map((name) => name.replaceAll('\\:', ':'))
    .filter((name) => name !== '');

/**
 * The folders of the overlay that is a container's root; undefined where its root is no overlay, or says only a part of
 * them. Runtimes with many layers give names relative to the folder that all of them lie in: the upper one tells which.
 */
export function layerFolders(mounts: readonly Mount[]): LayerFolders | undefined {
  // The last mount on `/` is the one that is seen.
  const root = mounts.findLast(({ target }) => target === '/');
  if (root?.filesystem !== 'overlay') return undefined;
  const upper = root.options.find((option) => option.startsWith(UPPER))?.slice(UPPER.length) ?? '';
  const lower = root.options.flatMap((option) => {
    if (option.startsWith(SINGLE)) return [option.slice(SINGLE.length)];
    return option.startsWith(LIST) ? namesIn(option.slice(LIST.length)) : [];
  });
  if (!isAbsolute(upper) || lower.length === 0 || lower.length > LAYERS_MAX) return undefined;
  const shared = dirname(dirname(upper));
  return { upper, lower: lower.map((name) => (isAbsolute(name) ? name : join(shared, name))) };
}
