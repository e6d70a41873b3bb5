// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FoldedFlow } from '../ports.ts';
import { type Cells, numberOf, textOf } from '../sqlite/database.ts';
import type { Fold } from '../workers/protocol.ts';

/** Columns that make two flows the same edge of the map. */
export const FLOW_KEYS = 9;

/** Keys, then folded columns: connections first, so that the largest edges stay when the list is cut. */
export const FLOW_SELECT = `f_workload, f_remoteWorkload, f_localAddress, f_remoteAddress, f_direction, f_protocol,
  f_serverPort, f_verdict, f_application, sum(f_connections), sum(f_bytesSent+f_bytesReceived), count(f_bytesSent),
  min(f_occurredAtMs), max(f_occurredAtMs)`;
/** How the folded columns of several slices join. */
export const FLOW_FOLDS: readonly Fold[] = ['sum', 'sum', 'sum', 'min', 'max'];

/** A row of FLOW_SELECT. */
export function foldedFlow(row: Cells): FoldedFlow {
  const remoteWorkload = textOf(row[1]);
  const application = textOf(row[8]);
  const protocol = textOf(row[5]);
  const bytes = numberOf(row[10]);
  // Agents of before wrote zero for what nobody counts.
  const isCounted = numberOf(row[11]) > 0 && (protocol === 'tcp' || bytes > 0);
  return {
    workload: textOf(row[0]),
    ...(remoteWorkload === '' ? {} : { remoteWorkload }),
    localAddress: textOf(row[2]),
    remoteAddress: textOf(row[3]),
    direction: textOf(row[4]) === 'inbound' ? 'inbound' : 'outbound',
    protocol,
    serverPort: numberOf(row[6]),
    verdict: textOf(row[7]),
    ...(application === '' ? {} : { application }),
    connections: numberOf(row[9]),
    ...(isCounted ? { bytes } : {}),
    firstAtMs: numberOf(row[12]),
    lastAtMs: numberOf(row[13]),
  };
}
