// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FileTree } from '../tree/file-tree.ts';

/** Whether a tree is the root of a system, as images and hosts are, and not a folder of sources. */
export const isRootFileSystem = (tree: FileTree): boolean =>
  tree.stat('/etc/os-release').ok || tree.stat('/usr/lib/os-release').ok || tree.stat('/etc/passwd').ok;
