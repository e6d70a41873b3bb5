// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Inspection, ScanProblem } from '../catalogers/problem.ts';
import { asList, asNumber, asObject, asText, parseJson } from '../json/fields.ts';
import type { TarEntry } from './tar-parser.ts';

/** One object that a layer brings. */
export interface LayerEntry {
  readonly path: string;
  readonly kind: TarEntry['kind'];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly target?: string;
  /** Only of files that a cataloger needs in the merged tree. */
  readonly content?: Buffer;
  /** What catalogers read from the content while it went by. */
  readonly inspections?: readonly Inspection[];
}

/** All that a scan needs to know of one layer. It depends on that layer alone, so it may be kept for ever. */
export interface LayerFacts {
  readonly diffId: string;
  readonly entries: readonly LayerEntry[];
  /** Paths that the layer removes from those below. */
  readonly whiteouts: readonly string[];
  /** Directories whose content below the layer hides. */
  readonly opaque: readonly string[];
  readonly problems: readonly ScanProblem[];
}

const MAGIC = Buffer.from('BZLAYER2');
const SUM_BYTES = 32;
/** Largest facts written, unpacked: a layer with more is read again each time. */
const MAX_FACTS_BYTES = 512 * 1024 * 1024;
const KINDS: readonly TarEntry['kind'][] = ['file', 'directory', 'link', 'hard-link', 'other'];

const sumOf = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** Facts that were cut short by a limit must be looked for again, with other limits perhaps: they are never kept. */
export const isComplete = (facts: LayerFacts): boolean =>
  [
    ...facts.problems,
    ...facts.entries.flatMap((entry) => entry.inspections?.flatMap((one) => one.problems) ?? []),
  ].every((problem) => problem.code !== 'scan.limit' && problem.code !== 'scan.timeout');

/** The facts as bytes: magic, SHA-256 of the rest, then packed JSON followed by the kept contents. Undefined when too large. */
export const encodeFacts = (facts: LayerFacts): Buffer | undefined => {
  const contents: Buffer[] = [];
  const entries = facts.entries.map((entry) => {
    if (entry.content !== undefined) contents.push(entry.content);
    const { path, kind, mode, uid, gid, sizeBytes, modifiedAtMs, target, content, inspections } = entry;
    const numbers = [KINDS.indexOf(kind), mode, uid, gid, sizeBytes, modifiedAtMs, content?.length ?? -1];
    return [path, numbers, target ?? null, inspections ?? null];
  });
  const { diffId, whiteouts, opaque, problems } = facts;
  const json = Buffer.from(JSON.stringify({ diffId, whiteouts, opaque, problems, entries }));
  const length = Buffer.alloc(4);
  const total = json.length + contents.reduce((sum, content) => sum + content.length, 4);
  if (total > MAX_FACTS_BYTES) return undefined;
  length.writeUInt32LE(json.length);
  const packed = zstdCompressSync(Buffer.concat([length, json, ...contents]));
  return Buffer.concat([MAGIC, sumOf(packed), packed]);
};

const readEntry = (
  value: unknown,
  take: (lengthBytes: number) => Buffer | undefined,
): LayerEntry | undefined => {
  const [path, numbers, target, inspections] = asList(value);
  const [kindAt, mode, uid, gid, sizeBytes, modifiedAtMs, contentBytes] = asList(numbers).map(asNumber);
  const kind = KINDS[kindAt ?? -1];
  if (typeof path !== 'string' || kind === undefined || contentBytes === undefined) return undefined;
  const content = contentBytes < 0 ? undefined : take(contentBytes);
  if (contentBytes >= 0 && content === undefined) return undefined;
  return {
    path,
    kind,
    mode: mode ?? 0,
    uid: uid ?? 0,
    gid: gid ?? 0,
    sizeBytes: sizeBytes ?? 0,
    modifiedAtMs: modifiedAtMs ?? 0,
    ...(typeof target === 'string' ? { target } : {}),
    ...(content === undefined ? {} : { content }),
    // Written by us and covered by the checksum: the shape is known.
    ...(Array.isArray(inspections) ? { inspections: inspections as readonly Inspection[] } : {}),
  };
};

/** Reads what `encodeFacts` wrote; undefined when a byte of it changed or it is about another layer. */
export const decodeFacts = (bytes: Buffer, diffId: string): LayerFacts | undefined => {
  const packedAt = MAGIC.length + SUM_BYTES;
  const packed = bytes.subarray(packedAt);
  if (bytes.length <= packedAt || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (!sumOf(packed).equals(bytes.subarray(MAGIC.length, packedAt))) return undefined;
  const payload = zstdDecompressSync(packed, { maxOutputLength: MAX_FACTS_BYTES });
  const jsonBytes = payload.readUInt32LE(0);
  const value = asObject(parseJson(payload.toString('utf8', 4, 4 + jsonBytes)));
  if (value === undefined || value['diffId'] !== diffId) return undefined;
  let at = 4 + jsonBytes;
  const take = (lengthBytes: number): Buffer | undefined => {
    // A copy, so that one small file does not keep all of it alive.
    const content = Buffer.from(payload.subarray(at, at + lengthBytes));
    at += lengthBytes;
    return content.length === lengthBytes ? content : undefined;
  };
  const entries = asList(value['entries']).map((entry) => readEntry(entry, take));
  const known = entries.filter((entry) => entry !== undefined);
  if (known.length !== entries.length) return undefined;
  return {
    diffId,
    entries: known,
    whiteouts: asList(value['whiteouts']).flatMap((path) => asText(path, 8192) ?? []),
    opaque: asList(value['opaque']).flatMap((path) => asText(path, 8192) ?? []),
    problems: asList(value['problems']) as readonly ScanProblem[],
  };
};
