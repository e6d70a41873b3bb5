// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readDocument } from './document.ts';
import { YAML_LIMITS } from './limits.ts';
import type { YamlPath } from './places.ts';
import { positionsAt, type YamlPosition, YamlRefusal } from './problem.ts';
import type { ReadDocument } from './read.ts';
import type { ScalarStyle, YamlSink } from './sink.ts';
import { scalarKey } from './typed-scalar.ts';

/** A place on the way to something that is looked for. */
interface Wanted {
  readonly next: Map<string | number, Wanted>;
  /** Offset, once it was met. */
  at: number | undefined;
}

const nothing = (): Wanted => ({ next: new Map(), at: undefined });

/** An open collection on the way, or one that nothing is looked for in. */
interface Open {
  readonly wanted: Wanted | undefined;
  readonly isMapping: boolean;
  /** Number of the entry to come. */
  index: number;
  /** The key whose value is to come. */
  key: string | undefined;
  keyAt: number;
}

const ALL_FOUND = new Error('every place was found');

/** Follows a document along the paths that are looked for, and notes where they lead. */
class LocateSink implements YamlSink {
  private readonly stack: Open[] = [];
  private readonly root: Wanted;
  /** Places that were not met yet. */
  private left: number;

  constructor(root: Wanted, places: number) {
    this.root = root;
    this.left = places;
  }

  scalar(
    text: string,
    style: ScalarStyle,
    _anchor: string | undefined,
    tag: string | undefined,
    at: number,
  ): void {
    const open = this.stack.at(-1);
    if (open?.isMapping === true && open.key === undefined) {
      open.key = text === '<<' && style === 'plain' ? text : scalarKey(text, style, tag, at);
      open.keyAt = at;
    } else this.value(at);
  }

  alias(name: string, at: number): void {
    const open = this.stack.at(-1);
    if (open?.isMapping === true && open.key === undefined) {
      open.key = name;
      open.keyAt = at;
    } else this.value(at);
  }

  startSequence(_isFlow: boolean, _anchor: string | undefined, _tag: string | undefined, at: number): void {
    this.open(false, at);
  }

  startMapping(_isFlow: boolean, _anchor: string | undefined, _tag: string | undefined, at: number): void {
    this.open(true, at);
  }

  endSequence(): void {
    this.stack.pop();
  }

  endMapping(): void {
    this.stack.pop();
  }

  wrapAsKey(): void {
    // A document with such a key has no value, so nothing is looked for in it.
  }

  private open(isMapping: boolean, at: number): void {
    this.stack.push({ wanted: this.value(at), isMapping, index: 0, key: undefined, keyAt: 0 });
  }

  /** A value begins: notes it when it is on the way, and gives what is looked for in it. */
  private value(at: number): Wanted | undefined {
    const open = this.stack.at(-1);
    if (open === undefined) {
      this.root.at = at;
      return this.root;
    }
    const step = open.isMapping ? (open.key ?? '') : open.index++;
    open.key = undefined;
    const wanted = open.wanted?.next.get(step);
    if (wanted !== undefined) {
      wanted.at = open.isMapping ? open.keyAt : at;
      // Nobody waits for the rest of the document.
      if (--this.left === 0) throw ALL_FOUND;
    }
    return wanted;
  }
}

const offsetOf = (root: Wanted, path: YamlPath): number => {
  let here = root;
  let at = root.at ?? 0;
  for (const step of path) {
    const next = here.next.get(step);
    if (next?.at === undefined) break;
    here = next;
    at = next.at;
  }
  return at;
};

/** Offsets of paths, found by reading the text once more. */
const offsetsByReading = ({ source }: ReadDocument, paths: readonly YamlPath[]): number[] => {
  const root = nothing();
  let places = 0;
  for (const path of paths) {
    let here = root;
    for (const step of path) {
      let next = here.next.get(step);
      if (next === undefined) {
        next = nothing();
        here.next.set(step, next);
        places++;
      }
      here = next;
    }
  }
  try {
    readDocument(source.text, new LocateSink(root, places), YAML_LIMITS, source.from);
  } catch (error) {
    // It was read before, with bounds of the caller's own that may have been wider.
    if (error !== ALL_FOUND && !(error instanceof YamlRefusal)) throw error;
  }
  return paths.map((path) => offsetOf(root, path));
};

/**
 * Where paths of a document stand in its file: a field at its key, an entry of a list at its first character. Where a
 * path leads nowhere, because the field is missing or comes by an alias, the nearest place before is given. Reads the
 * text once more, unless its reader has noted places.
 */
export const locateAll = (document: ReadDocument, paths: readonly YamlPath[]): YamlPosition[] => {
  const { places, source } = document;
  const offsets =
    places?.areOf(source) === true
      ? paths.map((path) => places.offsetOf(path))
      : offsetsByReading(document, paths);
  return positionsAt(source.text, offsets, source.firstLine);
};

/** Where one path of a document stands in its file. */
export const locate = (document: ReadDocument, path: YamlPath): YamlPosition =>
  locateAll(document, [path])[0] ?? { line: document.line, column: 1 };
