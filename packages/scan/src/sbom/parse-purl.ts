// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageType } from '../catalogers/package.ts';
import { isAllowed, isNamePath, normalizeParts } from '../catalogers/purl-types.ts';

/** A package URL, taken apart (package-url specification). */
export interface Purl {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly qualifiers: ReadonlyMap<string, string>;
  readonly subpath: string;
}

const MAX_PURL = 4096;
const TYPE = /^[a-z][a-z0-9.+-]*$/;
const KEY = /^[a-z][a-z0-9._-]*$/;

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** What is before and behind a mark; all and nothing where there is none. */
const divide = (text: string, at: number): [string, string] =>
  at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];

const readQualifiers = (text: string): ReadonlyMap<string, string> | undefined => {
  const qualifiers = new Map<string, string>();
  for (const pair of text === '' ? [] : text.split('&')) {
    const [key, value] = divide(pair, pair.indexOf('='));
    const decoded = decode(value);
    if (decoded === undefined || !KEY.test(key.toLowerCase())) return undefined;
    if (decoded !== '') qualifiers.set(key.toLowerCase(), decoded);
  }
  return qualifiers;
};

const readSubpath = (text: string): string | undefined => {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  const decoded = parts.map(decode);
  return decoded.includes(undefined) ? undefined : decoded.join('/');
};

/** Parts from right to left, as the specification reads them; undefined when it is no package URL, or not one of its type. */
export const parsePurl = (text: string): Purl | undefined => {
  if (text.length > MAX_PURL || !text.startsWith('pkg:')) return undefined;
  const rest = text.slice(4).replace(/^\/+/, '');
  const [withoutSubpath, after] = divide(rest, rest.lastIndexOf('#'));
  const [path, query] = divide(withoutSubpath, withoutSubpath.lastIndexOf('?'));
  const at = path.lastIndexOf('@');
  const [named, stated] = divide(path, at <= path.lastIndexOf('/') ? -1 : at);
  const [first = '', ...segments] = named.split('/');
  const type = first.toLowerCase();
  const decoded = segments.filter((segment) => segment !== '').map(decode);
  const name = isNamePath(type) ? decoded.splice(1).join('/') : decoded.pop();
  const [version, qualifiers, subpath] = [decode(stated), readQualifiers(query), readSubpath(after)];
  if (version === undefined || qualifiers === undefined || subpath === undefined) return undefined;
  // Between a slash and a version there is no name.
  if (
    name === undefined ||
    name === '' ||
    decoded.includes(undefined) ||
    (stated !== '' && named.endsWith('/'))
  )
    return undefined;
  const purl = { type, namespace: decoded.join('/'), name, version, qualifiers, subpath };
  return TYPE.test(purl.type) && isAllowed(purl) ? normalizeParts(purl) : undefined;
};

/** Types of package URLs that are our own types; the others are kept as `generic`. */
const TYPES: Readonly<Record<string, PackageType>> = {
  deb: 'deb',
  apk: 'apk',
  rpm: 'rpm',
  alpm: 'alpm',
  ebuild: 'ebuild',
  opkg: 'opkg',
  nix: 'nix',
  npm: 'npm',
  pypi: 'pypi',
  golang: 'golang',
  maven: 'maven',
  gem: 'gem',
  composer: 'composer',
  nuget: 'nuget',
  cargo: 'cargo',
  conan: 'conan',
  vcpkg: 'vcpkg',
  pub: 'pub',
  swift: 'swift',
  cocoapods: 'cocoapods',
  hex: 'hex',
  hackage: 'hackage',
  cran: 'cran',
  conda: 'conda',
  bitnami: 'bitnami',
};

/** The type a package URL stands for. */
export const typeOfPurl = (purl: Purl): PackageType => TYPES[purl.type] ?? 'generic';

/** The name advisories know the package by: most ecosystems join namespace and name in their own way. */
export const nameOfPurl = (purl: Purl): string => {
  const { type, namespace, name } = purl;
  if (namespace === '' || ['deb', 'apk', 'rpm', 'alpm', 'opkg'].includes(type)) return name;
  return type === 'maven' ? `${namespace}:${name}` : `${namespace}/${name}`;
};

/** A version with its epoch in front, where it has one and does not state it yet. */
export const withEpoch = (epoch: string | undefined, version: string): string =>
  epoch === undefined || epoch === '0' || !/^\d+$/.test(epoch) || version.includes(':')
    ? version
    : `${epoch}:${version}`;

/**
 * The version as its ecosystem writes it: a package URL keeps the epoch of an rpm apart, and Go's own `v` in front.
 * Trivy keeps the epoch of Debian's packages apart, too.
 */
export const versionOfPurl = (purl: Purl): string => {
  if (purl.type === 'rpm' || purl.type === 'deb')
    return withEpoch(purl.version === '' ? undefined : purl.qualifiers.get('epoch'), purl.version);
  return purl.type === 'golang' ? purl.version.replace(/^v(?=\d)/, '') : purl.version;
};
