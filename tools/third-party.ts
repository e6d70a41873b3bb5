// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Names of the packages a node_modules folder links to. */
function linkedNames(modules: string): string[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((entry) => !entry.startsWith('.') && entry !== '@types')
    .flatMap((entry) =>
      entry.startsWith('@') ? readdirSync(join(modules, entry)).map((name) => `${entry}/${name}`) : [entry],
    );
}

/** Third-party packages, as sorted name@version, that a workspace reaches through its links. */
export function thirdPartyClosure(root: string, folder: string): string[] {
  const found = new Set<string>();
  const visit = (modules: string): void => {
    for (const name of linkedNames(modules)) {
      const real = realpathSync(join(modules, name));
      const ours = name.startsWith('@bartizan/');
      const key = ours
        ? name
        : `${name}@${JSON.parse(readFileSync(join(real, 'package.json'), 'utf8')).version}`;
      if (found.has(key)) continue;
      found.add(key);
      visit(ours ? join(real, 'node_modules') : join(real, name.startsWith('@') ? '../..' : '..'));
    }
  };
  visit(join(root, folder, 'node_modules'));
  return [...found].filter((name) => !name.startsWith('@bartizan/')).sort();
}

/** Text of the reviewed list beside an app. */
export const thirdPartyText = (folder: string, names: readonly string[]): string =>
  `# Third-party packages that ${folder} resolves to; reviewed with every change. Written by tools/third-party.ts.\n${names.join('\n')}\n`;

const root = resolve(import.meta.dirname, '..');
if (import.meta.main) {
  for (const folder of ['apps/agent', 'apps/controller', 'apps/cli']) {
    const path = join(root, folder, 'third-party.txt');
    const text = thirdPartyText(folder, thirdPartyClosure(root, folder));
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    if (process.argv.includes('--check')) {
      process.stderr.write(
        `${path} is not the list that is installed; review it and run: npm run generate\n`,
      );
      process.exitCode = 1;
    } else writeFileSync(path, text);
  }
}
