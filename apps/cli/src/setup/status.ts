// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { err, type Failure, ok, type ResponseOf, type Result } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { readMark } from '../instance/process-mark.ts';
import { type InstanceRecord, readRecord } from '../instance/record.ts';
import { readSecrets } from '../instance/secrets.ts';
import { readStatus, type SupervisorStatus } from '../instance/status.ts';
import { localClient } from '../supervise/plans.ts';
import type { NodeState, SystemState } from './wait.ts';

/** Everything `status` shows. Absent = could not be asked, never "fine". */
export interface InstanceState {
  readonly instance: string;
  readonly state: 'ready' | 'limited' | 'failed' | 'stopped';
  readonly supervisor: SupervisorStatus | undefined;
  readonly system: SystemState | undefined;
  readonly nodes: readonly NodeState[];
  readonly failure: ApiFailure | undefined;
  readonly logs: string;
}

function overall(
  supervisor: SupervisorStatus | undefined,
  system: SystemState | undefined,
  nodes: readonly NodeState[],
): InstanceState['state'] {
  if (supervisor === undefined) return 'stopped';
  if (supervisor.controller.state !== 'running' || system === undefined || system.state === 'failed')
    return 'failed';
  const local = nodes[0];
  const isAgentFine = supervisor.agent.state === 'running' || supervisor.agent.state === 'off';
  const isWhole =
    system.state === 'ready' &&
    system.store.state === 'ok' &&
    isAgentFine &&
    local?.sensor.state === 'running' &&
    local.uplink.state === 'connected';
  return isWhole ? 'ready' : 'limited';
}

/** Asks supervisor and controller of an instance on this machine, as local root. */
export async function instanceState(paths: InstancePaths): Promise<Result<InstanceState, Failure>> {
  const record = readRecord(paths);
  if (!record.ok) return record;
  const supervisor = readMark(paths.run, 'supervisor') === undefined ? undefined : readStatus(paths);
  const asked = supervisor === undefined ? undefined : await ask(paths, record.value, supervisor);
  const system = asked?.ok === true ? asked.value.system : undefined;
  const nodes = asked?.ok === true ? asked.value.nodes : [];
  return ok({
    instance: paths.instance,
    state: overall(supervisor, system, nodes),
    supervisor,
    system,
    nodes,
    failure: asked?.ok === false ? asked.error : undefined,
    logs: join(paths.log),
  });
}

async function ask(
  paths: InstancePaths,
  record: InstanceRecord,
  status: SupervisorStatus,
): Promise<Result<{ system: ResponseOf<'system.status'>; nodes: readonly NodeState[] }, ApiFailure>> {
  const secrets = readSecrets(paths);
  if (!secrets.ok) return secrets;
  const client = localClient({ paths, record, secrets: secrets.value }, status.controller);
  const [system, nodes] = await Promise.all([
    client.call('system.status', { timeoutMs: 10_000 }),
    client.call('node.list', { timeoutMs: 10_000 }),
  ]);
  if (!system.ok) return err(system.error);
  return ok({ system: system.value, nodes: nodes.ok ? nodes.value.items : [] });
}
