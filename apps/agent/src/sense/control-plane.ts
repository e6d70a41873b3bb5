// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { InventoryRecord } from '@bartizan/contracts';
import type { DiskBuffer } from '@bartizan/host';
import type { AgentConfig } from '../config.ts';
import { watchAuditLogs } from './audit-log/audit-log-watch.ts';
import { watchEvidence } from './evidence/evidence-watch.ts';
import type { MachineParts } from './machine.ts';

/** Where what is seen goes, and what waits to be sent. */
interface Outlet {
  readonly buffer: DiskBuffer;
  readonly inventory: (record: InventoryRecord) => void;
}

/** Watches the parts of a cluster that run on this machine: how they are set up, and what its API servers log. */
export function watchControlPlane(
  machine: MachineParts,
  config: AgentConfig,
  { buffer, inventory }: Outlet,
): () => void {
  const stops = [
    watchEvidence(machine, config.root, inventory),
    watchAuditLogs({ ...machine, buffer, send: inventory }, config),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
