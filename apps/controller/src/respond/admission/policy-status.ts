// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type JsonRecord, type KubeClient, listOf, type Resource, recordOf } from '@bartizan/adapters/kube';
import type { PolicyItemReason } from '@bartizan/contracts';
import { canonicalJson } from '@bartizan/engine';
import type { Clock, Log } from '../../ports.ts';

/** What became of a policy object, to be written into it. */
export interface ObjectVerdict {
  readonly resource: Resource;
  readonly name: string;
  readonly generation: number;
  readonly reason: PolicyItemReason;
  readonly detail: string;
  readonly inForce?: string;
  readonly notExpressible?: string;
  /** Objects that violate the rule now, and those it cannot judge; absent: nothing is watched, or it is no rule. */
  readonly counts?: { readonly violations: number; readonly unknown: number };
  /** The status that stands in the object. */
  readonly before: unknown;
}

interface Parts {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
}

const WORDS: Readonly<Record<PolicyItemReason, string>> = {
  InForce: 'The object is in force as it stands here.',
  Disabled: 'The rule is kept and not asked: its annotation says so.',
  Expired: 'The exception is over.',
  Invalid: 'The object cannot be used.',
  Conflict: 'Another source owns this id.',
  Unreadable: 'The object cannot be read.',
  StoreFailed: 'The object could not be stored.',
};
const READY: ReadonlySet<PolicyItemReason> = new Set(['InForce', 'Disabled']);
const MESSAGE_MAX = 2_048;
const AT_ONCE = 8;

/** The condition and what is beside it; the time of a change is that of the last change of the answer. */
function statusOf(verdict: ObjectVerdict, nowMs: number): JsonRecord {
  const { generation, reason, detail, inForce, notExpressible, counts } = verdict;
  const state = READY.has(reason) ? 'True' : 'False';
  const message = `${WORDS[reason]}${detail === '' ? '' : ` ${detail}`}`.slice(0, MESSAGE_MAX);
  const old = listOf(recordOf(verdict.before)['conditions'])
    .map(recordOf)
    .find(({ type }) => type === 'Ready');
  const since = old?.['status'] === state ? old['lastTransitionTime'] : undefined;
  return {
    observedGeneration: generation,
    conditions: [
      {
        type: 'Ready',
        status: state,
        reason,
        message,
        observedGeneration: generation,
        // Whole seconds, as the API server writes times.
        lastTransitionTime:
          typeof since === 'string' ? since : new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z'),
      },
    ],
    ...(inForce === undefined ? {} : { revision: inForce }),
    ...(notExpressible === undefined ? {} : { notExpressible: [notExpressible] }),
    ...(counts === undefined ? {} : { violations: counts.violations, unknown: counts.unknown }),
  };
}

/** Writes into each policy object of the cluster what became of it; what stands there already is not written again. */
export class PolicyStatus {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async write(verdicts: readonly ObjectVerdict[]): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    const due = verdicts
      .map((verdict) => ({ verdict, status: statusOf(verdict, nowMs) }))
      .filter(({ verdict, status }) => canonicalJson(verdict.before ?? null) !== canonicalJson(status));
    for (let at = 0; at < due.length; at += AT_ONCE)
      await Promise.all(due.slice(at, at + AT_ONCE).map((one) => this.#write(one)));
  }

  async #write({ verdict, status }: { readonly verdict: ObjectVerdict; readonly status: JsonRecord }) {
    const { client, log } = this.#parts;
    const { resource, name } = verdict;
    const options = { force: true, subresource: 'status' };
    const written = await client.apply(resource, { metadata: { name }, status }, { name }, options);
    if (written.ok || written.error.code === 'E_KUBE_MISSING') return;
    const { code, detail } = written.error;
    log.warn({ kind: resource.kind, name, code, detail }, 'the status of a policy object cannot be written');
  }
}
