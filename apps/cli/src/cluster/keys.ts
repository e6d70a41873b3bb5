// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import type { ApiServer } from '@bartizan/adapters/cluster-access';
import { ok, type Result } from '@bartizan/contracts';
import { makePassword } from '../instance/secrets.ts';
import { ask, fieldOf, type InstallFailure, read } from './answers.ts';
import { pathOf } from './kinds.ts';
import { type ClusterObject, labelsOf, NAMES } from './objects/object.ts';

const KEYS = {
  kind: 'Secret',
  metadata: { name: NAMES.keys, namespace: NAMES.namespace },
} as const;
const PASSWORD = 'bootstrapAdminPassword';

/** New keys of an installation. */
function newKeys(password: string): ClusterObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...KEYS.metadata, labels: labelsOf('controller') },
    type: 'Opaque',
    stringData: {
      dataKey: randomBytes(32).toString('base64'),
      localRootToken: `bzl_${randomBytes(32).toString('base64url')}`,
      [PASSWORD]: password,
    },
  };
}

/** Whether the keys are there. */
export async function hasKeys(server: ApiServer): Promise<Result<boolean, InstallFailure>> {
  const found = await read(server, KEYS);
  return found.ok ? ok(found.value !== undefined) : found;
}

/**
 * Makes the keys when there are none; keys that exist are never replaced, since what was sealed with them would be
 * lost. Returns the one-time password when it still waits to be shown.
 */
export async function ensureKeys(server: ApiServer): Promise<Result<string | undefined, InstallFailure>> {
  const found = await read(server, KEYS);
  if (!found.ok) return found;
  if (found.value !== undefined) {
    const waiting = fieldOf(found.value, 'data', PASSWORD);
    return ok(typeof waiting === 'string' ? Buffer.from(waiting, 'base64').toString('utf8') : undefined);
  }
  const password = makePassword();
  const made = await ask(server, {
    method: 'POST',
    path: `/api/v1/namespaces/${NAMES.namespace}/secrets`,
    body: newKeys(password),
  });
  return made.ok ? ok(password) : made;
}

/** Forgets the one-time password: the controller has it, the terminal shows it, nobody else needs it. */
export const forgetPassword = (server: ApiServer) =>
  ask(server, {
    method: 'PATCH',
    path: pathOf(KEYS),
    contentType: 'application/merge-patch+json',
    body: { data: { [PASSWORD]: null } },
  });
