// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { isProgram } from '../is-program.ts';
import { type FoundPackage, isPlausible } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { writePurl } from '../purl.ts';
import { readManifest } from '../read-manifest.ts';
import { isRootFileSystem } from '../root-file-system.ts';
import { linesOf } from '../text-lines.ts';
import { withExecutable } from '../with-executable.ts';
import { readBuildInfo } from './build-info.ts';
import { golangCapabilities } from './capabilities.ts';

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

const inspect = (file: WalkedFile, context: CatalogContext): readonly FoundPackage[] =>
  withExecutable(context, file.path, (executable) => {
    const info = readBuildInfo(executable);
    if (info === undefined) return [];
    if (info.isTruncated)
      context.problem(
        scanProblem('scan.truncated', file.path, {
          en: 'the module list is not whole',
          ja: 'モジュールの一覧が途中で切れています',
        }),
      );
    const goVersion = /^go(\S+)/.exec(info.goVersion)?.[1];
    return [
      toPackage('stdlib', goVersion ?? '', file.path),
      info.main === undefined ? undefined : toPackage(info.main.path, info.main.version, file.path),
      ...info.modules.map((module) => toPackage(module.path, module.version, file.path)),
    ].filter((found) => found !== undefined);
  });

/** go.mod (Go modules reference, "go.mod files"): `require path version`, single or in a block; `replace` names what is built instead. */
const readGoMod = (file: WalkedFile, context: CatalogContext): FoundPackage[] => {
  const content = readManifest(context, file.path);
  if (content === undefined) return [];
  const required = new Map<string, string>();
  const replaced = new Map<string, { path: string; version: string }>();
  let block = '';
  for (const raw of linesOf(content)) {
    const line = raw.replace(/\/\/.*$/, '').trim();
    const opened = /^(require|replace|exclude|retract|tool|ignore)\s*\($/.exec(line)?.[1];
    if (opened !== undefined) block = opened;
    else if (line === ')') block = '';
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
  return [...required].flatMap(([path, version]) => {
    const instead = replaced.get(`${path}@${version}`) ?? replaced.get(path);
    return toPackage(instead?.path ?? path, instead?.version ?? version, file.path) ?? [];
  });
};

/** Modules linked into Go executables, and those a source folder asks for. */
export const golangCataloger: Cataloger = {
  id: 'golang',
  types: ['golang'],
  capabilities: golangCapabilities,
  wants: (file) => file.name === 'go.mod' || isProgram(file),
  // The module cache holds the go.mod of everything that was ever looked at; programs say what was built.
  isShadowed: (file, tree) =>
    file.name === 'go.mod' && (file.path.includes('/pkg/mod/') || isRootFileSystem(tree)),
  readsRanges: true,
  inspect: (file, context) => (file.name === 'go.mod' ? readGoMod(file, context) : inspect(file, context)),
};
