// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject } from '../../json/fields.ts';
import type { CatalogContext } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { jsonObjectOf } from '../read-manifest.ts';
import { linesOf, unquoted } from '../text-lines.ts';

/** A package of the npm registry under its real name. */
export const npmPackage = (name: unknown, version: unknown, location: string): FoundPackage[] => {
  if (typeof name !== 'string') return [];
  const slash = name.startsWith('@') ? name.indexOf('/') : -1;
  const purl = slash < 0 ? { name } : { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
  return foundPackages([{ type: 'npm', name, version, location, purl }]);
};

/** `name@range` and `alias@npm:name@range`: the real name. */
const realName = (descriptor: string): string => {
  const aliased = /@npm:((?:@[^/@]+\/)?[^@/]+)@/.exec(descriptor)?.[1];
  if (aliased !== undefined) return aliased;
  const at = descriptor.indexOf('@', 1);
  return at < 0 ? descriptor : descriptor.slice(0, at);
};

/**
 * yarn.lock of yarn 1 (own form) and of yarn 2 and later (YAML): both are read line by line. A key names all that was
 * asked for, and may be longer than what is read of a line; one of more than 1,024 characters begins with `? `.
 */
export const readYarnLock = (content: Buffer, location: string): FoundPackage[] => {
  const found: FoundPackage[] = [];
  let name: string | undefined;
  let version: string | undefined;
  const flush = (): void => {
    if (name !== undefined && version !== undefined && !version.includes('use.local'))
      found.push(...npmPackage(name, version, location));
    name = undefined;
    version = undefined;
  };
  for (const line of linesOf(content)) {
    // A colon alone ends a key that began with `? `.
    const descriptor = /^(?:\? )?"?([^\s#:"?][^",]*)/.exec(line)?.[1];
    if (descriptor !== undefined) {
      flush();
      name = descriptor === '__metadata:' ? undefined : realName(descriptor);
    }
    const stated = /^ {2}version:? (.+)$/.exec(line)?.[1];
    if (stated !== undefined) version = unquoted(stated);
    // Yarn 2 says outright what was resolved; `workspace:` is the project itself.
    const resolution = /^ {2}resolution: "?((?:@[^/@"]+\/)?[^@"]+)@(\w+):/.exec(line);
    if (resolution?.[2] === 'workspace') name = undefined;
    else if (resolution?.[1] !== undefined) name = resolution[1];
  }
  flush();
  return found;
};

/** `/name/1.2.3`, `/name@1.2.3(peer@2)`, `name@1.2.3`, behind the host of another registry; or `name@https://...`. */
const PNPM_KEY =
  /^(?:[^/@()\s]*\/)?((?:@[^/@]+\/)?[^/@():]+)(?:[@/](\d[^()_/]*)(?=$|[(_])|@(?:https?|git\+\w+|file):)/;

/** A key of `packages:`; a long one is on a line of its own, behind `? `. */
const PNPM_ENTRY = /^ {2}(?:\? (\S.*)|([^\s:].*?):(?:\s*\{.*)?)$/;

/**
 * pnpm-lock.yaml, versions 5 to 9: below `packages:`, a key says name and version. Where a package comes from an address
 * of its own, fields below the key say its version, and up to version 6 its name. A folder is the project's own.
 */
export const readPnpmLock = (content: Buffer, location: string): FoundPackage[] => {
  const found = new Map<string, FoundPackage>();
  let entry: { name?: string | undefined; version?: string | undefined; isFolder?: boolean } = {};
  let isInside = false;
  const flush = (): void => {
    for (const one of entry.isFolder === true ? [] : npmPackage(entry.name, entry.version, location))
      found.set(one.purl, one);
    entry = {};
  };
  for (const line of linesOf(content)) {
    if (/^\S/.test(line)) isInside = line === 'packages:';
    if (!isInside) continue;
    const [, long, key = long] = PNPM_ENTRY.exec(line) ?? [];
    if (key !== undefined) {
      flush();
      const [, name, version] = PNPM_KEY.exec(unquoted(key)) ?? [];
      entry = { name, version };
    }
    const [, field, value = ''] = /^ {4}(name|version|resolution): (.+)$/.exec(line) ?? [];
    if (field === 'name') entry.name ??= unquoted(value);
    if (field === 'version') entry.version ??= unquoted(value);
    if (field === 'resolution' && /\bdirectory:/.test(value)) entry.isFolder = true;
  }
  flush();
  return [...found.values()];
};

/** bun.lock: JSON with comments and trailing commas, one package a line: `"name": ["name@1.2.3", ...]`. */
export const readBunLock = (content: Buffer, location: string): FoundPackage[] =>
  [...linesOf(content)].flatMap((line) => {
    const [, name, version] = /^\s+"[^"]+": \["((?:@[^/@"]+\/)?[^@"]+)@(\d[^"]*)"/.exec(line) ?? [];
    return npmPackage(name, version, location);
  });

/** Reads a lock file; one that is not of its form is a problem of the scan. */
type LockReader = (content: Buffer, location: string, context: CatalogContext) => FoundPackage[];

/** deno.lock, versions 3 to 5: keys of `npm` are `name@1.2.3_peer@2`. */
const readDenoLock: LockReader = (content, location, context) => {
  const lock = jsonObjectOf(content, location, context);
  const npm = asObject(lock?.['npm']) ?? {};
  const keys = Object.keys(
    asObject(npm['packages']) ?? asObject(asObject(lock?.['packages'])?.['npm']) ?? npm,
  );
  return keys.flatMap((key) => {
    const [, name, version] = /^((?:@[^/@]+\/)?[^@]+)@(\d[^_]*)/.exec(key) ?? [];
    return npmPackage(name, version, location);
  });
};

/** What a lock file of another package manager is read with. */
export const OTHER_LOCKS: Readonly<Record<string, LockReader>> = {
  'yarn.lock': readYarnLock,
  'pnpm-lock.yaml': readPnpmLock,
  'bun.lock': readBunLock,
  'deno.lock': readDenoLock,
};
