// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parentPath } from '../../tree/file-tree.ts';
import type { CatalogContext, WalkedFile } from '../cataloger.ts';
import type { FoundPackage } from '../package.ts';
import { readManifest } from '../read-manifest.ts';
import { linesOf } from '../text-lines.ts';
import { goModule } from './go-module.ts';

interface Replacement {
  readonly path: string;
  readonly version: string;
}

interface GoMod {
  readonly required: ReadonlyMap<string, string>;
  /** By `path`, or by `path@version` where only that version is replaced. */
  readonly replaced: ReadonlyMap<string, Replacement>;
  /** Whether it names every module that is built in, as it does from `go 1.17` on. */
  readonly isWhole: boolean;
}

/** The directives of go.mod (Go modules reference, "go.mod files"): `require path version`, single or in a block. */
const parseGoMod = (content: Buffer): GoMod => {
  const required = new Map<string, string>();
  const replaced = new Map<string, Replacement>();
  let isWhole = false;
  let block = '';
  for (const raw of linesOf(content)) {
    const line = raw.replace(/\/\/.*$/, '').trim();
    const opened = /^(require|replace|exclude|retract|tool|ignore)\s*\($/.exec(line)?.[1];
    if (opened !== undefined) block = opened;
    else if (line === ')') block = '';
    const [go, minor] = /^go\s+(?:1\.(\d+)|[2-9])/.exec(line) ?? [];
    if (block === '' && go !== undefined) isWhole = minor === undefined || Number(minor) >= 17;
    const [, verb = block, rest = ''] = /^(?:(require|replace)\s+)?(.+)$/.exec(line) ?? [];
    const words = rest.split(/\s+/);
    if (verb === 'require' && words.length === 2) required.set(words[0] ?? '', words[1] ?? '');
    const arrow = words.indexOf('=>');
    // With a version on the left, only that version is replaced.
    if (verb === 'replace' && arrow > 0)
      replaced.set(words.slice(0, arrow).join('@'), {
        path: words[arrow + 1] ?? '',
        version: words[arrow + 2] ?? '',
      });
  }
  return { required, replaced, isWhole };
};

/**
 * The modules that go.sum has contents of, at the highest version: the file is sorted. It may name some that are asked
 * for no more, and is the only one to name what is required indirectly before Go 1.17.
 */
const readGoSum = (file: WalkedFile, context: CatalogContext): ReadonlyMap<string, string> => {
  const path = `${parentPath(file.path)}/go.sum`;
  const content = context.tree.stat(path).ok ? readManifest(context, path) : undefined;
  const modules = new Map<string, string>();
  for (const line of content === undefined ? [] : linesOf(content)) {
    const [, module, version] = /^(\S+) (v[^\s/]+) h1:/.exec(line) ?? [];
    if (module !== undefined && version !== undefined) modules.set(module, version);
  }
  return modules;
};

/** What a go.mod asks for, under the name of what is built instead where it is replaced. */
export const readGoMod = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const content = readManifest(context, file.path);
  if (content === undefined) return [];
  const { required, replaced, isWhole } = parseGoMod(content);
  const built = new Map<string, string>();
  for (const [path, version] of required) {
    const instead = replaced.get(`${path}@${version}`) ?? replaced.get(path);
    built.set(instead?.path ?? path, instead?.version ?? version);
  }
  for (const [path, version] of isWhole ? [] : readGoSum(file, context))
    if (!built.has(path) && !required.has(path) && !replaced.has(path)) built.set(path, version);
  return [...built].flatMap(([path, version]) => goModule(path, version, file.path) ?? []);
};
