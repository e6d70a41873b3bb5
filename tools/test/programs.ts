// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Project {
  readonly compilerOptions?: { readonly types?: readonly string[] };
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
}

/** One run of the compiler: every project with the same compiler options, so that what they share is checked once. */
export interface Program {
  readonly name: string;
  /** Folders of the projects in it. */
  readonly folders: readonly string[];
  /** The configuration of its only project: what it names is then found from its own folder. */
  readonly own?: string;
  readonly config: {
    readonly extends: string;
    readonly compilerOptions: object;
    readonly include: readonly string[];
    readonly exclude: readonly string[];
  };
}

const FILES = ['tsconfig.json', 'tsconfig.test.json', 'tsconfig.node.json'];

/** Workspaces, packages first. */
export function workspaces(root: string): string[] {
  const parents = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  );
  return [...parents, 'tests', 'controls', 'bench', 'tools'].filter((path) =>
    existsSync(join(root, path, 'tsconfig.json')),
  );
}

/** Every project of every workspace, put together by compiler options. */
export function programs(root: string): Program[] {
  const groups = new Map<string, { folder: string; file: string; project: Project }[]>();
  for (const folder of workspaces(root))
    for (const file of FILES.map((name) => join(root, folder, name)).filter((path) => existsSync(path))) {
      const project: Project = JSON.parse(readFileSync(file, 'utf8'));
      const key = JSON.stringify(project.compilerOptions ?? {});
      groups.set(key, [...(groups.get(key) ?? []), { folder, file, project }]);
    }
  return [...groups.values()].map((members) => ({
    name: members[0]?.project.compilerOptions?.types?.join(' ') ?? 'none',
    folders: [...new Set(members.map(({ folder }) => folder))],
    ...(members.length === 1 && members[0] !== undefined ? { own: members[0].file } : {}),
    config: {
      extends: '../tsconfig.base.json',
      compilerOptions: members[0]?.project.compilerOptions ?? {},
      include: members.flatMap(({ folder, project }) =>
        project.include.map((path) => `../${folder}/${path}`),
      ),
      exclude: members.flatMap(({ folder, project }) =>
        (project.exclude ?? ['node_modules']).map((path) => `../${folder}/${path}`),
      ),
    },
  }));
}

/** Writes the configuration of a program; its path, relative to the root. */
export function writeProgram(root: string, { name, own, config }: Program): string {
  if (own !== undefined) return own;
  mkdirSync(join(root, 'artefacts'), { recursive: true });
  const path = `artefacts/types-${name.replaceAll(/[^a-z]/g, '-')}.json`;
  writeFileSync(join(root, path), `${JSON.stringify(config, undefined, 2)}\n`);
  return path;
}
