// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceRun } from '@bartizan/contracts/compliance';
import type { NounSpec } from './fields.ts';

/** Runs of benchmarks, newest first. */
export const COMPLIANCE_RUNS: NounSpec<ComplianceRun> = {
  table: 'compliance_runs',
  visibility: 'both',
  owner: (item) => item,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'at', kind: 'number', read: (item) => item.at, indexed: true },
    { name: 'node', kind: 'list', read: (item) => item.nodes.map(({ node }) => node) },
    // A run is of one node: by this the newest of each is found without reading all runs of all.
    { name: 'ofNode', kind: 'text', read: (item) => item.nodes[0]?.node, indexed: true },
    { name: 'benchmark', kind: 'list', read: (item) => item.benchmarks.map(({ id }) => id) },
    { name: 'failed', kind: 'number', read: (item) => item.counts.fail },
  ],
  words: (item) => item.nodes.map(({ name }) => name),
  timeField: 'at',
  defaultSort: { field: 'at', descending: true },
};
