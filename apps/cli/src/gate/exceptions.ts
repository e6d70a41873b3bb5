// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { fitsPathPattern, isPathPattern } from '@bartizan/scan';
import type { ScanItem } from '../report/item.ts';

/** A risk that somebody answers for, for a while. Each part of the scope that is given has to fit. */
export interface ScanException {
  /** Advisory or rule, by any of its ids. */
  readonly id?: string;
  /** Pattern of a package name or package URL. */
  readonly package?: string;
  /** Pattern of paths; a finding in several places fits when each of them does and all of them are known. */
  readonly path?: string;
  /** Pattern of the name of the image or folder. */
  readonly target?: string;
  readonly owner: string;
  readonly reason: string;
  /** As written: a day counts to its end in UTC. */
  readonly expires: string;
  readonly expiresAtMs: number;
}

type Wrong = Failure<'E_EXCEPTIONS_INVALID'>;

const FIELDS = ['id', 'package', 'path', 'target', 'owner', 'reason', 'expires'] as const;
const EXCEPTIONS_MAX = 10_000;
const DAY_MS = 86_400_000;

const objectOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;

/** The end of a day, or an instant with its zone. */
function expiryOf(text: string): number | undefined {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  if (!isDay && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/.test(text))
    return undefined;
  const at = Date.parse(text);
  // A day that does not exist rolls over in some readers: the calendar has to give the same text back.
  if (!Number.isFinite(at) || (isDay && new Date(at).toISOString().slice(0, 10) !== text)) return undefined;
  return isDay ? at + DAY_MS - 1 : at;
}

function readException(value: unknown, place: string): Result<ScanException, Wrong> {
  const wrong = (why: string): Result<never, Wrong> =>
    err(failure('E_EXCEPTIONS_INVALID', `${place}: ${why}`));
  const entry = objectOf(value);
  if (entry === undefined) return wrong('not an object');
  const strange = Object.keys(entry).find((key) => !(FIELDS as readonly string[]).includes(key));
  if (strange !== undefined) return wrong(`unknown field ${strange.slice(0, 60)}`);
  const texts: { [field in (typeof FIELDS)[number]]?: string } = {};
  for (const field of FIELDS) {
    const text = entry[field];
    if (text === undefined) continue;
    if (typeof text !== 'string' || text.trim() === '' || text.length > 2000)
      return wrong(`${field}: not a text`);
    texts[field] = text;
  }
  const { owner, reason, expires, ...scope } = texts;
  if (owner === undefined || reason === undefined || expires === undefined)
    return wrong('owner, reason and expires are mandatory');
  if (scope.id === undefined && scope.package === undefined && scope.path === undefined)
    return wrong('one of id, package and path is mandatory');
  const tooLong = [scope.package, scope.path, scope.target].find(
    (text) => text !== undefined && !isPathPattern(text),
  );
  if (tooLong !== undefined) return wrong(`pattern ${tooLong.slice(0, 60)}`);
  const expiresAtMs = expiryOf(expires);
  if (expiresAtMs === undefined)
    return wrong(`expires: ${expires.slice(0, 60)} is neither YYYY-MM-DD nor RFC 3339`);
  return ok({ ...scope, owner, reason, expires, expiresAtMs });
}

/** Reads the value of an exceptions file. One wrong entry refuses it whole. */
export function parseExceptions(value: unknown, place: string): Result<readonly ScanException[], Wrong> {
  const file = objectOf(value);
  const list = file?.['exceptions'];
  const strange = Object.keys(file ?? {}).find((key) => key !== 'version' && key !== 'exceptions');
  if (file === undefined || file['version'] !== 1 || !Array.isArray(list) || strange !== undefined)
    return err(
      failure('E_EXCEPTIONS_INVALID', `${place}: version: 1 and a list of exceptions, nothing else`),
    );
  if (list.length > EXCEPTIONS_MAX)
    return err(failure('E_EXCEPTIONS_INVALID', `${place}: more than ${EXCEPTIONS_MAX} entries`));
  const exceptions: ScanException[] = [];
  for (const [at, entry] of list.entries()) {
    const read = readException(entry, `${place}: entry ${at + 1}`);
    if (!read.ok) return read;
    exceptions.push(read.value);
  }
  return ok(exceptions);
}

/** Reads an exceptions file. */
export async function readExceptions(path: string): Promise<Result<readonly ScanException[], Wrong>> {
  // Loaded when there is one: reading YAML is a tenth of the modules that a scan would start with.
  const { readDocument } = await import('./read-document.ts');
  const document = readDocument(path, 'E_EXCEPTIONS_INVALID');
  return document.ok ? parseExceptions(document.value, path) : document;
}

/** Whether an exception speaks of an item. */
export function appliesTo(exception: ScanException, item: ScanItem, target: string): boolean {
  const { id, path, package: name, target: where } = exception;
  if (id !== undefined && id !== item.id && !item.aliases.includes(id)) return false;
  if (where !== undefined && !fitsPathPattern(target, where)) return false;
  if (name !== undefined) {
    const found = item.package;
    if (found === undefined || !(fitsPathPattern(found.name, name) || fitsPathPattern(found.purl, name)))
      return false;
  }
  if (path === undefined) return true;
  const pattern = path.replace(/^\/+/, '');
  const { everyPath = [] } = item;
  return everyPath.length > 0 && everyPath.every((one) => fitsPathPattern(one, pattern));
}
