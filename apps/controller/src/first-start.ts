// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SqliteStore } from '@bartizan/adapters/store';
import {
  DEFAULT_TENANT,
  type Failure,
  LOCAL_CLUSTER,
  ok,
  type Result,
  systemScope,
} from '@bartizan/contracts';
import type { Clock } from './ports.ts';

/** The cluster and tenant of an installation without Kubernetes. */
export async function nameItself(
  store: SqliteStore,
  instance: string,
  clock: Clock,
): Promise<Result<void, Failure>> {
  const scope = systemScope('first start');
  const known = await store.clusters.get(scope, LOCAL_CLUSTER);
  if (!known.ok) return known;
  if (known.value !== undefined) return ok(undefined);
  const createdAtMs = clock.nowMs();
  const cluster = await store.clusters.put(scope, [
    { id: LOCAL_CLUSTER, name: instance, kind: 'standalone', createdAtMs },
  ]);
  if (!cluster.ok) return cluster;
  return store.tenants.put(scope, [{ id: DEFAULT_TENANT, name: DEFAULT_TENANT, createdAtMs }]);
}
