// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { ClusterId, NodeId, TenantId } from '../ids.ts';
import {
  choice,
  decimal,
  flag,
  inline,
  instant,
  integer,
  list,
  localText,
  object,
  optional,
  text,
  toldText,
} from '../schema.ts';
import { RUNTIMES } from './workload.ts';

/** How far a protection reaches on a node, strongest first. Found by trying, never by reading lists. */
export const LEVELS = [
  'refuse',
  'kill-before-first-instruction',
  'kill-after',
  'detect-only',
  'blind',
] as const;
export type Level = (typeof LEVELS)[number];

/** The level one action reaches on a node. */
export const ActionLevel = inline('Level of one action', {
  action: text('Action, e.g. exec, open-write, connect', 64),
  level: choice(LEVELS, 'Strongest level that worked when tried'),
  reason: toldText('What was tried and what the kernel answered', 1000),
});
export type ActionLevel = Static<typeof ActionLevel>;

/** The worker that recognises application protocols. It only looks: when it is gone, traffic goes on untouched. */
export const InspectStatus = inline('State of the inspect worker', {
  state: choice(
    ['running', 'restarting', 'failed', 'off'],
    'State; failed = it dies again and again and is tried rarely; off = the kernel copies no first bytes',
  ),
  restarts: integer('Times it was started again since the sensor started', '1'),
  flowsTotal: integer('Connections whose first bytes were looked at', '1'),
  recognisedTotal: integer('Connections whose protocol was recognised', '1'),
  unknownTotal: integer('Connections looked at and not recognised', '1'),
  skippedTotal: integer('Connections left out by the cap of connections a second', '1'),
  lostTotal: integer(
    'Connections told without protocol: the worker died or was too slow, or a ring was full',
    '1',
  ),
});
export type InspectStatus = Static<typeof InspectStatus>;

/** The sensor on a node. */
export const SensorStatus = inline('State of the native sensor', {
  state: choice(['running', 'starting', 'building', 'off', 'failed', 'unknown'], 'State'),
  reason: optional(toldText('Why it is not running, with the remedy', 1000)),
  version: optional(text('Version', 64)),
  programs: list(
    inline('A kernel program', {
      name: text('Name', 64),
      loaded: flag('Loaded and attached'),
      reason: optional(text('Why the kernel refused it', 512)),
    }),
    'Kernel programs',
    128,
  ),
  eventsTotal: integer('Events received since start', '1'),
  lostInKernelTotal: integer('Events lost because a ring was full', '1'),
  shedTotal: integer('Events shed in user space, by policy', '1'),
  malformedTotal: integer('Frames refused as malformed', '1'),
  inspect: optional(InspectStatus),
});
export type SensorStatus = Static<typeof SensorStatus>;

/** The link from agent to controller. */
export const UplinkStatus = inline('State of the agent link', {
  state: choice(['connected', 'buffering', 'disconnected', 'unknown'], 'State'),
  bufferedRecords: integer('Records waiting on disk', '1'),
  bufferedBytes: integer('Bytes waiting on disk', 'bytes'),
  acknowledgedTotal: integer('Records acknowledged since start', '1'),
  shedTotal: integer('Records shed because the buffer was full, lowest class first', '1'),
  certificateExpiresAtMs: optional(instant('End of the current certificate')),
});
export type UplinkStatus = Static<typeof UplinkStatus>;

/** A container runtime on a node. */
export const RuntimeStatus = inline('A container runtime', {
  runtime: choice(RUNTIMES, 'Kind'),
  endpoint: text('Socket or state folder', 4096),
  state: choice(['connected', 'unreachable', 'absent'], 'State'),
  version: optional(text('Version', 128)),
  reason: optional(toldText('Why it is not connected', 512)),
});
export type RuntimeStatus = Static<typeof RuntimeStatus>;

/** Why something is not fully working, and what to do. */
export const NodeCondition = inline('A state a person should know', {
  code: text('Code of the catalogue', 64),
  severity: choice(['error', 'warning', 'info'], 'How much it matters'),
  message: localText('What it is', 1000),
  remedy: localText('What to do', 1000),
});
export type NodeCondition = Static<typeof NodeCondition>;

/** What an agent costs its node. */
export const AgentCost = inline('Cost of the agent and its sensor', {
  cpuPercentOfCore: decimal('CPU over the last interval, of one core', 'percent', { maximum: 100_000 }),
  residentBytes: integer('Resident memory of agent and sensor', 'bytes'),
});

/** A machine with an agent. */
export const Node = object('Node', 'A machine with an agent', {
  id: NodeId,
  cluster: ClusterId,
  tenant: TenantId,
  name: text('Host name', 253),
  state: choice(
    ['ready', 'limited', 'disconnected', 'unknown'],
    'ready, limited (works in part: see conditions), disconnected',
  ),
  conditions: list(NodeCondition, 'What limits it', 64),
  agentVersion: text('Version of the agent', 64),
  bootId: text('Boot id of the kernel', 64),
  kernel: text('Kernel release', 128),
  distribution: text('Distribution, e.g. debian 12', 128),
  architecture: text('CPU architecture', 32),
  cpuCount: integer('CPUs', '1'),
  memoryBytes: integer('Memory', 'bytes'),
  cgroupMode: choice(['v1', 'v2', 'hybrid', 'unknown'], 'cgroup layout'),
  levels: list(ActionLevel, 'Level each action reaches here', 64),
  runtimes: list(RuntimeStatus, 'Container runtimes', 32),
  sensor: SensorStatus,
  uplink: UplinkStatus,
  cost: optional(AgentCost),
  clockSkewMs: optional(
    integer('Node clock minus controller clock', 'ms', { minimum: Number.MIN_SAFE_INTEGER }),
  ),
  rulesRevision: optional(text('Revision of the detection rules it uses', 64)),
  firstSeenAtMs: instant('First seen'),
  lastSeenAtMs: instant('Last message'),
  notStored: optional(flag('The store takes no reports now: this one is held in memory only')),
});
export type Node = Static<typeof Node>;

/** A cluster, or one host without Kubernetes. */
export const Cluster = object('Cluster', 'A cluster, or one host without Kubernetes', {
  id: ClusterId,
  name: text('Name', 253),
  kind: choice(['standalone', 'kubernetes'], 'Kind'),
  createdAtMs: instant('Created'),
});
export type Cluster = Static<typeof Cluster>;

/** A tenant: a set of people who see only their own records. */
export const Tenant = object('Tenant', 'A set of people who see only their own records', {
  id: TenantId,
  name: text('Name', 253),
  createdAtMs: instant('Created'),
});
export type Tenant = Static<typeof Tenant>;
