// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject, type JsonObject, parseJson } from '../json/fields.ts';
import type { CatalogContext } from './cataloger.ts';
import { scanProblem } from './problem.ts';
import { GAPS, treeProblem } from './problem-words.ts';

/** The text in UTF-8 without a byte order mark: some shells and editors write UTF-16, or a mark in front of UTF-8. */
const inUtf8 = (content: Buffer): Buffer => {
  const mark = content.toString('hex', 0, 3);
  if (mark === 'efbbbf') return content.subarray(3);
  if (mark.startsWith('fffe')) return Buffer.from(content.toString('utf16le', 2));
  if (!mark.startsWith('feff')) return content;
  const pairs = Buffer.from(content.subarray(2, content.length - (content.length % 2)));
  return Buffer.from(pairs.swap16().toString('utf16le'));
};

/**
 * Reads a manifest that the walk found, as UTF-8 whatever encoding its byte order mark tells. Whatever the reason it
 * cannot be read, the scan has a problem then.
 */
export const readManifest = (context: CatalogContext, path: string): Buffer | undefined => {
  const content = context.tree.read(path, { maxBytes: context.limits.manifestBytes });
  if (content.ok) return inUtf8(content.value);
  context.problem(treeProblem(content.error, path));
  return undefined;
};

/** The object that a JSON manifest holds; anything else is a problem of the scan. */
export const jsonObjectOf = (
  content: Buffer,
  path: string,
  context: CatalogContext,
): JsonObject | undefined => {
  const value = asObject(parseJson(content.toString('utf8')));
  if (value === undefined) context.problem(scanProblem('scan.malformed', path, GAPS.notJsonObject));
  return value;
};

/** Reads and parses a JSON manifest into an object; anything else is a problem of the scan. */
export const readJsonManifest = (context: CatalogContext, path: string): JsonObject | undefined => {
  const content = readManifest(context, path);
  return content === undefined ? undefined : jsonObjectOf(content, path, context);
};
