// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionSimulation } from '@bartizan/contracts';
import type { BlastRadius } from './simulate.ts';

const PARTS_MAX = 1000;
const EXAMPLES_MAX = 200;

/** The largest first; by name where they are equal, so that the same question gets the same answer. */
const tally = (counts: ReadonlyMap<string, number>): { name: string; count: number }[] =>
  [...counts]
    .map(([name, count]) => ({ name: name.slice(0, 512), count }))
    .sort((left, right) => right.count - left.count || (left.name < right.name ? -1 : 1))
    .slice(0, PARTS_MAX);

/** The blast radius as the API and the command line show it: bounded, largest parts first. */
export const reportSimulation = (radius: BlastRadius, objects: number): AdmissionSimulation => ({
  revisions: radius.revisions,
  judged: radius.judged,
  objects,
  newlyDenied: radius.newlyDenied,
  newlyAlerted: radius.newlyAlerted,
  newlyAllowed: radius.newlyAllowed,
  byNamespace: tally(radius.byNamespace),
  byOwner: tally(radius.byOwner),
  byUser: tally(radius.byUser),
  byRule: tally(radius.byRule),
  examples: radius.examples.slice(0, EXAMPLES_MAX).map(({ request, rules, ...change }) => ({
    ...change,
    operation: request.operation,
    kind: request.kind,
    namespace: request.namespace,
    name: request.name,
    rules: rules.slice(0, 64),
  })),
});
