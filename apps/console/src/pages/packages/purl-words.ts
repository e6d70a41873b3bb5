// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Name and version as a package URL has them, for people to read. */
export const packageOfPurl = (
  purl: string,
): { readonly name: string; readonly version: string | undefined } => {
  const bare = (purl.split(/[?#]/)[0] ?? '').replace(/^pkg:[^/]+\//, '');
  const at = bare.lastIndexOf('@');
  const path = at > 0 ? bare.slice(0, at) : bare;
  return { name: decode(path), version: at > 0 ? decode(bare.slice(at + 1)) : undefined };
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The same package in any version. */
export const withoutVersion = (purl: string): string => {
  const bare = purl.split(/[?#]/)[0] ?? '';
  const at = bare.lastIndexOf('@');
  return at > bare.indexOf('/') ? bare.slice(0, at) : bare;
};
