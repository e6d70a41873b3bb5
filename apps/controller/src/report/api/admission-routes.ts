// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type AdmissionBinding,
  type AdmissionRuleRow,
  ok,
  type Result,
  severityRank,
} from '@bartizan/contracts';
import { compileWildcard } from '@bartizan/engine';
import { explainAdmissionRule } from '@bartizan/engine/admission';
import { toYaml } from '@bartizan/scan/yaml-writer';
import type {
  AdmissionDesk,
  KnownPolicy,
  KnownRule,
  PolicyAuthor,
  RuleChange,
  RuleCount,
} from '../../admission-ports.ts';
import type { ApiFailure, Clock } from '../../ports.ts';
import type { Caller } from '../access/caller.ts';
import { namesVersion } from '../http/etag.ts';
import { type ListPaths, type Orders, pageOf } from './known-rows.ts';
import { pageBody, toQuery } from './list-query.ts';
import { nativeForm } from './native-forms.ts';
import { answers, refuse, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly admission: AdmissionDesk;
}

/** Paths that the list of rules can be filtered and sorted by. */
const RULE_FIELDS: ListPaths<'admission.rules'> = {
  id: 'rule.id',
  title: ['rule.title.en', 'rule.title.ja'],
  severity: 'rule.severity',
  mode: 'modes',
  origin: 'origin',
  enabled: 'enabled',
  native: 'native',
  control: 'rule.control',
  violations: 'violations',
};
const RULE_ORDERS: Orders<AdmissionRuleRow> = {
  // By id, as they are given.
  '': () => 0,
  id: ({ rule }) => rule.id,
  severity: ({ rule }) => severityRank(rule.severity),
  title: ({ rule }) => rule.title.en,
  violations: ({ violations }) => violations ?? -1,
};

const authorOf = ({ cluster, tenant, name }: Caller) => ({ owner: { cluster, tenant }, name });

/** Whether one of the patterns of a binding names a rule. */
const names = (patterns: readonly string[], id: string): boolean =>
  patterns.some((pattern) => compileWildcard(pattern)(id));

const bindingsOf = ({ bindings }: KnownPolicy, id: string): AdmissionBinding[] =>
  bindings.map(({ binding }) => binding).filter(({ rules }) => names(rules, id));

interface RowParts {
  readonly counts: ReadonlyMap<string, RuleCount> | undefined;
  readonly nowMs: number;
}

/** Longest texts that the contract takes. */
const NATIVE_TEXT_MAX = 65_536;
const REFUSED_MAX = 2048;

/** A rule as policies of the API server, when it can be written as some. */
function nativeText(policy: KnownPolicy, rule: string, nowMs: number): string | undefined {
  const { objects } = nativeForm(policy, rule, nowMs);
  const text = objects.map((object) => `---\n${toYaml(object)}`).join('');
  return text === '' || text.length > NATIVE_TEXT_MAX ? undefined : text;
}

/** A rule as lists show it. One that is not asked, for whatever reason, has no mode and no count. */
export const rowOf = (
  { rule, revision, origin, enabled, refused }: KnownRule,
  policy: KnownPolicy,
  { counts, nowMs }: RowParts,
): AdmissionRuleRow => {
  const bound = bindingsOf(policy, rule.id);
  const everywhere = bound.some(
    ({ namespaces, excludeNamespaces, namespaceLabels }) =>
      namespaces === undefined && excludeNamespaces === undefined && namespaceLabels === undefined,
  );
  const modes = [...new Set([...bound.map(({ mode }) => mode), ...(everywhere ? [] : [rule.mode])])];
  const { native, nativeReason } = nativeForm(policy, rule.id, nowMs);
  const isAsked = enabled && refused === undefined;
  const count = counts?.get(rule.id) ?? { violations: 0, unknown: 0 };
  return {
    rule,
    revision,
    origin,
    enabled,
    ...(enabled && refused !== undefined ? { refused: refused.slice(0, REFUSED_MAX) } : {}),
    modes: isAsked ? modes : ['off'],
    native,
    ...(nativeReason === undefined ? {} : { nativeReason }),
    ...(counts === undefined || !isAsked ? {} : count),
  };
};

