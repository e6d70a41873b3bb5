// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type CustomKind, customKindOf } from '@bartizan/engine/admission';
import { type DocumentBytes, type YamlDocument, YamlReader } from '@bartizan/scan/yaml';
import { HeldInput } from './held-input.ts';
import { DEFINITION, isDefinition } from './kubernetes-object.ts';
import { listedObjects } from './listed-objects.ts';
import { type DefinitionsAlone, type ManifestInput, piecesOf, STDIN } from './manifests.ts';

/** Definitions of custom kinds that manifests bring themselves. */
export interface Definitions {
  readonly kinds: readonly CustomKind[];
  /** Definitions that were met, of kinds or of nothing that is served. */
  readonly count: number;
  /** By file; most of what a chart has to say stands in its definitions, and nobody need read them twice. */
  readonly alone: ReadonlyMap<string, DefinitionsAlone>;
  /** What the standard input holds, where it was asked for. */
  readonly input?: ManifestInput;
}

/** Nothing was looked through. */
export const NO_DEFINITIONS: Definitions = { kinds: [], count: 0, alone: new Map() };

/** Whether the word stands anywhere in the bytes: only a file in which it does is read twice. */
class WordSearch {
  readonly #word = Buffer.from(DEFINITION);
  #end: Uint8Array = Buffer.alloc(0);
  isFound = false;

  take(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const seam = Buffer.concat([this.#end, bytes.subarray(0, this.#word.length - 1)]);
    this.isFound ||= bytes.includes(this.#word) || seam.includes(this.#word);
    const whole = bytes.length < this.#word.length ? Buffer.concat([this.#end, bytes]) : bytes;
    this.#end = Buffer.from(whole.subarray(Math.max(whole.length - this.#word.length + 1, 0)));
  }
}

function hasDefinitions(file: string): boolean {
  const search = new WordSearch();
  for (const piece of piecesOf(file)) {
    search.take(piece);
    if (search.isFound) return true;
  }
  return false;
}

class Collector {
  /** By `group/kind`; of a kind that is defined twice the last one counts, as when it is applied. */
  readonly kinds = new Map<string, CustomKind>();
  count = 0;
  readonly alone = new Map<string, DefinitionsAlone>();

  /** Reads the documents in which the word stands, as it does in each definition. */
  async collect(file: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
    const word = Buffer.from(DEFINITION);
    const alone = new Map<number, number>();
    // Which bytes the document that comes next is of; of objects of JSON that follow one another several come.
    let from: Pick<DocumentBytes, 'firstLine' | 'bytes'> | undefined;
    let given = 0;
    const isWanted = (found: DocumentBytes): boolean => {
      from = found;
      given = 0;
      return Buffer.from(found.bytes.buffer, found.bytes.byteOffset, found.bytes.byteLength).includes(word);
    };
    const take = (document: YamlDocument): void => {
      given += 1;
      const isAlone = this.#take(document) && given === 1;
      if (from === undefined) return;
      if (isAlone) alone.set(from.firstLine, from.bytes.length);
      else alone.delete(from.firstLine);
    };
    const reader = new YamlReader({}, { isWanted });
    for await (const piece of pieces) for (const document of reader.push(piece)) take(document);
    for (const document of reader.end()) take(document);
    this.alone.set(file, alone);
  }

  /** True for one definition and nothing else. */
  #take(document: YamlDocument): boolean {
    if (!document.ok) return false;
    let others = 0;
    let count = 0;
    for (const { object, steps } of listedObjects(document.value)) {
      if (!isDefinition(object) || steps.length > 0) others += 1;
      if (!isDefinition(object)) continue;
      count += 1;
      const kind = customKindOf(object);
      if (kind !== undefined) this.kinds.set(`${kind.group}/${kind.kind}`, kind);
    }
    this.count += count;
    return count === 1 && others === 0;
  }
}

async function lookAhead(input: HeldInput): Promise<boolean> {
  const search = new WordSearch();
  // To the bound, even when the word was met: definitions may come anywhere.
  for await (const piece of input.ahead()) if (!search.isFound) search.take(piece);
  return search.isFound;
}

/**
 * The custom kinds that files define, wherever in them, so that objects of such a kind are judged by its definition whatever
 * the order. Files that cannot be read are told when they are judged. Of the standard input the first 64 MiB are looked
 * through.
 */
export async function definitionsIn(
  files: readonly string[],
  standardInput: () => HeldInput = () => new HeldInput(process.stdin),
): Promise<Definitions> {
  const found = new Collector();
  // Not asked of the platform before it is needed: it loads what reads terminals.
  const input = files.includes(STDIN) ? standardInput() : undefined;
  if (input !== undefined && (await lookAhead(input))) await found.collect(STDIN, input.ahead());
  for (const file of files) {
    try {
      if (file !== STDIN && hasDefinitions(file)) await found.collect(file, piecesOf(file));
    } catch {
      // Judging reads it again, and tells why it cannot be read.
    }
  }
  const kinds = [...found.kinds.values()];
  const { count, alone } = found;
  return { kinds, count, alone, ...(input === undefined ? {} : { input: input.all() }) };
}
