// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync } from 'node:fs';
import {
  clusterNodeIdOf,
  nodeIdOf,
  openCgroupIndex,
  openProcfs,
  readCgroupLayout,
  readHostIdentity,
  readMachine,
  systemClock,
} from '@bartizan/host';
import type { AgentConfig } from '../config.ts';

/** The parts that stand on the machine alone. */
export const openMachine = (config: AgentConfig) => {
  const procfs = openProcfs();
  const layout = readCgroupLayout();
  mkdirSync(config.stateDir, { recursive: true, mode: 0o700 });
  const machine = readMachine(config.root);
  return {
    procfs,
    layout,
    machine,
    clock: systemClock(),
    cgroups: openCgroupIndex(layout),
    host: readHostIdentity(procfs),
    node:
      config.joinTokenPath !== undefined && config.nodeName !== undefined
        ? clusterNodeIdOf(config.instance, config.nodeName)
        : nodeIdOf(config.instance, config.root, machine.hostName),
    name: config.nodeName ?? machine.hostName,
  };
};

/** What openMachine gives. */
export type MachineParts = ReturnType<typeof openMachine>;
