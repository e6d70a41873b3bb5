// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient } from '../api/client.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { readOneTimePassword, writeOneTimePassword } from '../instance/secrets.ts';

/**
 * The password of an installation whose controller never made its store, however often `up` was tried: one that waited
 * longer than it is good for is replaced. Data that was restored or kept has its users already.
 */
export function firstPassword(paths: InstancePaths, nowMs = Date.now()): void {
  if (!existsSync(join(paths.controller, 'core.db')) && readOneTimePassword(paths, nowMs) === undefined)
    writeOneTimePassword(paths);
}

/**
 * Makes the first administrator of an installation that has a store but nobody in it: its first start was cut off in
 * between, and the password of then is not good any more. What fails here is tried again by the next `up`.
 */
export async function firstAdmin(client: Pick<ApiClient, 'call'>, paths: InstancePaths): Promise<void> {
  if (readOneTimePassword(paths, Date.now()) !== undefined) return;
  const users = await client.call('user.list', { query: { limit: 1 } });
  if (!users.ok || users.value.items.length > 0) return;
  const made = await client.call('user.create', { body: { name: 'admin', role: 'admin' } });
  if (made.ok) writeOneTimePassword(paths, made.value.oneTimePassword);
}
