// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ApiClient } from '../api/client.ts';
import { programVariables } from '../instance/kept-environment.ts';
import { AGENT_HEAP_FLAGS, ALLOCATOR, CONTROLLER_HEAP_FLAGS } from '../instance/memory.ts';
import type { InstancePaths } from '../instance/paths.ts';
import type { InstanceRecord } from '../instance/record.ts';
import { type InstanceSecrets, readOneTimePassword } from '../instance/secrets.ts';
import type { ControllerStatus } from '../instance/status.ts';
import type { StartPlan } from './child.ts';

/** What the start plans are made of. */
export interface PlanContext {
  readonly paths: InstancePaths;
  readonly record: InstanceRecord;
  readonly secrets: InstanceSecrets;
}

const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--enable-source-maps=false'];
const JOIN_TOKEN_MINUTES = 10;

/** Folder of the release that runs. */
export const releaseFolder = ({ paths, record }: PlanContext): string => join(paths.releases, record.release);
/** Where the built sensor goes. */
export const sensorPath = (context: PlanContext): string =>
  join(releaseFolder(context), 'native/bartizan-sensor');
/** State of the sensor's build, for the agent. */
export const sensorStatusPath = ({ paths }: PlanContext): string => join(paths.run, 'sensor.json');

/** A small environment: nothing of the caller's shell reaches the programs. */
export function childEnvironment(context: PlanContext, home: string): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    ...ALLOCATOR,
    NODE_COMPILE_CACHE: join(releaseFolder(context), 'compile-cache'),
    ...programVariables(),
  };
}

/**
 * The controller: as its own user, no capability in any set, no way to gain one, ended with the supervisor.
 * setpriv is part of util-linux, which every Debian has.
 */
export function controllerPlan(context: PlanContext, before?: ControllerStatus): StartPlan {
  const { paths, record, secrets } = context;
  const release = releaseFolder(context);
  const bootstrapAdminPassword = readOneTimePassword(paths, Date.now());
  return {
    command: 'setpriv',
    args: [
      `--reuid=${record.user}`,
      `--regid=${record.user}`,
      '--clear-groups',
      '--inh-caps=-all',
      '--bounding-set=-all',
      '--no-new-privs',
      '--pdeathsig=TERM',
      record.node,
      ...NODE_FLAGS,
      ...CONTROLLER_HEAP_FLAGS,
      join(release, 'apps/controller/src/main.js'),
    ],
    env: childEnvironment(context, paths.controller),
    input: {
      instance: paths.instance,
      dataDir: paths.controller,
      host: record.host,
      // Port 0 was chosen once: agents and people know the number it became.
      port: before?.port ?? record.port,
      agentHost: '127.0.0.1',
      agentPort: before?.agentPort ?? record.agentPort,
      consoleDir: join(release, 'apps/console/dist'),
      contentDir: join(release, 'content'),
      dataKey: secrets.dataKey,
      localRootToken: secrets.localRootToken,
      ...(bootstrapAdminPassword === undefined ? {} : { bootstrapAdminPassword }),
      ...(record.advisories === undefined ? {} : { advisoriesPath: record.advisories }),
      ...(record.kubeconfig === undefined ? {} : { kubeconfig: record.kubeconfig }),
      publicNames: record.publicNames,
      logLevel: 'info',
    },
  };
}

/** The local agent, which joins with a token of its own the first time. Throws while the controller is not there. */
export async function agentPlan(context: PlanContext, controller: ControllerStatus): Promise<StartPlan> {
  const { paths, record } = context;
  const { agentPort, caSha256 } = controller;
  if (controller.state !== 'running' || agentPort === undefined || caSha256 === undefined) {
    if (!isEnrolled(paths)) throw new Error('the controller is not ready yet');
  }
  const joinToken = isEnrolled(paths) ? undefined : await makeJoinToken(context, controller);
  return {
    command: 'setpriv',
    args: [
      '--pdeathsig=TERM',
      record.node,
      ...NODE_FLAGS,
      ...AGENT_HEAP_FLAGS,
      join(releaseFolder(context), 'apps/agent/src/main.js'),
    ],
    env: childEnvironment(context, '/root'),
    input: {
      instance: paths.instance,
      stateDir: paths.agent,
      controllerHost: '127.0.0.1',
      controllerPort: agentPort ?? record.agentPort,
      caSha256: caSha256 ?? '',
      ...(joinToken === undefined ? {} : { joinToken }),
      sensorPath: sensorPath(context),
      sensorStatusPath: sensorStatusPath(context),
      root: '/',
      ...(record.runtimes.length === 0 ? {} : { runtimes: record.runtimes }),
      runcRoots: record.runcRoots,
      // Whoever watches a cluster wants to know what is asked of its API servers, too, where they run here.
      followAuditLogs: record.kubeconfig !== undefined,
      ...(record.searchContainers === false ? {} : { searchRules: join(releaseFolder(context), 'content') }),
      logLevel: 'info',
    },
  };
}

/** Whether the agent already holds a certificate. */
const isEnrolled = (paths: InstancePaths): boolean => existsSync(join(paths.agent, 'identity.json'));

async function makeJoinToken(context: PlanContext, controller: ControllerStatus): Promise<string> {
  const answer = await localClient(context, controller).call('join-token.create', {
    body: { lifetimeMinutes: JOIN_TOKEN_MINUTES },
  });
  if (!answer.ok) throw new Error(`join token: ${answer.error.code}: ${answer.error.detail}`);
  return answer.value.token;
}

/** A client of the own controller as local root. */
export const localClient = (context: PlanContext, controller: ControllerStatus): ApiClient =>
  new ApiClient({
    host: '127.0.0.1',
    port: controller.port ?? context.record.port,
    token: context.secrets.localRootToken,
    trust: {
      kind: 'pins',
      ...(controller.fingerprint === undefined ? {} : { fingerprint: controller.fingerprint }),
      ...(controller.caSha256 === undefined ? {} : { caSha256: controller.caSha256 }),
    },
    language: 'en',
  });
