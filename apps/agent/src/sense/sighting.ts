// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Connection, ProcessChain, Trigger, WorkloadRef } from '@bartizan/contracts';

/** Something that happened, attributed: what the other steps get to see. */
export interface Sighting {
  readonly trigger: Trigger;
  readonly bootUs: number;
  readonly occurredAtMs: number;
  readonly workload: WorkloadRef;
  readonly inContainer: boolean;
  /** The first process of the container, where a runtime tells it. */
  readonly firstPid?: number | undefined;
  readonly source: 'sensor' | 'fallback';
  readonly chain: ProcessChain | undefined;
  /** The connection this is about. */
  readonly connection?: Connection;
  /** Connections of the process and its nearest ancestors. */
  readonly connections: readonly Connection[];
  readonly file?: { readonly path: string; readonly access: 'read' | 'write' };
  readonly credentials?: {
    readonly before: { readonly uid: number; readonly euid: number; readonly capabilities?: string };
    readonly after: { readonly uid: number; readonly euid: number; readonly capabilities?: string };
  };
}

/** A process that started, was found, or ended. */
export interface ProcessSighting {
  readonly action: 'exec' | 'existing' | 'exit' | 'credentials';
  readonly bootUs: number;
  readonly occurredAtMs: number;
  readonly workload: WorkloadRef;
  readonly chain: ProcessChain;
  readonly exitCode: number | undefined;
}
