// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeObject } from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import type { Clock, Log, Owner } from '../../ports.ts';
import { lastWriter } from './last-writer.ts';

const ACTOR = 'admission';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
}
interface Restored {
  /** What was put back, in a word, for the log. */
  readonly what: 'policy' | 'webhook';
  readonly name: string;
  /** What was found in its place; undefined: nothing. */
  readonly live: KubeObject | undefined;
}

/** Leaves a record where somebody else took away or changed what we keep in the cluster. */
export async function tellRestored(
  { store, clock, log, owner }: Parts,
  scope: Parameters<Store['audit']['append']>[0],
  { what, name, live }: Restored,
): Promise<void> {
  const who = live === undefined ? undefined : lastWriter(live);
  const by = who === undefined ? '' : ` by ${who}`;
  const detail = `${live === undefined ? 'deleted' : 'changed'}${by}; restored`;
  log.warn({ name, detail }, `a ${what} of ours was put back`);
  const appended = await store.audit.append(scope, {
    tenant: owner.tenant,
    atMs: clock.nowMs(),
    actor: ACTOR,
    actorKind: 'system',
    action: 'admission.restore',
    target: name,
    outcome: 'success',
    detail,
  });
  if (!appended.ok) log.error({ code: appended.error.code }, `a restored ${what} is not audited`);
}
