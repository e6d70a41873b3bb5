// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageUseReport, SensorStatus, WorkloadRef } from '@bartizan/contracts';
import type { Discovery, KnownContainer } from '@bartizan/host';
import type { Attributor } from './attributor.ts';
import { Fallback } from './fallback.ts';
import type { FlowTable } from './flow-table.ts';
import type { MachineParts } from './machine.ts';
import { Observer } from './observer.ts';
import type { ProcessTree } from './process-tree.ts';
import type { ProcessSighting, Sighting } from './sighting.ts';
import { UseWatch } from './use-watch.ts';

/** What all senses share. */
export interface SenseOptions {
  readonly parts: MachineParts;
  readonly tree: ProcessTree;
  readonly flows: FlowTable;
  readonly attributor: Attributor;
  readonly discovery: Discovery;
  readonly isOurs: (pid: number) => boolean;
  readonly isSensorRunning: () => boolean;
  readonly sensor: () => SensorStatus;
  readonly workloadOf: (container: KnownContainer) => WorkloadRef;
  readonly onSighting: (sighting: Sighting) => void;
  readonly onProcess: (sighting: ProcessSighting) => void;
  readonly onPackageUse: (report: PackageUseReport) => void;
}

/** The sensor's observer, what stands in for it, and the watch over what is in use. */
export const makeSenses = (
  options: SenseOptions,
): { readonly observer: Observer; readonly fallback: Fallback; readonly uses: UseWatch } => {
  const { parts, onPackageUse, ...both } = options;
  const { procfs, cgroups, host, clock } = parts;
  const machine = { procfs, cgroups, host, clock };
  const uses = new UseWatch({ ...both, ...machine, onReport: onPackageUse });
  return {
    uses,
    observer: new Observer({
      ...both,
      clock,
      cgroupCreated: cgroups.created,
      keyHierarchy: cgroups.layout.keyHierarchy,
      onUse: (use) => uses.take(use),
    }),
    fallback: new Fallback({ ...both, ...machine }),
  };
};
