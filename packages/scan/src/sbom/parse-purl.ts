// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageType } from '../catalogers/package.ts';

/** A package URL, taken apart (package-url specification). */
export interface Purl {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly qualifiers: ReadonlyMap<string, string>;
}

const MAX_PURL = 4096;

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** Parts from right to left, as the specification reads them; undefined when it is no package URL. */
export const parsePurl = (text: string): Purl | undefined => {
  if (text.length > MAX_PURL || !text.startsWith('pkg:')) return undefined;
  const [withoutSubpath = ''] = text.slice(4).replace(/^\/+/, '').split('#');
  const question = withoutSubpath.indexOf('?');
  const path = question < 0 ? withoutSubpath : withoutSubpath.slice(0, question);
  const qualifiers = new Map<string, string>();
  for (const pair of question < 0 ? [] : withoutSubpath.slice(question + 1).split('&')) {
    const equals = pair.indexOf('=');
    const value = equals <= 0 ? undefined : decode(pair.slice(equals + 1));
    if (value !== undefined && value !== '') qualifiers.set(pair.slice(0, equals).toLowerCase(), value);
  }
  const at = path.lastIndexOf('@');
  const version = at <= path.lastIndexOf('/') ? '' : decode(path.slice(at + 1));
  const [type = '', ...segments] = (at <= path.lastIndexOf('/') ? path : path.slice(0, at)).split('/');
  const decoded = segments.filter((segment) => segment !== '').map(decode);
  const name = decoded.pop();
  if (!/^[a-zA-Z][a-zA-Z0-9.+-]*$/.test(type) || name === undefined || name === '' || version === undefined)
    return undefined;
  if (decoded.includes(undefined)) return undefined;
  return { type: type.toLowerCase(), namespace: decoded.join('/'), name, version, qualifiers };
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

/** The version as its ecosystem writes it: a package URL keeps the epoch of an rpm apart, and Go's own `v` in front. */
export const versionOfPurl = (purl: Purl): string => {
  const epoch = purl.qualifiers.get('epoch');
  if (purl.type === 'rpm' && epoch !== undefined && epoch !== '0' && /^\d+$/.test(epoch))
    return `${epoch}:${purl.version}`;
  return purl.type === 'golang' ? purl.version.replace(/^v(?=\d)/, '') : purl.version;
};