/** A rule that is not asked is another version of it: switching it on again is a change. */
const versionOf = ({ revision, enabled }: AdmissionRuleRow): string => `${revision}${enabled ? '' : '-off'}`;

/** The rule that If-Match names, if it is the one that is there. */
async function ruleRead(
  { admission, clock }: Parts,
  { owner }: PolicyAuthor,
  wanted: { readonly id: string; readonly ifMatch: string },
): Promise<Result<KnownRule | undefined, ApiFailure>> {
  const policy = await admission.policy(owner);
  if (!policy.ok) return policy;
  const known = policy.value.rules.find(({ rule }) => rule.id === wanted.id);
  if (known === undefined) return ok(undefined);
  const row = rowOf(known, policy.value, { counts: undefined, nowMs: clock.nowMs() });
  return namesVersion(wanted.ifMatch, versionOf(row))
    ? ok(known)
    : refuse('E_PRECONDITION', `rule ${wanted.id} has changed since`);
}

async function writeRule({ admission, clock }: Parts, author: PolicyAuthor, change: RuleChange) {
  const saved = await admission.putRule(author, change);
  if (!saved.ok) return saved;
  const policy = await admission.policy(author.owner);
  if (!policy.ok) return policy;
  const { rule, enabled } = change;
  const counts = admission.counts(author.owner);
  const row = rowOf(saved.value, policy.value, { counts, nowMs: clock.nowMs() });
  return reply(row, {
    version: versionOf(row),
    target: rule.id,
    auditDetail: `revision ${saved.value.revision.slice(0, 12)}, mode ${rule.mode}, ${enabled ? 'enabled' : 'disabled'}`,
  });
}

/** Rules: the ones of the product and those of users. */
export const admissionRuleHandlers = ({ store, clock, admission }: Parts) => ({
  'admission.rules': answers('admission.rules', async ({ caller, query }) => {
    const policy = await admission.policy(authorOf(caller).owner);
    if (!policy.ok) return policy;
    const parts = { counts: admission.counts(authorOf(caller).owner), nowMs: clock.nowMs() };
    const rows = policy.value.rules
      .map((one) => rowOf(one, policy.value, parts))
      .toSorted((left, right) => (left.rule.id < right.rule.id ? -1 : 1));
    return pageOf(ok(rows), query, { fields: RULE_FIELDS, orders: RULE_ORDERS, clock });
  }),
  'admission.rule': answers('admission.rule', async ({ caller, params }) => {
    const policy = await admission.policy(authorOf(caller).owner);
    if (!policy.ok) return policy;
    const known = policy.value.rules.find(({ rule }) => rule.id === params.id);
    if (known === undefined) return refuse('E_NOT_FOUND', `there is no rule ${params.id}`);
    const nowMs = clock.nowMs();
    const nativePolicy = nativeText(policy.value, params.id, nowMs);
    const row = rowOf(known, policy.value, { counts: admission.counts(authorOf(caller).owner), nowMs });
    return reply(
      {
        ...row,
        words: [explainAdmissionRule(known.rule)],
        bindings: bindingsOf(policy.value, params.id),
        ...(nativePolicy === undefined ? {} : { nativePolicy }),
      },
      { version: versionOf(row) },
    );
  }),
  'admission.rule.create': answers('admission.rule.create', ({ caller, body }) =>
    writeRule({ store, clock, admission }, authorOf(caller), { ...body, isNew: true }),
  ),
  'admission.rule.put': answers('admission.rule.put', async ({ caller, params, body, ifMatch }) => {
    const author = authorOf(caller);
    const parts = { store, clock, admission };
    if (body.rule.id !== params.id) return refuse('E_BODY_INVALID', '/rule/id is not the id of the path');
    if (ifMatch === undefined) return writeRule(parts, author, { ...body, isNew: false });
    const read = await ruleRead(parts, author, { id: params.id, ifMatch });
    if (!read.ok) return read;
    return writeRule(parts, author, {
      ...body,
      isNew: false,
      ...(read.value === undefined ? {} : { basedOn: read.value }),
    });
  }),
  'admission.rule.remove': answers('admission.rule.remove', async ({ caller, params }) => {
    const removed = await admission.removeRule(authorOf(caller), params.id);
    return removed.ok ? reply({ removed: removed.value }, { target: params.id }) : removed;
  }),
});

