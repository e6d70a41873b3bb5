// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A folder as a tree that no link leads out of, for those who read single files and search for nothing. */
export { DirectoryTree } from './directory-tree.ts';
