// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readDocument } from './document.ts';
import { jsonObject } from './json.ts';
import { YAML_LIMITS, type YamlLimits } from './limits.ts';
import { DocumentPlaces } from './places.ts';
import { positionAt, type YamlProblem, YamlRefusal } from './problem.ts';
import { type DocumentBytes, DocumentSplitter } from './splitter.ts';
import { type JsonValue, ValueSink } from './value-sink.ts';

/** A document whose value is known. */
export interface ReadDocument {
  readonly ok: true;
  readonly value: JsonValue;
  /** Line it begins in, from 1. */
  readonly line: number;
  /** Its text, from which places are found when somebody asks for them. */
  readonly source: YamlSource;
  /** Where its nodes stand, until the next document is read; only of a reader that was asked to note it. */
  readonly places?: DocumentPlaces;
}

/** A document that could not be read; those after it are not affected. */
export interface RefusedDocument {
  readonly ok: false;
  readonly problem: YamlProblem;
  /** Line it begins in, from 1. */
  readonly line: number;
}

export type YamlDocument = ReadDocument | RefusedDocument;

/** Text of a document and where in the stream it lies. */
export interface YamlSource {
  readonly text: string;
  readonly firstLine: number;
  /** Offset of this document in the text. */
  readonly from: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

const decode = ({ bytes, isPlain }: DocumentBytes): string | undefined => {
  if (isPlain) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  try {
    const text = decoder.decode(bytes);
    // Lines and columns stay what they are when each line break becomes one character.
    return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  } catch {
    return undefined;
  }
};

const problemOf = (error: unknown, source: YamlSource): YamlProblem => {
  if (!(error instanceof YamlRefusal)) throw error;
  return {
    code: error.code,
    detail: error.message,
    ...positionAt(source.text, error.at, source.firstLine),
  };
};

/** Offset of the first content, for the line a document begins in. */
const lineOf = (source: YamlSource): number => {
  const { text, from } = source;
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return positionAt(text, at, source.firstLine).line;
};

/** The documents in the bytes of one: one as a rule, several when objects of JSON follow one another. */
const documentsOf = function* (
  found: DocumentBytes,
  limits: YamlLimits,
  places: DocumentPlaces | undefined,
): Generator<YamlDocument> {
  const { firstLine } = found;
  const text = found.bytes.length > limits.documentChars * 4 ? undefined : decode(found);
  if (text === undefined) {
    const isLarge = found.bytes.length > limits.documentChars * 4;
    const problem: YamlProblem = isLarge
      ? {
          code: 'E_YAML_LIMIT',
          detail: `a document of ${found.bytes.length} bytes`,
          line: firstLine,
          column: 1,
        }
      : { code: 'E_YAML_CHARACTER', detail: 'bytes that are no UTF-8', line: firstLine, column: 1 };
    yield { ok: false, line: firstLine, problem };
    return;
  }
  const json = jsonObject(text, limits, found.isPlain);
  if (json !== undefined) {
    places?.begin();
    const source = { text, firstLine, from: 0 };
    yield { ok: true, value: json, line: lineOf(source), source };
    return;
  }
  for (let from = 0; from < text.length; ) {
    const source = { text, firstLine, from };
    try {
      places?.begin();
      const sink = new ValueSink(limits, places);
      const marks = readDocument(text, sink, limits, from, found.isPlain);
      if (marks === undefined) return;
      if (places !== undefined) places.source = source;
      const read = { ok: true, value: sink.root, line: lineOf(source), source } as const;
      yield places === undefined ? read : { ...read, places };
      from = marks.next;
    } catch (error) {
      yield { ok: false, line: lineOf(source), problem: problemOf(error, source) };
      return;
    }
  }
};

/** What is asked of a reader beside values. */
export interface YamlReading {
  readonly places?: boolean;
  readonly isWanted?: ((found: DocumentBytes) => boolean) | undefined;
}

/**
 * Reads a stream of YAML or JSON document by document, as clients of Kubernetes read it. A document that cannot be
 * read says why and where, and the next one is read all the same.
 */
export class YamlReader {
  private readonly splitter = new DocumentSplitter();
  private readonly limits: YamlLimits;
  private readonly places: DocumentPlaces | undefined;
  private readonly isWanted: ((found: DocumentBytes) => boolean) | undefined;
  private documents = 0;

  /**
   * With `places`, notes where everything stands: for who looks for places in most documents, one by one. `isWanted` is
   * asked before the bytes of a document are read: one that is not wanted counts, and is not given.
   */
  constructor(limits: Partial<YamlLimits> = {}, { places = false, isWanted }: YamlReading = {}) {
    this.limits = { ...YAML_LIMITS, ...limits };
    this.places = places ? new DocumentPlaces() : undefined;
    this.isWanted = isWanted;
  }

  /** Takes a piece of the stream, which may be written to when all of them were taken; gives the documents that it completes. */
  *push(piece: Uint8Array): Generator<YamlDocument> {
    for (const found of this.splitter.push(piece)) yield* this.read(found);
  }

  /** The stream has ended; gives what is left. */
  *end(): Generator<YamlDocument> {
    for (const found of this.splitter.end()) yield* this.read(found);
  }

  private *read(found: DocumentBytes): Generator<YamlDocument> {
    if (this.documents > this.limits.documents) return;
    if (this.isWanted?.(found) === false) {
      this.documents++;
      return;
    }
    for (const document of documentsOf(found, this.limits, this.places)) {
      if (++this.documents <= this.limits.documents) {
        yield document;
        continue;
      }
      const { line } = document;
      const detail = `more than ${this.limits.documents} documents`;
      yield { ok: false, line, problem: { code: 'E_YAML_LIMIT', detail, line, column: 1 } };
      return;
    }
  }
}

/** Reads all documents of a text or of the bytes of a file. */
export const readYaml = function* (
  input: string | Uint8Array,
  limits: Partial<YamlLimits> = {},
): Generator<YamlDocument> {
  const reader = new YamlReader(limits);
  yield* reader.push(typeof input === 'string' ? Buffer.from(input) : input);
  yield* reader.end();
};
