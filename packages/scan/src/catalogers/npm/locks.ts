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

/** yarn.lock of yarn 1 (own form) and of yarn 2 and later (YAML): both are read line by line. */
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
    if (/^\S.*:$/.test(line) && !line.startsWith('#')) {
      flush();
      const key = unquoted(line.slice(0, -1));
      name = key === '__metadata' ? undefined : realName(unquoted(key.split(', ')[0] ?? ''));
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

/** pnpm-lock.yaml, versions 5 to 9: keys of `packages:` are `/name/1.2.3`, `/name@1.2.3` or `name@1.2.3`. */
export const readPnpmLock = (content: Buffer, location: string): FoundPackage[] => {
  const found = new Map<string, FoundPackage>();
  let isInside = false;
  for (const line of linesOf(content)) {
    if (/^\S/.test(line)) isInside = line === 'packages:';
    const key = /^ {2}(\S.*?):(?:\s*\{.*)?$/.exec(line)?.[1];
    if (!isInside || key === undefined) continue;
    const [, name, version] = /^\/?((?:@[^/@]+\/)?[^/@()]+)[@/](\d[^()_/]*)/.exec(unquoted(key)) ?? [];
    for (const one of npmPackage(name, version, location)) found.set(one.purl, one);
  }
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
