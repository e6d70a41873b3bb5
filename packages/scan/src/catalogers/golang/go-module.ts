// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FoundPackage, isPlausible } from '../package.ts';
import { writePurl } from '../purl.ts';

/** A module of Go at a version. */
export const goModule = (path: string, version: string, location: string): FoundPackage | undefined => {
  const plain = version.replace(/^v(?=\d)/, '');
  // Replaced by a folder, or built outside of a release: no version, hence nothing an advisory could be held against.
  if (plain === '' || plain === '(devel)' || !isPlausible(path) || !isPlausible(plain)) return undefined;
  const slash = path.lastIndexOf('/');
  const parts = slash < 0 ? { name: path } : { namespace: path.slice(0, slash), name: path.slice(slash + 1) };
  return {
    type: 'golang',
    name: path,
    version: plain,
    purl: writePurl({ type: 'golang', ...parts, version: plain }),
    location,
  };
};
