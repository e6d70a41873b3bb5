// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { RecordedFiles } from '../distribution/recorded-files.ts';
import type { FileTree } from '../tree/file-tree.ts';

/** Tells whether a file of a tree is as the distribution brought it. The databases are read at the first question only. */
export class DistributionFiles {
  readonly #tree: FileTree;
  #recorded: RecordedFiles | undefined;

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  /** The package that owns a path, when the file is still what the package brought; undefined otherwise. */
  unchangedOf(path: string, content: () => Uint8Array | undefined): string | undefined {
    if (this.#recorded === undefined) {
      this.#recorded = new RecordedFiles();
      this.#recorded.addTree(this.#tree);
    }
    const bytes = this.#recorded.find(path).length === 0 ? undefined : content();
    if (bytes === undefined) return undefined;
    return this.#recorded.ownerOfUnchanged(path, (algorithm) =>
      createHash(algorithm).update(bytes).digest('hex'),
    );
  }
}
