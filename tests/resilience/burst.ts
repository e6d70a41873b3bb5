// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { openSqliteStore } from '@bartizan/adapters/store';
import { tenantScope } from '@bartizan/contracts';
import { aFlow, aProcessEvent, aSecurityEvent, OWNER } from '@bartizan/testkit/store';

/**
 * Writes without end, and tells on stdout what was acknowledged: one line after each acknowledgement, never before.
 * Started by the kill test as a process of its own: `burst.ts DATA_DIR FIRST_SEQUENCE`.
 */
const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const [dataDir = '', first = '0'] = process.argv.slice(2);

const opened = await openSqliteStore({ dataDir, clock: { nowMs: () => Date.now() } });
if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
const { store } = { store: opened.value };
const write = (text: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
await write('ready');

/** One producer: batches one after the other; several run at once, so that commits are shared. */
async function produce(
  make: typeof aFlow | typeof aProcessEvent | typeof aSecurityEvent,
  name: string,
): Promise<void> {
  for (let sequence = Number(first); ; sequence += 20) {
    const batch = Array.from({ length: 20 }, (_, index) => make(sequence + index));
    const done = await store.events.append(SCOPE, batch);
    if (!done.ok) throw new Error(done.error.detail);
    await write(`${name} ${sequence + 19}`);
  }
}

async function audit(): Promise<void> {
  for (;;) {
    const done = await store.audit.append(SCOPE, {
      tenant: OWNER.tenant,
      atMs: Date.now(),
      actor: 'burst',
      actorKind: 'system',
      action: 'test.burst',
      target: 'x',
      outcome: 'success',
      detail: '',
    });
    if (!done.ok) throw new Error(done.error.detail);
    await write(`audit ${done.value.sequence}`);
  }
}

await Promise.all([
  produce(aFlow, 'flow'),
  produce(aProcessEvent, 'process'),
  produce(aSecurityEvent, 'security'),
  audit(),
]);
