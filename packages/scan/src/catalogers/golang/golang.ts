// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext, Cataloger, WalkedFile } from '../cataloger.ts';
import { isProgram } from '../is-program.ts';
import type { FoundPackage } from '../package.ts';
import { scanProblem } from '../problem.ts';
import { isRootFileSystem } from '../root-file-system.ts';
import { withExecutable } from '../with-executable.ts';
import { readBuildInfo } from './build-info.ts';
import { golangCapabilities } from './capabilities.ts';
import { readGoMod } from './go-mod.ts';
import { goModule } from './go-module.ts';

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
      goModule('stdlib', goVersion ?? '', file.path),
      info.main === undefined ? undefined : goModule(info.main.path, info.main.version, file.path),
      ...info.modules.map((module) => goModule(module.path, module.version, file.path)),
    ].filter((found) => found !== undefined);
  });

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
