// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { goCommand } from './go-command.ts';
import type { LayerRecipe } from './recipe.ts';

const TOOL_TIMEOUT_MS = 30 * 60_000;

const run = (program: string, args: readonly string[], cwd: string): string =>
  execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    timeout: TOOL_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });

type Of<K extends LayerRecipe['kind']> = Extract<LayerRecipe, { readonly kind: K }>;

/** What the builders of a layer work in: the root to fill, and a folder that is thrown away. */
export interface LayerFolders {
  readonly root: string;
  readonly work: string;
  readonly cache: string;
}

const installDebian = (recipe: Of<'debian'>, { root, work }: LayerFolders): void => {
  const archive = join(work, 'system.tar');
  const include = `--include=${recipe.packages.join(',')}`;
  run('mmdebstrap', ['--variant=apt', '--mode=root', include, recipe.suite, archive], work);
  run('tar', ['-xf', archive, '-C', root, '--exclude=./dev/*', '--exclude=./proc/*'], work);
};

/** Unpacks packages that apt downloaded and verified, and writes the database as dpkg would. */
const unpackDebian = (recipe: Of<'debian-unpacked'>, { root, work }: LayerFolders): void => {
  run('apt-get', ['download', '-o', 'APT::Sandbox::User=root', ...recipe.packages], work);
  mkdirSync(join(root, 'var/lib/dpkg/info'), { recursive: true });
  const archives = readdirSync(work).filter((name) => name.endsWith('.deb'));
  for (const archive of archives.sort()) {
    run('dpkg-deb', ['-x', archive, root], work);
    const [first, ...rest] = run('dpkg-deb', ['-f', archive], work).trimEnd().split('\n');
    const name = /^Package: (\S+)$/.exec(first ?? '')?.[1];
    appendFileSync(
      join(root, 'var/lib/dpkg/status'),
      `${[first, 'Status: install ok installed', ...rest].join('\n')}\n\n`,
    );
    const files = run('dpkg-deb', ['--contents', archive], work)
      .split('\n')
      .flatMap((line) => /\s\.(\/\S*?)\/?(?: -> .*)?$/.exec(line)?.[1] ?? []);
    writeFileSync(
      join(root, `var/lib/dpkg/info/${name}.list`),
      `${files.map((file) => (file === '' ? '/.' : file)).join('\n')}\n`,
    );
  }
};

const APP = 'srv/app';

const installNpm = (recipe: Of<'npm'>, { root, work }: LayerFolders): void => {
  const app = join(root, APP);
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'package.json'), '{"name":"yardstick","version":"1.0.0","private":true}\n');
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps'];
  // The settings of this repository, which lies outside of the folder, do not apply to it.
  const plain = ['--install-strategy=hoisted', `--before=${recipe.before}`, '--userconfig=/dev/null'];
  run('npm', ['install', '--silent', ...flags, ...plain, '--prefix', app, ...recipe.packages], work);
};

const unpackNpm = (recipe: Of<'npm-unpacked'>, { root, work }: LayerFolders): void => {
  for (const spec of recipe.packages) {
    const name = spec.slice(0, spec.lastIndexOf('@'));
    const file = run('npm', ['pack', '--silent', '--ignore-scripts', spec], work).trim().split('\n').at(-1);
    const folder = join(root, APP, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    run('tar', ['-xzf', file ?? '', '-C', folder, '--strip-components=1', '--no-same-owner'], work);
  }
};

const installPypi = (recipe: Of<'pypi'>, { root, work }: LayerFolders): void => {
  const target = join(root, 'usr/local/lib/python3.11/site-packages');
  const needs = recipe.isWithNeeds ? [] : ['--no-deps'];
  const wheels = ['--only-binary=:all:', '--python-version=3.11', '--implementation=cp'];
  const quiet = ['--quiet', '--no-compile', '--disable-pip-version-check', '--no-warn-conflicts'];
  const platform = ['--platform=manylinux2014_x86_64', '--platform=manylinux_2_28_x86_64'];
  const args = ['install', ...quiet, ...needs, ...wheels, ...platform, '--target', target];
  run('python3', ['-m', 'pip', ...args, ...recipe.packages], work);
};

const dependencyOf = (artifact: string): string => {
  const [group, name, version] = artifact.split(':');
  const excluded =
    '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>';
  const coordinates = `<groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>`;
  return `<dependency>${coordinates}${excluded}</dependency>`;
};

const installMaven = (recipe: Of<'maven'>, { root, work }: LayerFolders): void => {
  const own =
    '<modelVersion>4.0.0</modelVersion><groupId>yardstick</groupId><artifactId>yardstick</artifactId><version>1</version>';
  const dependencies = recipe.artifacts.map(dependencyOf).join('');
  writeFileSync(
    join(work, 'pom.xml'),
    `<project>${own}<dependencies>${dependencies}</dependencies></project>\n`,
  );
  const lib = join(recipe.bundle === undefined ? root : work, 'opt/app/lib');
  mkdirSync(lib, { recursive: true });
  run('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`], work);
  if (recipe.bundle === undefined) return;
  const bundle = join(work, 'bundle');
  mkdirSync(join(bundle, 'BOOT-INF/lib'), { recursive: true });
  mkdirSync(join(root, 'opt/app'), { recursive: true });
  for (const name of readdirSync(lib)) copyFileSync(join(lib, name), join(bundle, 'BOOT-INF/lib', name));
  // Stored, not packed again: as the build tools of such archives do it.
  const args = ['-m', 'zipfile', '-c', join(root, 'opt/app', recipe.bundle), 'BOOT-INF/'];
  run('python3', args, bundle);
};

const writeTexts = (recipe: Of<'files'>, { root }: LayerFolders): void => {
  for (const [path, text] of Object.entries(recipe.files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
};

const installGo = (recipe: Of<'go'>, { root, cache }: LayerFolders): void => {
  const program = goCommand(recipe.command, cache);
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
  copyFileSync(program, join(root, 'usr/local/bin', program.slice(program.lastIndexOf('/') + 1)));
};

/** Fills a folder with the files of a layer. Throws with the tool's own words when a tool fails. */
export const fillLayer = (recipe: LayerRecipe, folders: LayerFolders): void => {
  switch (recipe.kind) {
    case 'debian':
      return installDebian(recipe, folders);
    case 'debian-unpacked':
      return unpackDebian(recipe, folders);
    case 'npm':
      return installNpm(recipe, folders);
    case 'npm-unpacked':
      return unpackNpm(recipe, folders);
    case 'pypi':
      return installPypi(recipe, folders);
    case 'maven':
      return installMaven(recipe, folders);
    case 'go':
      return installGo(recipe, folders);
    case 'files':
      return writeTexts(recipe, folders);
  }
};

/** Empties a folder and makes it. */
export const freshFolder = (path: string): string => {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
};
