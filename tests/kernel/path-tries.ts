// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WatchedPath } from '@bartizan/host/sensor';
import type { Watching } from './watching.ts';

const DEPTH = 60;
const deep = Array.from({ length: DEPTH }, (_, index) => `d${index + 1}`);
/** The kernel gives the 40 parts nearest the file and the 4 nearest the root, of which two lead to the folder. */
const deepAsTold = (leaf: string): string => ['@/d1/d2/...', ...deep.slice(DEPTH - 39), leaf].join('/');

/** What is watched in a folder of tries. */
export const watchedIn = (folder: string): WatchedPath[] => [
  { path: `${folder}/jail/shadow`, access: 'read' },
  { path: '/bartizan-tries/shadow', access: 'read' },
];

/** What `tryPaths` finds where no process chooses the path that is told of it. */
export const EXPECTED_PATHS = {
  'exec behind chroot': '@/jail/busybox',
  'working folder behind chroot': '@/jail',
  'open behind chroot': '@/jail/shadow',
  'open of what is watched by its path behind chroot': '/bartizan-tries/shadow',
  'exec in a deep folder': deepAsTold('busybox'),
  'open of a watched name in a deep folder': deepAsTold('shadow'),
  'exec after pivot_root': '/busybox',
  'exec in another mount namespace of the host': '@/jail/busybox',
};

/** Starts a static program and opens files in ways that change what the process itself calls them; `@` is the folder. */
export async function tryPaths(
  seen: Watching,
  folder: string,
): Promise<Record<keyof typeof EXPECTED_PATHS, string>> {
  const jail = join(folder, 'jail');
  const bottom = join(folder, ...deep);
  const host = join(jail, 'host');
  for (const place of [jail, bottom, host, join(host, 'bartizan-tries')]) {
    mkdirSync(place, { recursive: true });
    copyFileSync('/bin/busybox', join(place, 'busybox'));
    writeFileSync(join(place, 'shadow'), 'x');
  }
  mkdirSync(join(jail, 'old'));
  const short = (path: string): string => (path.startsWith(folder) ? `@${path.slice(folder.length)}` : path);
  const run = async (marker: string, words: readonly string[]) => {
    const [program = '', ...rest] = [...words, marker];
    spawnSync(program, rest, { cwd: folder, stdio: 'ignore' });
    return await seen.find(
      'exec',
      ({ process }) => process.executable.endsWith('/busybox') && process.arguments.includes(marker),
    );
  };
  const open = async (marker: string): Promise<string> =>
    short((await seen.find('open', (event) => event.process.arguments.includes(marker))).path);

  const read = ['sh', '-c', ': <shadow'];
  const confined = await run('chroot', ['/usr/sbin/chroot', jail, '/busybox', ...read]);
  const within = ['sh', '-c', ': <bartizan-tries/shadow'];
  await run('host', ['/usr/sbin/chroot', host, '/busybox', ...within]);
  // After the bind mount, `cd` goes to what lies on top now.
  const pivot = 'mount --bind . . && cd "$PWD" && /usr/sbin/pivot_root . old && exec /busybox true "$0"';
  const pivoted = ['/usr/bin/unshare', '--mount', '--wd', jail, 'sh', '-c', pivot];
  return {
    'exec behind chroot': short(confined.process.executable),
    'working folder behind chroot': short(confined.process.cwd),
    'open behind chroot': await open('chroot'),
    'open of what is watched by its path behind chroot': await open('host'),
    'exec in a deep folder': short(
      (await run('deep', ['/usr/bin/env', '-C', bottom, './busybox', ...read])).process.executable,
    ),
    'open of a watched name in a deep folder': await open('deep'),
    'exec after pivot_root': (await run('pivot', pivoted)).process.executable,
    'exec in another mount namespace of the host': short(
      (await run('unshare', ['/usr/bin/unshare', '--mount', join(jail, 'busybox'), 'true'])).process
        .executable,
    ),
  };
}
