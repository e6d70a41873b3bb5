// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import type { Failure, Result } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';

/** Environment variables as a program gets them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where one instance keeps its things. Nothing of an instance is anywhere else, except its user and its cgroups. */
export interface InstancePaths {
  readonly instance: string;
  /** Folder that holds the instances, e.g. /var/lib/bartizan. */
  readonly stateRoot: string;
  readonly state: string;
  readonly etcRoot: string;
  readonly etc: string;
  readonly runRoot: string;
  readonly run: string;
  readonly releases: string;
  readonly controller: string;
  readonly agent: string;
  readonly log: string;
  readonly backups: string;
  /** Things that can be made again, shared by all instances. */
  readonly cache: string;
  /** System user of the controller. */
  readonly user: string;
}

const INSTANCE_NAME = /^[a-z][a-z0-9-]{0,30}$/;

/** Paths of the instance that BARTIZAN_INSTANCE names (default `main`). */
export function instancePaths(env: Environment): Result<InstancePaths, Failure<'E_INSTANCE_NAME'>> {
  const instance = env['BARTIZAN_INSTANCE'] ?? 'main';
  if (!INSTANCE_NAME.test(instance)) return err(failure('E_INSTANCE_NAME', instance.slice(0, 64)));
  const stateRoot = env['BARTIZAN_STATE_DIR'] ?? '/var/lib/bartizan';
  const etcRoot = env['BARTIZAN_ETC_DIR'] ?? '/etc/bartizan';
  const runRoot = env['BARTIZAN_RUN_DIR'] ?? '/run/bartizan';
  const state = join(stateRoot, instance);
  return ok({
    instance,
    stateRoot,
    state,
    etcRoot,
    etc: join(etcRoot, instance),
    runRoot,
    run: join(runRoot, instance),
    releases: join(state, 'release'),
    controller: join(state, 'controller'),
    agent: join(state, 'agent'),
    log: join(state, 'log'),
    backups: join(state, 'backup'),
    cache: env['BARTIZAN_CACHE_DIR'] ?? '/var/cache/bartizan',
    user: env['BARTIZAN_USER'] ?? 'bartizan',
  });
}

/** The variables that lead another program to the same instance. */
export const instanceEnvironment = (paths: InstancePaths): Record<string, string> => ({
  BARTIZAN_INSTANCE: paths.instance,
  BARTIZAN_STATE_DIR: paths.stateRoot,
  BARTIZAN_ETC_DIR: paths.etcRoot,
  BARTIZAN_RUN_DIR: paths.runRoot,
  BARTIZAN_CACHE_DIR: paths.cache,
  BARTIZAN_USER: paths.user,
});
