// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomUUID } from 'node:crypto';
import type { Sealer } from '@bartizan/adapters/store';
import { type Failure, ok, type PostureCheck, type Result } from '@bartizan/contracts';
import type { ApiFailure, Publish } from '../../ports.ts';
import { loadImageRules } from './image-rules.ts';
import { PushInbox } from './push-inbox.ts';
import { Registries } from './registry-desk.ts';
import { RegistryRuns, type RegistryRunsParts } from './registry-runs.ts';

/** The registries, and the runs over them. */
export interface Scanner {
  readonly runs: RegistryRuns;
  readonly pushes: PushInbox;
  /** What of it the API serves. */
  readonly served: {
    readonly registries: Registries;
    readonly imageRescan: RegistryRuns;
    readonly pushes: PushInbox;
  };
}

/** Builds the scanner and says of runs that the last program did not end that they were interrupted. */
export async function buildScanner(
  parts: Omit<RegistryRunsParts, 'desk' | 'searching'> & {
    readonly sealer: Sealer;
    readonly publish: Publish;
    /** Folder of the rules that images are searched with. */
    readonly contentDir: string;
    /** What the keys of the fingerprints of tenants are made of. */
    readonly hashKey: Uint8Array;
    readonly checks: () => readonly PostureCheck[];
  },
): Promise<Result<Scanner, Failure | ApiFailure>> {
  const { store, sealer, clock, publish, log, checks } = parts;
  const rules = loadImageRules(parts.contentDir, log);
  if (!rules.ok) return rules;
  const searching = { rules: rules.value, hashKey: parts.hashKey, checks };
  const desk = new Registries({ store, sealer, clock, publish, newId: () => `reg-${randomUUID()}` });
  const runs = new RegistryRuns({ ...parts, searching, desk });
  desk.attach(runs);
  await runs.recover();
  const pushes = new PushInbox({
    ...{ store, log },
    secretOf: (registry) => desk.pushSecret(registry),
    read: (registry, reference) => runs.pushed(registry, reference),
    look: (registry, reference) => runs.signed(registry, reference),
  });
  return ok({ runs, pushes, served: { registries: desk, imageRescan: runs, pushes } });
}
