// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { chownSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { makeFolder, readText, writeAtomic } from '../instance/files.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { lastLine, runProgram } from './run-program.ts';

/** Numbers of the controller's user. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

const madeMark = (paths: InstancePaths): string => join(paths.stateRoot, `.made-user-${paths.user}`);

/** The user, when it exists. */
export function findUser(name: string): SystemUser | undefined {
  const line = readText('/etc/passwd')
    ?.split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Makes the system user of the controller unless it is there; remembers that we made it. */
export async function ensureUser(paths: InstancePaths): Promise<Result<SystemUser, Failure<'E_USER'>>> {
  const known = findUser(paths.user);
  if (known !== undefined) return ok(known);
  const end = await runProgram('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    paths.user,
  ]);
  const made = findUser(paths.user);
  if (end.code !== 0 || made === undefined) return err(failure('E_USER', lastLine(end.stderr)));
  makeFolder(paths.stateRoot);
  writeAtomic(madeMark(paths), `${new Date().toISOString()}\n`, 0o644);
  return ok(made);
}

/** Removes the user if we made it. Returns whether nothing of it is left. */
export async function removeUser(paths: InstancePaths): Promise<boolean> {
  if (!existsSync(madeMark(paths))) return true;
  if (findUser(paths.user) !== undefined) {
    const end = await runProgram('userdel', [paths.user]);
    if (end.code !== 0) return false;
  }
  rmSync(madeMark(paths), { force: true });
  return true;
}

/** Makes the folders of an instance with the rights each needs. */
export function makeFolders(paths: InstancePaths, user: SystemUser): void {
  for (const folder of [paths.stateRoot, paths.state, paths.releases, paths.runRoot, paths.run])
    makeFolder(folder, 0o755);
  makeFolder(paths.etcRoot, 0o755);
  for (const folder of [paths.etc, paths.agent, paths.log, paths.backups]) makeFolder(folder, 0o700);
  makeFolder(paths.controller, 0o700);
  chownSync(paths.controller, user.uid, user.gid);
}
