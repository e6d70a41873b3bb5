// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  ActionLevel,
  Node,
  NodeCondition,
  RuntimeStatus,
  SensorStatus,
  UplinkStatus,
} from '@bartizan/contracts';
import type { Machine, Owner } from '@bartizan/host';

/** What a node report is made of. */
export interface NodeReportInput {
  readonly owner: Owner;
  readonly name: string;
  readonly machine: Machine;
  readonly agentVersion: string;
  readonly cgroupMode: Node['cgroupMode'];
  readonly conditions: readonly NodeCondition[];
  readonly levels: readonly ActionLevel[];
  readonly runtimes: readonly RuntimeStatus[];
  readonly sensor: SensorStatus;
  readonly uplink: UplinkStatus;
  readonly cost: Node['cost'];
  readonly clockSkewMs: number | undefined;
  readonly rulesRevision: string;
  readonly firstSeenAtMs: number;
  readonly nowMs: number;
}

/** The node as the contracts describe it. It is `limited` as long as a condition of weight holds. */
export const nodeRecord = (input: NodeReportInput): Node => {
  const { owner, machine, conditions, sensor, cost, clockSkewMs, rulesRevision } = input;
  const isLimited = sensor.state !== 'running' || conditions.some((one) => one.severity !== 'info');
  return {
    id: owner.node,
    cluster: owner.cluster,
    tenant: owner.tenant,
    name: input.name,
    state: isLimited ? 'limited' : 'ready',
    conditions: [...conditions],
    agentVersion: input.agentVersion,
    bootId: machine.bootId,
    kernel: machine.kernel.slice(0, 128),
    distribution: machine.distribution,
    architecture: machine.architecture,
    cpuCount: machine.cpuCount,
    memoryBytes: machine.memoryBytes,
    cgroupMode: input.cgroupMode,
    levels: [...input.levels].slice(0, 64),
    runtimes: [...input.runtimes].slice(0, 32),
    sensor,
    uplink: input.uplink,
    ...(cost ? { cost } : {}),
    ...(clockSkewMs === undefined ? {} : { clockSkewMs: Math.round(clockSkewMs) }),
    ...(rulesRevision === '' ? {} : { rulesRevision }),
    firstSeenAtMs: input.firstSeenAtMs,
    lastSeenAtMs: input.nowMs,
  };
};
