// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import type { Sealer } from '@bartizan/adapters/store';
import type { Publish } from '../../ports.ts';
import { Registries } from './registry-desk.ts';
import { RegistryRuns, type RegistryRunsParts } from './registry-runs.ts';

/** The registries, and the runs over them. */
export interface Scanner {
  readonly runs: RegistryRuns;
  /** What of it the API serves. */
  readonly served: { readonly registries: Registries; readonly imageRescan: RegistryRuns };
}

/** Builds the scanner and says of runs that the last program did not end that they were interrupted. */
export async function buildScanner(
  parts: Omit<RegistryRunsParts, 'desk'> & { readonly sealer: Sealer; readonly publish: Publish },
): Promise<Scanner> {
  const { store, sealer, clock, publish } = parts;
  const desk = new Registries({ store, sealer, clock, publish, newId: () => `reg-${randomUUID()}` });
  const runs = new RegistryRuns({ ...parts, desk });
  desk.attach(runs);
  await runs.recover();
  return { runs, served: { registries: desk, imageRescan: runs } };
}
