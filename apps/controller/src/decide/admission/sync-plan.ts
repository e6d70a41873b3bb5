// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionBinding,
  type AdmissionException,
  type AdmissionRule,
  err,
  type PolicyChange,
  type PolicyKind,
  type PolicySet,
  type Result,
} from '@bartizan/contracts';
import { canonicalJson, contentHash } from '@bartizan/engine';
import type { KnownPolicy } from '../../admission-ports.ts';

/** All that a server would hold after a set of files was applied. */
interface PlannedPolicy {
  readonly rules: readonly { readonly rule: AdmissionRule; readonly enabled: boolean }[];
  readonly bindings: readonly AdmissionBinding[];
  readonly exceptions: readonly AdmissionException[];
}

/** The difference between files and server, and where it leads. */
export interface SyncPlan {
  /** Of what the server has now. */
  readonly revision: string;
  readonly changes: readonly PolicyChange[];
  readonly after: PlannedPolicy;
}

interface Item {
  readonly kind: PolicyKind;
  readonly id: string;
  readonly content: unknown;
}
type Kept = Item & { readonly origin: Exclude<PolicyChange['origin'], undefined> };

const keyOf = ({ kind, id }: Pick<Item, 'kind' | 'id'>): string => `${kind}/${id}`;

function* itemsOfSet({ rules, disabled, bindings, exceptions }: PolicySet): Generator<Item> {
  const off = new Set(disabled);
  for (const rule of rules)
    yield { kind: 'AdmissionRule', id: rule.id, content: { ...rule, enabled: !off.has(rule.id) } };
  for (const binding of bindings) yield { kind: 'AdmissionBinding', id: binding.id, content: binding };
  for (const exception of exceptions)
    yield { kind: 'AdmissionException', id: exception.id, content: exception };
}

function* itemsOfPolicy({ rules, bindings, exceptions }: KnownPolicy): Generator<Kept> {
  for (const { rule, enabled, origin } of rules)
    if (origin !== 'built-in')
      yield { kind: 'AdmissionRule', id: rule.id, content: { ...rule, enabled }, origin };
  for (const { id, binding, origin } of bindings)
    yield { kind: 'AdmissionBinding', id, content: binding, origin };
  for (const { id, exception, origin } of exceptions)
    yield { kind: 'AdmissionException', id, content: exception, origin };
}

type Action = PolicyChange['action'];

function actionOf(
  now: Kept | undefined,
  wanted: Item | undefined,
  isTaken: boolean,
  prunes: boolean,
): Action {
  if (now === undefined) return 'create';
  const isOurs = now.origin === 'gitops' || isTaken;
  if (wanted === undefined) {
    if (isTaken || (prunes && isOurs)) return 'remove';
    return isOurs ? 'gone' : 'foreign';
  }
  const isSame = canonicalJson(now.content) === canonicalJson(wanted.content);
  // Content that agrees is adopted only when somebody says so: from then on the files own it.
  if (isSame) return isTaken && now.origin !== 'gitops' ? 'update' : 'unchanged';
  return isOurs ? 'update' : 'conflict';
}

/** The bindings in their new order: those of the files fill the places that bindings of the files had, the others stay. */
function orderOf(kept: readonly AdmissionBinding[], wanted: readonly AdmissionBinding[]): AdmissionBinding[] {
  const ids = new Set(wanted.map(({ id }) => id));
  const waiting = [...wanted];
  const filled = kept.map((one) => (ids.has(one.id) ? (waiting.shift() ?? one) : one));
  return [...filled, ...waiting];
}

/** Bindings of the files that stand in another order on the server. */
function movedBindings(policy: KnownPolicy, set: PolicySet): ReadonlySet<string> {
  const onServer = new Set(policy.bindings.map(({ id }) => id));
  const wanted = set.bindings.map(({ id }) => id).filter((id) => onServer.has(id));
  const asked = new Set(wanted);
  const now = policy.bindings.map(({ id }) => id).filter((id) => asked.has(id));
  return new Set(wanted.filter((id, at) => now[at] !== id));
}

