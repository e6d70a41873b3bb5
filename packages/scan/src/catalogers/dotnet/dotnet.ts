// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject, asText } from '../../json/fields.ts';
import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { foundPackage, foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { readJsonManifest, readManifest } from '../read-manifest.ts';
import { dotnetCapabilities } from './capabilities.ts';

const NAMES = new Set(['packages.lock.json', 'packages.config', 'Directory.Packages.props']);
const MAX_TARGETS = 200;

const nuget = (name: unknown, version: unknown, location: string): FoundPackage[] =>
  foundPackages([{ type: 'nuget', name, version, location }]);

/** `libraries` names everything as `Name/1.2.3`; `targets` says which of it has files that run. */
const readDeps = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const deps = readJsonManifest(context, file.path);
  const libraries = asObject(deps?.['libraries']);
  if (libraries === undefined) return [];
  return Object.entries(libraries).flatMap(([key, value]) => {
    const slash = key.lastIndexOf('/');
    const type = asText(asObject(value)?.['type']);
    // A project is the program itself; a reference assembly belongs to the framework and has a package of its own.
    if (slash <= 0 || type === 'referenceassembly') return [];
    const version = key.slice(slash + 1);
    if (type === 'project' && version === '1.0.0') return [];
    return nuget(key.slice(0, slash).replace(/^runtimepack\./, ''), version, file.path);
  });
};

const readLock = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const targets = asObject(readJsonManifest(context, file.path)?.['dependencies']) ?? {};
  const found = new Map<string, FoundPackage>();
  for (const target of Object.values(targets).slice(0, MAX_TARGETS)) {
    for (const [name, value] of Object.entries(asObject(target) ?? {})) {
      const entry = asObject(value);
      if (asText(entry?.['type']) === 'Project') continue;
      const one = foundPackage({ type: 'nuget', name, version: entry?.['resolved'], location: file.path });
      if (one !== undefined) found.set(one.purl, one);
    }
  }
  return [...found.values()];
};

/** Properties of MSBuild that hold a plain version, by their name in small letters: case does not matter to it. */
const propertiesOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(/<([A-Za-z_][\w.-]{0,100})(?:\s[^<>]{0,1000})?>\s{0,20}(\d[^<>\s]{0,100})\s{0,20}</g)]
      .slice(0, 20_000)
      .map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  );

/** `1.2.3`; `$(Name)` is a property of the file, and `[1.2.3]` that version only. */
const versionOf = (
  stated: string | undefined,
  properties: ReadonlyMap<string, string>,
): string | undefined => {
  const name = /^\$\(([\w.-]+)\)$/.exec(stated ?? '')?.[1];
  if (name !== undefined) return properties.get(name.toLowerCase());
  return stated?.replace(/^\[\s*([^\s,[\]()]+)\s*\]$/, '$1');
};

/** Attributes of single XML elements; entities other than the five of XML are never resolved. */
const readXml = (content: Buffer, location: string, element: RegExp): FoundPackage[] => {
  const text = content.toString('utf8').replace(/<!--[\s\S]*?-->/g, '');
  const properties = propertiesOf(text);
  return [...text.matchAll(element)].slice(0, 20_000).flatMap(([all]) => {
    const attribute = (name: string): string | undefined =>
      new RegExp(`\\s${name}\\s*=\\s*["']([^"'<&]{1,300})["']`, 'i').exec(all)?.[1];
    const version = versionOf(attribute('version'), properties);
    if (version === undefined || !/^\d/.test(version)) return [];
    return nuget(attribute('id') ?? attribute('include') ?? attribute('update'), version, location);
  });
};

const inspect = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  if (file.name.endsWith('.deps.json')) return readDeps(file, context);
  if (file.name === 'packages.lock.json') return readLock(file, context);
  const content = readManifest(context, file.path);
  if (content === undefined) return [];
  return readXml(
    content,
    file.path,
    file.name === 'packages.config' ? /<package\s[^<>]{1,1000}>/gi : /<PackageVersion\s[^<>]{1,1000}>/gi,
  );
};

/** NuGet packages of .NET programs. */
export const dotnetCataloger: Cataloger = {
  id: 'dotnet',
  types: ['nuget'],
  capabilities: dotnetCapabilities,
  wants: (file) => file.name.endsWith('.deps.json') || NAMES.has(file.name),
  inspect,
};
