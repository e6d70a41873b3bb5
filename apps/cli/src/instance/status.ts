// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import {
  choice,
  inline,
  instant,
  integer,
  list,
  optional,
  parser,
  text,
  toldText,
} from '@bartizan/contracts';
import { readJson } from './files.ts';
import type { ParsedBy } from './parsed-by.ts';
import type { InstancePaths } from './paths.ts';

const CHILD_STATES = ['starting', 'running', 'waiting', 'failed', 'stopped', 'off'] as const;
const SENSOR_STATES = ['building', 'built', 'off', 'failed'] as const;

const childFields = {
  pid: optional(integer('Process id', '1')),
  state: choice(CHILD_STATES, 'State'),
  restarts: integer('Starts after the first', '1'),
  sinceMs: instant('In this state since'),
  detail: optional(toldText('Last reason it ended, or failed to start', 2000)),
  code: optional(text('Code of the catalogue', 64)),
};
const StatusSchema = inline('What the supervisor knows', {
  supervisor: inline('The supervisor', { pid: integer('Process id', '1'), startedAtMs: instant('Start') }),
  release: text('Digest of the release', 64),
  controller: inline('The controller', {
    ...childFields,
    port: optional(integer('Port', '1')),
    agentPort: optional(integer('Port of agents', '1')),
    fingerprint: optional(text('SHA-256 of the TLS certificate', 128)),
    caSha256: optional(text('SHA-256 of the CA', 128)),
  }),
  agent: inline('The agent', { ...childFields, node: optional(text('Node', 253)) }),
  sensor: inline('The build of the sensor', {
    state: choice(SENSOR_STATES, 'State'),
    reason: optional(toldText('Why', 2000)),
    progress: optional(text('What it does now', 256)),
    missing: optional(list(text('Package', 128), 'Debian packages that are missing', 64)),
  }),
});
const parseStatus = parser(StatusSchema);

/** status.json: written by the supervisor at each change. */
export type SupervisorStatus = ParsedBy<typeof parseStatus>;
/** What is known of the controller. */
export type ControllerStatus = SupervisorStatus['controller'];
/** What is known of the agent. */
export type AgentStatus = SupervisorStatus['agent'];
/** State of the sensor's build. */
export type SensorBuildStatus = SupervisorStatus['sensor'];
/** State of a process the supervisor keeps alive. */
export type ChildState = (typeof CHILD_STATES)[number];

/** Path of status.json. */
export const statusPath = (paths: InstancePaths): string => join(paths.run, 'status.json');

/** What the supervisor last wrote; undefined when it never wrote or wrote something else. */
export function readStatus(paths: InstancePaths): SupervisorStatus | undefined {
  const parsed = parseStatus(readJson(statusPath(paths)));
  return parsed.ok ? parsed.value : undefined;
}
