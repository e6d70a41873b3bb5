// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { type FoundPackage, isPlausible } from '../package.ts';
import { writePurl } from '../purl.ts';
import { readBuildInfo } from './build-info.ts';
import { golangCapabilities } from './capabilities.ts';

/** The smallest Go program is larger by far; most executables of a distribution are smaller. */
const MIN_BYTES = 256 * 1024;
const EXECUTABLE_BITS = 0o111;
/** Anything with an extension made of letters is no program, but for these. */
const EXTENSION = /\.(?!(?:exe|bin|test|elf)$)[A-Za-z][\w+-]*$/;

const wants = (file: WalkedFile): boolean => {
  if (EXTENSION.test(file.name)) return false;
  const stat = file.stat();
  return stat !== undefined && stat.sizeBytes >= MIN_BYTES && (stat.mode & EXECUTABLE_BITS) !== 0;
};

const toPackage = (path: string, version: string, location: string): FoundPackage | undefined => {
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

const inspect = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const opened = context.tree.open(file.path);
  if (!opened.ok) {
    context.problem({ code: 'scan.unreadable', path: file.path, detail: opened.error.detail });
    return [];
  }
  try {
    if (opened.value.sizeBytes > context.limits.executableBytes) {
      context.problem({
        code: 'scan.limit',
        path: file.path,
        detail: `executable of ${opened.value.sizeBytes} bytes`,
      });
      return [];
    }
    const info = readBuildInfo(opened.value);
    if (info === undefined) return [];
    if (info.isTruncated)
      context.problem({ code: 'scan.truncated', path: file.path, detail: 'the module list is not whole' });
    const goVersion = /^go(\S+)/.exec(info.goVersion)?.[1];
    return [
      toPackage('stdlib', goVersion ?? '', file.path),
      info.main === undefined ? undefined : toPackage(info.main.path, info.main.version, file.path),
      ...info.modules.map((module) => toPackage(module.path, module.version, file.path)),
    ].filter((found) => found !== undefined);
  } finally {
    opened.value.close();
  }
};

/** Modules linked into Go executables. */
export const golangCataloger: Cataloger = {
  id: 'golang',
  types: ['golang'],
  capabilities: golangCapabilities,
  wants,
  inspect,
};
