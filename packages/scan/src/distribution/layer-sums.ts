// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FileSink, LayerConsumer, LayerNotes, LayerPass, PassingFile } from '../image/layer-consumer.ts';
import { asObject } from '../json/fields.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { isMd5Sums, RecordedFiles } from './recorded-files.ts';

const MAX_LIST_BYTES = 16 * 1024 * 1024;
const MAX_LAYER_BYTES = 128 * 1024 * 1024;

class SumsPass implements LayerPass {
  readonly #lists: Record<string, string> = {};
  #bytes = 0;
  #isComplete = true;

  open({ path, sizeBytes }: PassingFile): FileSink | undefined {
    if (!isMd5Sums(path)) return undefined;
    if (sizeBytes > MAX_LIST_BYTES || this.#bytes + sizeBytes > MAX_LAYER_BYTES) {
      this.#isComplete = false;
      return undefined;
    }
    this.#bytes += sizeBytes;
    let text = '';
    return (piece) => {
      if (piece === undefined) this.#lists[path] = text;
      else text += piece.toString('latin1');
    };
  }

  finish(): LayerNotes {
    return { notes: { lists: this.#lists }, isComplete: this.#isComplete };
  }
}

/**
 * The lists of checksums that dpkg keeps beside its database: no cataloger needs them, so they are not in the merged
 * tree of an image. Those of apk and rpm are.
 */
export class LayerSums implements LayerConsumer {
  readonly key = 'distribution-sums-1';
  readonly #lists = new Map<string, Readonly<Record<string, unknown>>>();

  begin(): LayerPass {
    return new SumsPass();
  }

  take(layer: string, notes: unknown): boolean {
    const lists = asObject(asObject(notes)?.['lists']);
    if (lists === undefined) return false;
    this.#lists.set(layer, lists);
    return true;
  }

  /** What the packages of the merged image brought. */
  merged(tree: FileTree): RecordedFiles {
    return this.#read(tree, (layer, path) => tree.layerOf?.(path) === layer);
  }

  /** What the packages of any layer brought: a file of a layer may be of a package that a later layer removed. */
  everywhere(tree: FileTree): RecordedFiles {
    return this.#read(tree, () => true);
  }

  #read(tree: FileTree, isWanted: (layer: string, path: string) => boolean): RecordedFiles {
    const recorded = new RecordedFiles();
    for (const [layer, lists] of this.#lists)
      for (const [path, text] of Object.entries(lists))
        if (typeof text === 'string' && isWanted(layer, path)) recorded.addMd5Sums(path, text);
    recorded.addTree(tree);
    return recorded;
  }
}
