// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { must } from './run.ts';

/** Old packages whose advisories are known (../shared/advisories/known-answers.json). */
export const OLD_PACKAGES = {
  npm: ['jquery@3.4.1', 'minimist@1.2.5', 'express@4.19.1', 'semver@6.3.1'],
  pypi: ['jinja2==2.11.2', 'django==4.2.14'],
} as const;

/** Debian packages of the smallest root file system that runs a shell, perl and a web server. */
const DEBIAN = [
  'base-files',
  'libc6',
  'libtinfo6',
  'bash',
  'dash',
  'busybox-static',
  'perl-base',
  'coreutils',
  'libselinux1',
  'libpcre2-8-0',
  'libacl1',
  'libattr1',
  'libgmp10',
  'libcrypt1',
  'openssl',
  'libssl3',
] as const;
/** Its jar carries snakeyaml 1.33 as Maven published it. */
const JAVA_PACKAGE = 'libyaml-snake-java';

const CACHE = process.env['BARTIZAN_TEST_CACHE'] ?? '/var/cache/bartizan-tests';

/** Downloads Debian packages with apt (which verifies them) into a folder. */
export function downloadDebian(names: readonly string[], folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  must('apt-get', ['download', '-o', 'APT::Sandbox::User=root', ...names], { cwd: folder });
  return readdirSync(folder)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(folder, name));
}

/** Unpacks packages and writes the dpkg database as dpkg would. */
export function installDebian(root: string, archives: readonly string[]): void {
  mkdirSync(join(root, 'var/lib/dpkg/info'), { recursive: true });
  for (const archive of archives) {
    must('dpkg-deb', ['-x', archive, root]);
    const control = must('dpkg-deb', ['-f', archive]);
    const [, name] = /^Package: (\S+)$/m.exec(control) ?? [];
    const lines = control.split('\n');
    appendFileSync(
      join(root, 'var/lib/dpkg/status'),
      `${[lines[0], 'Status: install ok installed', ...lines.slice(1)].join('\n').trimEnd()}\n\n`,
    );
    const files = must('dpkg-deb', ['--contents', archive])
      .split('\n')
      .flatMap((line) => {
        const [, path] = /\s\.(\/\S*?)\/?(?: -> .*)?$/.exec(line) ?? [];
        return path === undefined ? [] : [path === '' ? '/.' : path];
      });
    writeFileSync(join(root, `var/lib/dpkg/info/${name}.list`), `${files.join('\n')}\n`);
  }
}

function installNpm(root: string, work: string): void {
  const modules = join(root, 'srv/app/node_modules');
  for (const spec of OLD_PACKAGES.npm) {
    const [name = ''] = spec.split('@');
    const folder = join(work, `npm-${name}`);
    mkdirSync(folder, { recursive: true });
    const file =
      must('npm', ['pack', '--silent', '--ignore-scripts', spec], { cwd: folder })
        .trim()
        .split('\n')
        .at(-1) ?? '';
    mkdirSync(join(modules, name), { recursive: true });
    must('tar', [
      '-xzf',
      join(folder, file),
      '-C',
      join(modules, name),
      '--strip-components',
      '1',
      '--no-same-owner',
    ]);
  }
}

function installPypi(root: string, work: string): void {
  const folder = join(work, 'pypi');
  const target = join(root, 'usr/local/lib/python3.11/dist-packages');
  mkdirSync(target, { recursive: true });
  must('python3', [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--no-binary',
    ':none:',
    '-d',
    folder,
    ...OLD_PACKAGES.pypi,
  ]);
  for (const wheel of readdirSync(folder))
    must('python3', ['-m', 'zipfile', '-e', join(folder, wheel), target]);
}

function installJava(root: string, work: string): void {
  const [archive = ''] = downloadDebian([JAVA_PACKAGE], join(work, 'java'));
  const unpacked = join(work, 'java-root');
  must('dpkg-deb', ['-x', archive, unpacked]);
  const jar = must('find', [unpacked, '-type', 'f', '-name', 'snakeyaml*.jar']).trim().split('\n')[0] ?? '';
  mkdirSync(join(root, 'opt/app/lib'), { recursive: true });
  cpSync(jar, join(root, 'opt/app/lib/snakeyaml-1.33.jar'));
}

/**
 * A root file system of Debian packages with old npm, PyPI and Java packages in it, built once a machine and then
 * copied. Returns the folder of the copy.
 */
export function makeRootfs(target: string): string {
  const key = createHash('sha256')
    .update(JSON.stringify([DEBIAN, OLD_PACKAGES, JAVA_PACKAGE, 3]))
    .digest('hex')
    .slice(0, 12);
  const cached = join(CACHE, `rootfs-${key}`);
  if (!existsSync(cached)) {
    const work = `${cached}.${process.pid}.work`;
    const root = join(work, 'root');
    rmSync(work, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    try {
      installDebian(root, downloadDebian(DEBIAN, join(work, 'debian')));
      installNpm(root, work);
      installPypi(root, work);
      installJava(root, work);
      for (const folder of ['proc', 'sys', 'dev', 'tmp', 'run', 'root', 'etc', 'srv/www'])
        mkdirSync(join(root, folder), { recursive: true });
      writeFileSync(
        join(root, 'etc/passwd'),
        'root:x:0:0:root:/root:/bin/bash\nwww:x:33:33::/srv/www:/bin/sh\n',
      );
      writeFileSync(join(root, 'etc/group'), 'root:x:0:\nwww:x:33:\n');
      writeFileSync(join(root, 'etc/shadow'), 'root:*:19000:0:99999:7:::\n');
      writeFileSync(join(root, 'srv/www/index.html'), '<h1>shop</h1>\n');
      if (!existsSync(join(root, 'bin/sh'))) symlinkSync('dash', join(root, 'bin/sh'));
      chmodSync(join(root, 'tmp'), 0o1777);
      try {
        renameSync(root, cached);
      } catch (error) {
        // A test file that runs beside this one was faster.
        if (!existsSync(cached)) throw error;
      }
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  must('cp', ['-a', '--reflink=auto', cached, target]);
  return target;
}
