// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeObject, Resource } from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import type { OnRestored } from '../../native-ports.ts';
import type { Clock, Log, Owner } from '../../ports.ts';
import { lastWriter } from './last-writer.ts';
import type { Noted } from './restore-pace.ts';

const ACTOR = 'admission';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  readonly onRestored: OnRestored;
}
/** What made a keeper look: its plan, the regular look, or the watch. */
export type Cause = 'planned' | 'found' | 'deleted' | 'changed';
interface Restored {
  /** What was put back, in a word, for the log. */
  readonly what: 'policy' | 'webhook';
  readonly resource: Resource;
  readonly name: string;
  readonly cause: Cause;
  /** When the watch told it, or when it was seen whole for the last time. */
  readonly sinceMs: number;
  /** What was found in its place; undefined: nothing. */
  readonly live: KubeObject | undefined;
  readonly noted: Noted;
}

/** What else keeps it otherwise is not known; that there is something has a code. */
export const DISPUTED = 'E_ADMISSION_DISPUTED';

/** Leaves a record where somebody else took away or changed what we keep in the cluster, and tells who judges that. */
export async function tellRestored(
  { store, clock, log, owner, onRestored }: Parts,
  scope: Parameters<Store['audit']['append']>[0],
  { what, resource, name, cause, sinceMs, live, noted }: Restored,
): Promise<void> {
  if (!noted.isTold) return;
  const who = live === undefined ? undefined : lastWriter(live);
  const by = who === undefined ? '' : ` by ${who}`;
  const change = live === undefined ? 'deleted' : 'changed';
  const more = noted.untold === 0 ? '' : `, and ${noted.untold} times before since the last record`;
  const detail = `${change}${by}; restored${more}`;
  if (noted.isDispute)
    log.error(
      { name, code: DISPUTED },
      `a ${what} of ours is changed again and again: another controller of this name may keep it`,
    );
  const restoredAtMs = clock.nowMs();
  log.warn({ name, detail }, `a ${what} of ours was put back`);
  onRestored({
    ...{ kind: resource.kind, resource: resource.plural, name, change },
    ...(who === undefined ? {} : { writer: who }),
    noticed: cause === 'found' ? 'look' : 'watch',
    ...{ sinceMs, restoredAtMs },
  });
  const appended = await store.audit.append(scope, {
    tenant: owner.tenant,
    atMs: restoredAtMs,
    actor: ACTOR,
    actorKind: 'system',
    action: 'admission.restore',
    target: name,
    outcome: 'success',
    detail,
  });
  if (!appended.ok) log.error({ code: appended.error.code }, `a restored ${what} is not audited`);
}
