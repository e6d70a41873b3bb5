// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { asObject, parseJson } from '../json/fields.ts';

/** Takes the bytes of one file as they go by, in order, and `undefined` at its end. A piece is valid during the call only. */
export type FileSink = (piece: Buffer | undefined) => void;

/** A regular file of a layer that is about to go by. */
export interface PassingFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Looks at the files of one layer. It is dropped without `finish` when the layer cannot be believed. */
export interface LayerPass {
  /** A sink for the file; undefined when it is not wanted. */
  open(file: PassingFile): FileSink | undefined;
  /** The layer was read to its end and its digests hold. */
  finish(): LayerNotes;
}

/** What a pass noted. */
export interface LayerNotes {
  /** Plain JSON; kept in the layer cache. */
  readonly notes: unknown;
  /** False when a limit cut it short: such notes are used and never kept. */
  readonly isComplete: boolean;
}

/**
 * Something that looks at every file of every layer in the one pass in which the catalogers look too. Notes of a layer
 * depend on that layer alone, so they are kept by its digests and `key`, for ever.
 */
export interface LayerConsumer {
  /** Changes whenever the same layer could give other notes: id, version of the form, digest of the rules. */
  readonly key: string;
  begin(layer: string): LayerPass;
  /** Takes over what a pass noted, now or in an earlier scan; false when it is not readable. */
  take(layer: string, notes: unknown): boolean;
}

const MAGIC = Buffer.from('BZNOTES2');
const SUM_BYTES = 32;
/** Largest notes of one layer, unpacked: a layer with more is read again each time. */
const MAX_NOTES_BYTES = 256 * 1024 * 1024;

const sumOf = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** The key under which a consumer's notes of a layer are kept. */
export const notesKey = (layerKey: string, consumer: LayerConsumer): string =>
  createHash('sha256').update(`${layerKey}\n${consumer.key}`).digest('hex');

/** Notes as bytes: magic, SHA-256 of the rest, packed JSON. Undefined when too large. */
export const encodeNotes = (layer: string, notes: unknown): Buffer | undefined => {
  const json = Buffer.from(JSON.stringify({ layer, notes }));
  if (json.length > MAX_NOTES_BYTES) return undefined;
  const packed = zstdCompressSync(json);
  return Buffer.concat([MAGIC, sumOf(packed), packed]);
};

/** Reads what `encodeNotes` wrote; undefined when a byte of it changed or it is about another layer. */
export const decodeNotes = (bytes: Buffer, layer: string): { readonly notes: unknown } | undefined => {
  const packedAt = MAGIC.length + SUM_BYTES;
  if (bytes.length <= packedAt || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const packed = bytes.subarray(packedAt);
  if (!sumOf(packed).equals(bytes.subarray(MAGIC.length, packedAt))) return undefined;
  const json = zstdDecompressSync(packed, { maxOutputLength: MAX_NOTES_BYTES });
  const value = asObject(parseJson(json.toString('utf8')));
  return value?.['layer'] === layer ? { notes: value['notes'] } : undefined;
};

/** One sink for several; undefined for none. */
export const joinSinks = (sinks: readonly (FileSink | undefined)[]): FileSink | undefined => {
  const some = sinks.filter((sink) => sink !== undefined);
  if (some.length <= 1) return some[0];
  return (piece) => {
    for (const sink of some) sink(piece);
  };
};
