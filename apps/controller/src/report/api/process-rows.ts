// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AgentEvent, ProcessEvent, ResponseOf } from '@bartizan/contracts';

type Row = ResponseOf<'workload.processes'>['items'][number];
type Process = Extract<AgentEvent, { kind: 'process' }>;

/** A process event among events of any kind. */
export const isProcessEvent = (event: AgentEvent): event is Process => event.kind === 'process';

interface Draft {
  row: Row;
  running: Set<string>;
}

/**
 * Folds process events (newest first) into rows: one per container, executable and arguments, with the newest state.
 * A process runs as far as known when nothing after its start says that it ended.
 */
export function foldProcesses(events: readonly Process[]): readonly Row[] {
  const drafts = new Map<string, Draft>();
  const ended = new Set<string>();
  for (const event of events) {
    const { process } = event.chain;
    const identity = `${event.node} ${event.bootId} ${process.pid} ${process.startBootUs}`;
    if (event.action === 'exit') {
      ended.add(identity);
      continue;
    }
    const container = event.workload.container;
    const key = [container ?? '', process.executable, ...process.arguments].join('\0');
    const draft = drafts.get(key);
    if (draft === undefined) drafts.set(key, firstDraft(event, identity, ended));
    else addStart(draft, event, identity, ended);
  }
  return [...drafts.values()].map(({ row, running }) => ({ ...row, running: running.size > 0 }));
}

function firstDraft(event: Process, identity: string, ended: ReadonlySet<string>): Draft {
  const { aggregation, workload } = event;
  return {
    row: {
      process: event.chain.process,
      ...(workload.container === undefined ? {} : { container: workload.container }),
      running: false,
      firstAtMs: aggregation.firstAtMs,
      lastAtMs: aggregation.lastAtMs,
      count: event.action === 'credentials' ? 1 : aggregation.count,
    },
    running: runs(event, identity, ended) ? new Set([identity]) : new Set(),
  };
}

function addStart(draft: Draft, event: Process, identity: string, ended: ReadonlySet<string>): void {
  draft.row = {
    ...draft.row,
    firstAtMs: Math.min(draft.row.firstAtMs, event.aggregation.firstAtMs),
    lastAtMs: Math.max(draft.row.lastAtMs, event.aggregation.lastAtMs),
    count: draft.row.count + (event.action === 'credentials' ? 0 : event.aggregation.count),
  };
  if (runs(event, identity, ended)) draft.running.add(identity);
}

/** An end that was folded into the record of its start shows as an exit code. */
const runs = (event: ProcessEvent & Process, identity: string, ended: ReadonlySet<string>): boolean =>
  event.exitCode === undefined && !ended.has(identity);
