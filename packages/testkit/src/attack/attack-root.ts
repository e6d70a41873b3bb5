// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Programs of this machine that containers of attack tests have, with their libraries. */
const PROGRAMS = [
  '/bin/bash',
  '/bin/dash',
  '/bin/cat',
  '/bin/true',
  '/usr/bin/id',
  '/usr/bin/perl',
  '/usr/bin/python3',
  '/usr/bin/socat',
  '/usr/bin/apt-get',
  '/usr/bin/curl',
  '/bin/busybox',
] as const;
const APPLETS = ['sleep', 'cp', 'chmod', 'mkdir', 'ls', 'nc', 'wget', 'rm', 'mv', 'ip', 'mkfifo'] as const;
/** Libraries the interpreters load by name. */
const LIBRARIES = [
  join('/usr/lib', basename(realpathSync('/usr/bin/python3'))),
  '/usr/lib/x86_64-linux-gnu/perl-base',
] as const;

function copyInto(root: string, path: string): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(realpathSync(path), target);
}

function librariesOf(program: string): string[] {
  try {
    const printed = execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return printed.split('\n').flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  } catch {
    // Statically linked.
    return [];
  }
}

function fillBase(root: string): void {
  for (const folder of [
    'proc',
    'sys',
    'dev',
    'tmp',
    'etc',
    'run',
    'root',
    'var/log',
    'opt',
    'bin',
    'usr/bin',
  ])
    mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  for (const program of PROGRAMS) {
    if (!existsSync(program)) throw new Error(`${program} is missing; see tests/packages.txt`);
    copyInto(root, program);
    for (const library of librariesOf(program)) copyInto(root, library);
  }
  for (const applet of APPLETS) symlinkSync('busybox', join(root, 'bin', applet));
  symlinkSync('dash', join(root, 'bin/sh'));
  for (const folder of LIBRARIES)
    cpSync(folder, join(root, folder), {
      recursive: true,
      filter: (path) => !['test', 'idlelib', '__pycache__', 'lib2to3', 'ensurepip'].includes(basename(path)),
    });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/tmp:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nwww:x:33:\n');
  writeFileSync(join(root, 'etc/shadow'), 'root:*:19000:0:99999:7:::\n');
  const token = join(root, 'run/secrets/kubernetes.io/serviceaccount');
  mkdirSync(token, { recursive: true });
  writeFileSync(join(token, 'token'), 'not-a-token\n');
  writeFileSync(join(token, 'namespace'), 'default\n');
}

/**
 * A root file system as containers have it: a read-only lower layer with a few real programs of this machine and an
 * empty upper layer, joined by overlayfs.
 */
export class AttackRoot {
  readonly path: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'bartizan-attack-root-'));
  readonly #lower = join(this.#folder, 'lower');

  /** `prepare` may add files to the lower layer before it is sealed. */
  constructor(prepare: (lower: string) => void = () => undefined) {
    this.path = join(this.#folder, 'root');
    for (const folder of ['lower', 'upper', 'work', 'root']) mkdirSync(join(this.#folder, folder));
    fillBase(this.#lower);
    prepare(this.#lower);
    const options = `lowerdir=${this.#lower},upperdir=${this.#folder}/upper,workdir=${this.#folder}/work`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, this.path]);
  }

  close(): void {
    execFileSync('umount', ['--lazy', this.path]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
