// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Parts of a package URL that we write. */
export interface PurlParts {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version: string;
  readonly qualifiers?: Readonly<Record<string, string | undefined>>;
}

const encode = (text: string): string =>
  encodeURIComponent(text)
    .replace(/%3A/g, ':')
    .replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

const wellFormed = (text: string): string => (text.isWellFormed() ? text : text.toWellFormed());

/** Writes a package URL (package-url specification): percent-encoded, qualifiers sorted by key, empty ones left out. */
export const writePurl = (parts: PurlParts): string => {
  const namespace = (parts.namespace ?? '').split('/').filter((part) => part !== '');
  const path = [...namespace, parts.name].map((part) => encode(wellFormed(part))).join('/');
  const qualifiers = Object.entries(parts.qualifiers ?? {})
    .filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '')
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(wellFormed(value))}`)
    .join('&');
  return `pkg:${parts.type}/${path}@${encode(wellFormed(parts.version))}${qualifiers === '' ? '' : `?${qualifiers}`}`;
};
