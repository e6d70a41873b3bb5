// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AccessRequest,
  type AccessRequestWish,
  type BodyOf,
  ok,
  type Result,
} from '@bartizan/contracts';
import type { ApiClient, ApiFailure } from '../api/client.ts';
import { columnsFor } from '../commands/columns.ts';
import type { ManifestListFlags } from '../commands/flags.ts';
import { runList } from '../commands/list.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { instantText } from '../output/format.ts';
import { type Format, renderList } from '../output/render.ts';
import { plain, plainLines } from '../output/width.ts';

export interface AskFlags {
  readonly output: Format;
  readonly role?: string;
  readonly verb?: readonly string[];
  readonly resource?: readonly string[];
  readonly name?: readonly string[];
  readonly namespace?: string;
  readonly for: string;
  readonly reason: string;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** `30m`, `2h`, `90s` in milliseconds; undefined: it is no length. */
export function lengthMs(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  return Number.isSafeInteger(ms) && ms > 0 ? ms : undefined;
}

/** `User/x`, `Group/x`, `ServiceAccount/namespace/name`, or a bare user name. */
export function subjectOf(text: string): AccessRequestWish['subject'] | undefined {
  const [kind, ...rest] = text.split('/');
  if (kind === 'ServiceAccount') {
    const [namespace = '', name = '', ...more] = rest;
    return namespace === '' || name === '' || more.length > 0 ? undefined : { kind, namespace, name };
  }
  if (kind === 'User' || kind === 'Group') {
    const name = rest.join('/');
    return name === '' ? undefined : { kind, name };
  }
  return text === '' ? undefined : { kind: 'User', name: text };
}

/** `KIND/NAME`; a bare name is a ClusterRole. */
function roleOf(text: string): NonNullable<AccessRequestWish['role']> {
  const [kind, ...rest] = text.split('/');
  return kind === 'Role' || kind === 'ClusterRole'
    ? { kind, name: rest.join('/') }
    : { kind: 'ClusterRole', name: text };
}

/** One rule for all resources of one API group: `pods`, `pods/log`, `deployments.apps`. */
function rulesOf({ verb = [], resource = [], name }: AskFlags): NonNullable<AccessRequestWish['rules']> {
  const groups = Map.groupBy(resource, (one) => (one.includes('.') ? one.slice(one.indexOf('.') + 1) : ''));
  return [...groups].map(([group, resources]) => ({
    verbs: [...verb],
    apiGroups: [group],
    resources: resources.map((one) => one.split('.')[0] ?? one),
    ...(name === undefined || name.length === 0 ? {} : { resourceNames: [...name] }),
  }));
}

function wishOf(context: CliContext, who: string, flags: AskFlags): Result<AccessRequestWish, ApiFailure> {
  const { t } = context;
  const subject = subjectOf(who);
  if (subject === undefined) return usage(t('access.bad-subject', { text: who }));
  const durationMs = lengthMs(flags.for);
  if (durationMs === undefined) return usage(t('access.bad-length', { text: flags.for }));
  const { role, verb = [], resource = [], namespace, reason } = flags;
  const isRole = role !== undefined;
  if (isRole === verb.length + resource.length > 0 || (!isRole && verb.length * resource.length === 0))
    return usage(t('access.role-or-verbs'));
  return ok({
    ...{ subject, reason, durationMs },
    ...(isRole ? { role: roleOf(role) } : { rules: rulesOf(flags) }),
    ...(namespace === undefined ? {} : { namespace }),
  });
}

/** What a person has to know of a request beside its row. */
function tell({ t, language, process }: CliContext, request: AccessRequest): void {
  const { risk, level, state, problem, expiresAtMs, changedInCluster } = request;
  const lines: string[] = [];
  if (risk?.path !== undefined)
    lines.push(
      t('access.request-path', {
        steps: [risk.path.subject, ...risk.path.steps.map(({ to }) => to)].join(' → '),
      }),
    );
  if (risk !== undefined && risk.patterns.length > 0)
    lines.push(
      t('access.request-risks', { risks: risk.patterns.map(({ title }) => title[language]).join('; ') }),
    );
  if (risk?.level === 'unknown')
    lines.push(t('access.request-unknown', { kinds: risk.unreadable.join(', ') || 'Role' }));
  if (level === 'proposed-only' && state !== 'refused' && state !== 'ended')
    lines.push(t('access.request-by-hand', { id: request.id }));
  if (changedInCluster !== undefined)
    lines.push(t('access.request-changed', { by: changedInCluster.by ?? '?' }));
  if (problem !== undefined) lines.push(`${problem.code}: ${problem.detail}`);
  if (state === 'active' && expiresAtMs !== undefined)
    lines.push(t('access.request-until', { until: instantText(expiresAtMs) }));
  if (lines.length > 0) process.stderr.write(`${lines.map(plain).join('\n')}\n`);
}

function show(context: CliContext, output: Format, request: AccessRequest): number {
  const columns = columnsFor('access.requests', context.t);
  renderList(context.process, output, { items: [request], columns, whole: request });
  tell(context, request);
  return EXIT.fine;
}

const answered = (
  context: CliContext,
  output: Format,
  call: (client: ApiClient) => Promise<Result<AccessRequest, ApiFailure>>,
): Promise<void> =>
  perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const answer = await call(client.value);
    return answer.ok ? ok(show(context, output, answer.value)) : answer;
  });

/** `access request SUBJECT`. */
export const runAsk = (context: CliContext, who: string, flags: AskFlags): Promise<void> => {
  const wish = wishOf(context, who, flags);
  return wish.ok
    ? answered(context, flags.output, (client) => client.call('access.request.ask', { body: wish.value }))
    : perform(context, () => Promise.resolve(wish));
};

/** `access requests [ID]`: the list, or one with its risk and, by `-o manifests`, the YAML to apply by hand. */
export function runRequests(
  context: CliContext,
  id: string | undefined,
  flags: ManifestListFlags,
): Promise<void> {
  const { output } = flags;
  if (id === undefined)
    return output === 'manifests'
      ? perform(context, () => Promise.resolve(usage(context.t('access.requests-one'))))
      : runList(context, 'access.requests', { ...flags, output });
  if (output !== 'manifests')
    return answered(context, output, (client) => client.call('access.request', { params: { id } }));
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const detail = await client.value.call('access.request', { params: { id } });
    if (!detail.ok) return detail;
    context.process.stdout.write(plainLines(detail.value.yaml));
    return ok(EXIT.fine);
  });
}

/** `access approve ID`. */
export const runApprove = (
  context: CliContext,
  id: string,
  { output, ...body }: { readonly output: Format } & BodyOf<'access.request.approve'>,
): Promise<void> =>
  answered(context, output, (client) => client.call('access.request.approve', { params: { id }, body }));

/** `access refuse ID`. */
export const runRefuse = (
  context: CliContext,
  id: string,
  { output, decision }: { readonly output: Format; readonly decision: string },
): Promise<void> =>
  answered(context, output, (client) =>
    client.call('access.request.refuse', { params: { id }, body: { decision } }),
  );

/** `access end ID`. */
export const runEnd = (
  context: CliContext,
  id: string,
  { output }: { readonly output: Format },
): Promise<void> =>
  answered(context, output, (client) => client.call('access.request.end', { params: { id } }));
