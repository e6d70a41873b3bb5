// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { declared } from './declared-licences.ts';
import { type FoundPackage, isPlausible, type PackageType } from './package.ts';
import { type PurlParts, writePurl } from './purl.ts';

/** What a lock file or manifest says of a package: hostile text until it is held against bounds. */
export interface StatedPackage {
  readonly type: PackageType;
  readonly name: unknown;
  readonly version: unknown;
  readonly location: string;
  readonly architecture?: string | undefined;
  /** Licences as it declares them. */
  readonly licenses?: readonly unknown[];
  /** Parts of the package URL that differ from type, name and version. */
  readonly purl?: Partial<PurlParts>;
}

/** Makes a package of it; undefined when name or version cannot be one. */
export const foundPackage = (stated: StatedPackage): FoundPackage | undefined => {
  const { type, name, version, location, architecture } = stated;
  if (typeof name !== 'string' || typeof version !== 'string') return undefined;
  if (!isPlausible(name) || !isPlausible(version)) return undefined;
  const { namespace, qualifiers } = stated.purl ?? {};
  return {
    type,
    name,
    version,
    purl: writePurl({
      type: stated.purl?.type ?? type,
      name: stated.purl?.name ?? name,
      version: stated.purl?.version ?? version,
      ...(namespace === undefined ? {} : { namespace }),
      ...(qualifiers === undefined ? {} : { qualifiers }),
    }),
    ...(architecture === undefined || architecture === '' ? {} : { architecture }),
    ...declared(stated.licenses ?? []),
    location,
  };
};

/** The packages of a list of statements; what cannot be a package is left out. */
export const foundPackages = (stated: readonly StatedPackage[]): FoundPackage[] =>
  stated.map(foundPackage).filter((found) => found !== undefined);

/** `a/b/c` as namespace `a/b` and name `c`. */
export const splitName = (name: string): { namespace?: string; name: string } => {
  const slash = name.lastIndexOf('/');
  return slash <= 0 ? { name } : { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
};