function changeOf(
  key: string,
  now: Kept | undefined,
  wanted: Item | undefined,
  about: {
    readonly taken: ReadonlySet<string>;
    readonly moved: ReadonlySet<string>;
    readonly prunes: boolean;
  },
): PolicyChange | undefined {
  const item = wanted ?? now;
  if (item === undefined) return undefined;
  const isTaken = about.taken.has(key);
  let action = actionOf(now, wanted, isTaken, about.prunes);
  if (action === 'unchanged' && item.kind === 'AdmissionBinding' && about.moved.has(item.id))
    action = now?.origin === 'gitops' || isTaken ? 'update' : 'conflict';
  const differs = action !== 'unchanged' && action !== 'foreign';
  return {
    kind: item.kind,
    id: item.id,
    action,
    ...(now === undefined ? {} : { origin: now.origin }),
    ...(differs && now !== undefined ? { before: now.content } : {}),
    ...(differs && wanted !== undefined ? { after: wanted.content } : {}),
  };
}

function plannedOf(policy: KnownPolicy, set: PolicySet, changes: ReadonlyMap<string, Action>): PlannedPolicy {
  const stays = (kind: PolicyKind, id: string): boolean => changes.get(`${kind}/${id}`) !== 'remove';
  const off = new Set(set.disabled);
  const rules = new Map(
    policy.rules
      .filter(({ rule, origin }) => origin !== 'built-in' && stays('AdmissionRule', rule.id))
      .map(({ rule, enabled }) => [rule.id, { rule, enabled }]),
  );
  for (const rule of set.rules) rules.set(rule.id, { rule, enabled: !off.has(rule.id) });
  const exceptions = new Map(
    policy.exceptions
      .filter(({ id }) => stays('AdmissionException', id))
      .map(({ id, exception }) => [id, exception]),
  );
  for (const exception of set.exceptions) exceptions.set(exception.id, exception);
  const kept = policy.bindings
    .filter(({ id }) => stays('AdmissionBinding', id))
    .map(({ binding }) => binding);
  return {
    rules: [...rules.values()],
    bindings: orderOf(kept, set.bindings),
    exceptions: [...exceptions.values()],
  };
}

/** Hash of everything that files can change: what a push names as the state it was shown for. */
export const policyObjectsRevision = (policy: KnownPolicy): string => contentHash([...itemsOfPolicy(policy)]);

/** Compares a set of files with the server. A set that contradicts itself is refused with the reason. */
export function planSync(policy: KnownPolicy, set: PolicySet): Result<SyncPlan, string> {
  const now = new Map([...itemsOfPolicy(policy)].map((item) => [keyOf(item), item]));
  const wanted = new Map<string, Item>();
  for (const item of itemsOfSet(set)) {
    if (wanted.has(keyOf(item))) return err(`${keyOf(item)} is there twice`);
    wanted.set(keyOf(item), item);
  }
  const unknown = set.take.find((key) => !now.has(key) && !wanted.has(key));
  if (unknown !== undefined) return err(`there is no ${unknown}`);
  const stranger = set.disabled.find((id) => !wanted.has(`AdmissionRule/${id}`));
  if (stranger !== undefined) return err(`the disabled rule ${stranger} is not among the rules`);
  const about = { taken: new Set(set.take), moved: movedBindings(policy, set), prunes: set.pruneGone };
  const keys = [...new Set([...now.keys(), ...wanted.keys()])].sort();
  const changes = keys.flatMap((key) => changeOf(key, now.get(key), wanted.get(key), about) ?? []);
  const actions = new Map(changes.map((change) => [keyOf(change), change.action]));
  const after = plannedOf(policy, set, actions);
  return { ok: true, value: { revision: policyObjectsRevision(policy), changes, after } };
}
