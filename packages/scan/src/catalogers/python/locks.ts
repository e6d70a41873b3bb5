// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject, asText } from '../../json/fields.ts';
import type { CatalogContext, WalkedFile } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { jsonObjectOf } from '../read-manifest.ts';
import { linesOf, tomlTables } from '../text-lines.ts';

/** A Python distribution under its normal name (PEP 503). */
export const pythonPackage = (name: unknown, version: unknown, location: string): FoundPackage[] => {
  if (typeof name !== 'string') return [];
  const normal = name.toLowerCase().replace(/[-_.]+/g, '-');
  return foundPackages([{ type: 'pypi', name, version, location, purl: { name: normal } }]);
};

/** requirements.txt: only what is pinned with `==` names a version (PEP 508); options, markers and hashes are passed over. */
export const readRequirements = (content: Buffer, location: string): FoundPackage[] =>
  [...linesOf(content)].flatMap((line) => {
    const [, name, version] =
      /^\s*([A-Za-z0-9][A-Za-z0-9._-]{0,200})\s*(?:\[[^\]]{0,200}\])?\s*={2,3}\s*([A-Za-z0-9][A-Za-z0-9.!+_-]{0,100})\s*(?:[;#\\].*|--hash.*|\s--hash.*)?$/.exec(
        line,
      ) ?? [];
    return pythonPackage(name, version, location);
  });

/** Reads a lock file; one that is not of its form is a problem of the scan. */
type LockReader = (content: Buffer, location: string, context: CatalogContext) => FoundPackage[];

/** Pipfile.lock: `default`, `develop` and groups of any other name, each name -> `{version: "==1.2.3"}`; `_meta` is none. */
const readPipfileLock: LockReader = (content, location, context) => {
  const groups = Object.entries(jsonObjectOf(content, location, context) ?? {});
  return groups
    .filter(([group]) => group !== '_meta')
    .flatMap(([, group]) =>
      Object.entries(asObject(group) ?? {}).flatMap(([name, entry]) =>
        pythonPackage(name, asText(asObject(entry)?.['version'])?.replace(/^==/, ''), location),
      ),
    );
};

/** uv's own project: `{ virtual = "." }`, `{ editable = "." }`. Only the key says so: both words stand in addresses of indexes, too. */
const OWN_SOURCE = /^\{\s*(?:virtual|editable)\s*=/;

/** poetry.lock, uv.lock, pdm.lock and pylock.toml (PEP 751). The project itself is listed by uv, and is no package of others. */
export const readTomlLock = (content: Buffer, location: string): FoundPackage[] =>
  ['package', 'packages'].flatMap((table) =>
    [...tomlTables(content, table)]
      .filter((entry) => !OWN_SOURCE.test(entry.get('source') ?? ''))
      .flatMap((entry) => pythonPackage(entry.get('name'), entry.get('version'), location)),
  );

const TOML_LOCK = /^(?:poetry\.lock|uv\.lock|pdm\.lock|pylock(?:\.[^.]+)?\.toml)$/;
const REQUIREMENTS = /^(?:[\w.-]*requirements[\w.-]*|constraints)\.txt$/;
/** Larger projects keep one file for each surrounding: `requirements/production.txt`. */
const IN_REQUIREMENTS = /\/requirements\/[^/]+\.txt$/;

/** How a lock file is read, by its name and place. */
export const lockReader = ({ name, path }: Pick<WalkedFile, 'name' | 'path'>): LockReader | undefined => {
  if (name === 'Pipfile.lock') return readPipfileLock;
  if (TOML_LOCK.test(name)) return readTomlLock;
  return REQUIREMENTS.test(name) || IN_REQUIREMENTS.test(path) ? readRequirements : undefined;
};
