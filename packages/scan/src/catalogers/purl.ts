// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isNamePath, normalizeParts } from './purl-types.ts';

/** Parts of a package URL that we write. */
export interface PurlParts {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  /** Empty when there is none. */
  readonly version: string;
  readonly qualifiers?: Readonly<Record<string, string | undefined>>;
  readonly subpath?: string;
}

const encode = (text: string): string =>
  encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed())
    .replace(/%3A/g, ':')
    .replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

const encodePath = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '')
    .map(encode)
    .join('/');

const isPresent = (entry: [string, string | undefined]): entry is [string, string] =>
  entry[1] !== undefined && entry[1] !== '';

/**
 * Writes a package URL (package-url specification): percent-encoded, letters as the type wants them, qualifiers sorted
 * by key, empty ones left out.
 */
export const writePurl = (parts: PurlParts): string => {
  const given = Object.entries(parts.qualifiers ?? {})
    .filter(isPresent)
    .map(([key, value]): [string, string] => [key.toLowerCase(), value]);
  const { type, namespace, name, version } = normalizeParts({
    type: parts.type.toLowerCase(),
    namespace: parts.namespace ?? '',
    name: parts.name,
    version: parts.version,
    qualifiers: new Map(given),
  });
  const path = [encodePath(namespace), isNamePath(type) ? encodePath(name) : encode(name)]
    .filter((part) => part !== '')
    .join('/');
  const qualifiers = given
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value)}`)
    .join('&');
  const subpath = encodePath(parts.subpath ?? '');
  return [
    `pkg:${type}/${path}`,
    version === '' ? '' : `@${encode(version)}`,
    qualifiers === '' ? '' : `?${qualifiers}`,
    subpath === '' ? '' : `#${subpath}`,
  ].join('');
};
