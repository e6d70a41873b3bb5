// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ApiServer } from '@bartizan/adapters/cluster-access';
import { ok, type Result } from '@bartizan/contracts';
import { ask, fieldOf, type InstallFailure, listOf, read, textAt } from './answers.ts';
import { NAMES, type Storage } from './objects/object.ts';

const PERSISTENT: Storage = { kind: 'persistent', size: '10Gi' };
const EPHEMERAL: Storage = { kind: 'ephemeral', sizeLimit: '10Gi' };
const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

/**
 * Where the data goes: as asked for; else as it is already; else on a volume when the cluster can make one by itself.
 */
export async function chooseStorage(
  server: ApiServer,
  wanted: Storage['kind'] | undefined,
): Promise<Result<Storage, InstallFailure>> {
  if (wanted !== undefined) return ok(wanted === 'persistent' ? PERSISTENT : EPHEMERAL);
  const deployment = await read(server, {
    kind: 'Deployment',
    metadata: { name: NAMES.controller, namespace: NAMES.namespace },
  });
  if (!deployment.ok) return deployment;
  const volumes = listOf(fieldOf(deployment.value, 'spec', 'template', 'spec', 'volumes'));
  const data = volumes.find((volume) => textAt(volume, 'name') === 'data');
  if (data !== undefined) return ok(fieldOf(data, 'emptyDir') === undefined ? PERSISTENT : EPHEMERAL);
  const claim = await read(server, {
    kind: 'PersistentVolumeClaim',
    metadata: { name: NAMES.data, namespace: NAMES.namespace },
  });
  if (!claim.ok) return claim;
  if (claim.value !== undefined) return ok(PERSISTENT);
  const classes = await ask(server, {
    method: 'GET',
    path: '/apis/storage.k8s.io/v1/storageclasses?limit=500',
  });
  if (!classes.ok) return classes;
  const hasDefault = listOf(fieldOf(classes.value, 'items')).some(
    (one) => textAt(one, 'metadata', 'annotations', IS_DEFAULT) === 'true',
  );
  return ok(hasDefault ? PERSISTENT : EPHEMERAL);
}