/** Where rules are in force, and what is excepted from them. */
export const admissionScopeHandlers = ({ store, clock, admission }: Parts) => ({
  'admission.bindings': answers('admission.bindings', async ({ caller }) => {
    const policy = await admission.policy(authorOf(caller).owner);
    if (!policy.ok) return policy;
    return reply({ bindings: policy.value.bindings, revision: policy.value.bindingsRevision });
  }),
  'admission.bindings.put': answers('admission.bindings.put', async ({ caller, body }) => {
    const changed = await admission.putBindings(authorOf(caller), body.bindings, body.ifRevision);
    if (!changed.ok) return changed;
    const { bindings, bindingsRevision: revision } = changed.value;
    return reply(
      { bindings, revision },
      {
        target: 'bindings',
        auditDetail: body.bindings
          .map(({ id, mode }) => `${id} ${mode}`)
          .join(', ')
          .slice(0, 1000),
      },
    );
  }),
  'admission.exceptions': answers('admission.exceptions', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await store.admissionExceptions.list(scope, wanted.value);
    return page.ok ? reply(pageBody(page.value, clock.nowMs())) : page;
  }),
  'admission.exception.create': answers('admission.exception.create', async ({ caller, body }) => {
    const saved = await admission.putException(authorOf(caller), body);
    if (!saved.ok) return saved;
    const until = new Date(body.expiresAtMs).toISOString();
    return reply(saved.value, {
      target: body.id,
      auditDetail:
        `${body.rules.join(', ')} in ${body.namespaces.join(', ')} until ${until}, ${body.owner}: ${body.reason}`.slice(
          0,
          1000,
        ),
    });
  }),
  'admission.exception.remove': answers('admission.exception.remove', async ({ caller, params }) => {
    const removed = await admission.removeException(authorOf(caller), params.id);
    return removed.ok ? reply({ removed: removed.value }, { target: params.id }) : removed;
  }),
});

/** Policy files against the server. */
export const admissionSyncHandlers = ({ admission }: Parts) => ({
  'admission.sources': answers('admission.sources', async ({ caller }) => {
    const sources = await admission.sources(authorOf(caller).owner);
    return sources.ok ? reply({ sources: [...sources.value] }) : sources;
  }),
  'admission.sync': answers('admission.sync', async ({ caller, body }) => {
    const synced = await admission.sync(authorOf(caller), body);
    if (!synced.ok) return synced;
    const { applied, changes } = synced.value;
    const done = changes.filter(({ action }) => ['create', 'update', 'remove'].includes(action));
    const named = done.map(({ action, kind, id }) => `${action} ${kind}/${id}`).join(', ');
    return reply(synced.value, {
      target: 'policies',
      auditDetail: `${applied ? 'applied' : 'only compared'}: ${named || 'nothing to change'}`.slice(0, 1000),
    });
  }),
});

/** What was decided, what an object would get, what a draft would do. */
export const admissionDecisionHandlers = ({ store, clock, admission }: Parts) => ({
  'admission.status': answers('admission.status', ({ caller }) =>
    Promise.resolve(reply(admission.status(authorOf(caller).owner))),
  ),
  'admission.decisions': answers('admission.decisions', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await store.admissionDecisions.list(scope, wanted.value);
    return page.ok ? reply(pageBody(page.value, clock.nowMs())) : page;
  }),
  'admission.decision': answers('admission.decision', async ({ scope, params }) => {
    const found = await store.admissionDecisions.get(scope, params.id);
    if (!found.ok) return found;
    return found.value === undefined
      ? refuse('E_NOT_FOUND', `there is no decision ${params.id}`)
      : reply(found.value);
  }),
  'admission.test': answers('admission.test', async ({ caller, body }) => {
    const outcome = await admission.test(authorOf(caller).owner, body);
    return outcome.ok ? reply(outcome.value) : outcome;
  }),
  'admission.simulate': answers('admission.simulate', async ({ caller, body }) => {
    const radius = await admission.simulate(authorOf(caller).owner, body);
    return radius.ok ? reply(radius.value) : radius;
  }),
  'admission.coverage': answers('admission.coverage', async ({ caller }) => {
    const coverage = await admission.coverage(authorOf(caller).owner);
    return coverage.ok ? reply(coverage.value) : coverage;
  }),
});
