// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { InventoryRecord } from '@bartizan/contracts';
import type { Discovery, DiskBuffer } from '@bartizan/host';
import type { AgentConfig } from '../config.ts';
import { watchAuditLogs } from './audit-log/audit-log-watch.ts';
import { watchEvidence } from './evidence/evidence-watch.ts';
import type { MachineParts } from './machine.ts';
import type { ContainerOf } from './program-origin.ts';

/** Where what is seen goes, and what waits to be sent. */
interface Outlet {
  readonly buffer: DiskBuffer;
  readonly inventory: (record: InventoryRecord) => void;
  readonly discovery: Discovery;
}

/** Finds containers by the cgroups of their processes. */
const containersBy =
  ({ procfs, cgroups }: MachineParts, discovery: Discovery): ContainerOf =>
  (pid) => {
    const membership = procfs.cgroup(pid);
    const path = membership.ok ? cgroups.pathOfMembership(membership.value) : undefined;
    const id = path === undefined || path === '/' ? undefined : cgroups.idOf(path);
    const place = id === undefined ? undefined : discovery.placeOf(id);
    return place?.kind === 'container' ? place.container : undefined;
  };

/** Watches the parts of a cluster that run on this machine: how they are set up, and what its API servers log. */
export function watchControlPlane(
  machine: MachineParts,
  config: AgentConfig,
  { buffer, inventory, discovery }: Outlet,
): () => void {
  const parts = { ...machine, containerOf: containersBy(machine, discovery) };
  const stops = [
    watchEvidence(parts, config.root, inventory),
    watchAuditLogs({ ...parts, buffer, send: inventory }, config),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
