// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type PackageUse, type ResponseOf, type RouteId, SEVERITIES } from '@bartizan/contracts';
import { bytesText, instantText } from '../output/format.ts';
import type { Column } from '../output/render.ts';
import { type Language, TEXT, type TextKey, type Translate } from '../text/catalogue.ts';
import { platformsText } from './platforms-text.ts';

/** Routes that a list command shows as a table. */
export type ListRoute = Extract<
  RouteId,
  | 'workload.list'
  | 'container.list'
  | 'node.list'
  | 'image.list'
  | 'event.list'
  | 'finding.list'
  | 'flow.list'
  | 'rule.list'
  | 'check.list'
  | 'audit.list'
  | 'user.list'
  | 'access.exposure'
  | 'access.secrets'
  | 'access.components'
  | 'access.api-uses'
  | 'access.probes'
  | 'access.requests'
  | 'access.risks'
  | 'access.unused-subjects'
  | 'api-key.list'
  | 'registry.list'
  | 'package.list'
  | 'exception.list'
  | 'vex.list'
>;
/** One item of a list. */
export type ItemOf<R extends ListRoute> = ResponseOf<R> extends { items: readonly (infer T)[] } ? T : never;

type Cell<T> = readonly [field: string, heading: TextKey, value: (item: T, language: Language) => string];
type Table = { readonly [R in ListRoute]: readonly Cell<ItemOf<R>>[] };

const severities = (counts: Readonly<Record<string, string>>): string =>
  SEVERITIES.flatMap((severity) =>
    Number(counts[severity] ?? 0) > 0 ? [`${severity}:${counts[severity]}`] : [],
  ).join(' ') || '0';
const place = (ref: { namespace: string; name: string; kind: string }): string =>
  ref.namespace === '' ? `${ref.kind}/${ref.name}` : `${ref.namespace}/${ref.kind}/${ref.name}`;

/** Not seen is not the same as looked at and not recognised. */
const applicationText = (flow: { application?: string; applicationHost?: string }): string =>
  flow.applicationHost === undefined
    ? (flow.application ?? '-')
    : `${flow.application ?? '-'} ${flow.applicationHost}`;

/** Bytes of a flow. What is not counted is never zero; agents of before wrote zero for datagrams. */
const volumeText = (flow: { protocol: string }, bytes: number | undefined, language: Language): string =>
  bytes === undefined || (bytes === 0 && flow.protocol !== 'tcp')
    ? TEXT['volume.uncounted'][language]
    : bytesText(bytes);

const HOUR_MS = 3600_000;
/** Use in a word; not seen comes with how long was watched, in days, hours or minutes. */
const useText = (use: PackageUse | undefined): string => {
  if (use === undefined) return 'unknown';
  if (use.state !== 'not-seen') return use.state;
  const { observedMs } = use;
  if (observedMs >= 24 * HOUR_MS) return `not-seen ${Math.trunc(observedMs / HOUR_MS / 24)}d`;
  return observedMs >= HOUR_MS
    ? `not-seen ${Math.trunc(observedMs / HOUR_MS)}h`
    : `not-seen ${Math.trunc(observedMs / 60_000)}m`;
};

/** What nobody scanned to the end has an unknown number of findings, never none. */
const findingsText = (counts: ItemOf<'image.list'>['openFindings'], isScanned: boolean): string => {
  const counted = severities(counts);
  if (isScanned) return counted;
  return counted === '0' ? '?' : `${counted} ?`;
};

const matchText = (match: ItemOf<'exception.list'>['match']): string =>
  Object.entries(match)
    .map(([part, pattern]) => `${part}:${pattern}`)
    .join(' ');

const grantText = ({ role, rules = [] }: ItemOf<'access.requests'>): string =>
  role === undefined
    ? rules.map(({ verbs, resources }) => `${verbs.join(',')} ${resources.join(',')}`).join('; ')
    : `${role.kind}/${role.name}`;

const CELLS: Table = {
  'workload.list': [
    ['id', 'column.id', ({ workload }) => workload.id],
    ['name', 'column.workload', ({ workload }) => place(workload)],
    ['image', 'column.image', ({ workload }) => workload.image ?? '-'],
    ['running', 'column.running', ({ workload }) => String(workload.running)],
    [
      'findings',
      'column.findings',
      (item) => findingsText(item.openFindings, item.scannedAtMs !== undefined),
    ],
    ['events24h', 'column.events', (item) => String(item.events24h)],
    ['lastSeenAtMs', 'column.last-seen', ({ workload }) => instantText(workload.lastSeenAtMs)],
  ],
  'container.list': [
    ['id', 'column.id', (item) => item.id.slice(0, 20)],
    ['name', 'column.name', (item) => item.name],
    ['runtime', 'column.runtime', (item) => item.runtime],
    ['state', 'column.state', (item) => item.state],
    ['image', 'column.image', (item) => item.image ?? '-'],
    ['pid', 'column.pid', (item) => String(item.pid ?? '-')],
    ['addresses', 'column.addresses', (item) => item.addresses.join(' ')],
    ['privileged', 'column.privileged', (item) => String(item.privileged ?? '?')],
  ],
  'node.list': [
    ['id', 'column.id', (item) => item.id],
    ['name', 'column.name', (item) => item.name],
    ['state', 'column.state', (item) => item.state],
    ['sensor', 'column.sensor', (item) => item.sensor.state],
    ['lost', 'column.lost', (item) => String(item.sensor.lostInKernelTotal + item.sensor.shedTotal)],
    ['uplink', 'column.uplink', (item) => item.uplink.state],
    ['kernel', 'column.kernel', (item) => item.kernel],
    ['distribution', 'column.distribution', (item) => item.distribution],
    [
      'runtimes',
      'column.runtimes',
      (item) =>
        item.runtimes
          .filter((runtime) => runtime.state === 'connected')
          .map((runtime) => runtime.runtime)
          .join(' '),
    ],
  ],
  'image.list': [
    ['digest', 'column.id', ({ image }) => image.digest],
    ['references', 'column.image', ({ image }) => image.references.join(' ')],
    ['scan', 'column.scan', ({ image }) => image.scan?.state ?? 'never'],
    [
      'findings',
      'column.findings',
      (item) => findingsText(item.openFindings, item.image.scan?.state === 'done'),
    ],
    ['fixable', 'column.fixable', (item) => String(item.fixable)],
    ['packages', 'column.packages', ({ image }) => String(image.packages ?? '?')],
    ['usedBy', 'column.used-by', ({ image }) => String(image.usedBy.length)],
  ],
  'package.list': [
    ['name', 'column.package', (item) => item.name],
    ['version', 'column.version', (item) => item.version],
    ['ecosystem', 'column.ecosystem', (item) => item.ecosystem],
    ['images', 'column.images', (item) => String(item.images)],
    ['workloads', 'column.workloads', (item) => String(item.workloads)],
    ['findings', 'column.findings', (item) => String(item.openFindings)],
  ],
  'exception.list': [
    ['id', 'column.id', (item) => item.id],
    ['match', 'column.match', (item) => matchText(item.match)],
    ['matches', 'column.matches', (item) => String(item.matches)],
    ['owner', 'column.owner', (item) => item.owner],
    ['reason', 'column.reason', (item) => item.reason],
    ['expiresAtMs', 'column.expires', (item) => instantText(item.expiresAtMs)],
  ],
  'vex.list': [
    ['id', 'column.id', (item) => item.id],
    ['name', 'column.name', (item) => item.name],
    ['format', 'column.format', (item) => item.format],
    ['origin', 'column.origin', (item) => item.origin],
    ['author', 'column.author', (item) => item.author],
    ['statements', 'column.statements', (item) => String(item.statements)],
    ['matches', 'column.findings', (item) => String(item.matches)],
    ['createdAtMs', 'column.time', (item) => instantText(item.createdAtMs)],
  ],
  'event.list': [
    ['occurredAtMs', 'column.time', (item) => instantText(item.occurredAtMs)],
    ['severity', 'column.severity', (item) => item.severity],
    ['rule', 'column.rule', (item) => item.rule],
    ['workload', 'column.workload', (item) => place(item.workload)],
    ['message', 'column.message', (item, language) => item.message[language]],
    ['id', 'column.id', (item) => item.id],
  ],
  'finding.list': [
    ['severity', 'column.severity', (item) => item.severity],
    ['kind', 'column.kind', (item) => item.kind],
    ['title', 'column.title', (item, language) => item.title[language]],
    ['workload', 'column.workload', (item) => place(item.subject)],
    [
      'package',
      'column.package',
      (item) => (item.package === undefined ? '-' : `${item.package.name} ${item.package.version}`),
    ],
    ['use', 'column.use', (item) => (item.package === undefined ? '-' : useText(item.package.use))],
    ['fix', 'column.fix', (item) => item.fix.version ?? item.fix.state],
    ['state', 'column.state', (item) => item.state],
    ['id', 'column.id', (item) => item.id],
  ],
  'flow.list': [
    ['occurredAtMs', 'column.time', (item) => instantText(item.occurredAtMs)],
    ['workload', 'column.workload', (item) => place(item.workload)],
    ['direction', 'column.direction', (item) => item.direction],
    [
      'remote',
      'column.remote',
      (item) => (item.remoteWorkload === undefined ? item.remoteAddress : place(item.remoteWorkload)),
    ],
    ['serverPort', 'column.port', (item) => `${item.protocol}/${item.serverPort}`],
    ['application', 'column.application', applicationText],
    ['connections', 'column.connections', (item) => String(item.connections)],
    ['bytesSent', 'column.sent', (item, language) => volumeText(item, item.bytesSent, language)],
    ['bytesReceived', 'column.received', (item, language) => volumeText(item, item.bytesReceived, language)],
    ['verdict', 'column.verdict', (item) => item.verdict],
  ],
  'rule.list': [
    ['id', 'column.rule', ({ rule }) => rule.id],
    ['severity', 'column.severity', ({ rule }) => rule.severity],
    ['scope', 'column.scope', ({ rule }) => rule.scope],
    ['title', 'column.title', ({ rule }, language) => rule.title[language]],
    ['revision', 'column.revision', (item) => item.revision.slice(0, 12)],
  ],
  'check.list': [
    ['check', 'column.check', (item) => item.check],
    ['outcome', 'column.outcome', (item) => item.outcome],
    ['severity', 'column.severity', (item) => item.severity],
    ['workload', 'column.workload', (item) => place(item.subject)],
    ['title', 'column.title', (item, language) => item.title[language]],
  ],
  'audit.list': [
    ['sequence', 'column.sequence', (item) => String(item.sequence)],
    ['atMs', 'column.time', (item) => instantText(item.atMs)],
    ['actor', 'column.actor', (item) => `${item.actorKind}:${item.actor}`],
    ['action', 'column.action', (item) => item.action],
    ['target', 'column.target', (item) => item.target],
    ['outcome', 'column.outcome', (item) => item.outcome],
    ['detail', 'column.detail', (item, language) => item.told?.[language] ?? item.detail],
  ],
  'user.list': [
    ['name', 'column.name', (item) => item.name],
    ['role', 'column.role', (item) => item.role],
    [
      'disabled',
      'column.state',
      (item) => (item.disabled ? 'disabled' : item.lockedUntilMs === undefined ? 'active' : 'locked'),
    ],
    ['lastLoginAtMs', 'column.last-seen', (item) => instantText(item.lastLoginAtMs)],
    ['id', 'column.id', (item) => item.id],
  ],
  'registry.list': [
    ['id', 'column.id', (item) => item.id],
    ['name', 'column.name', (item) => item.name],
    ['kind', 'column.kind', (item) => item.kind],
    ['host', 'column.host', (item) => item.host],
    ['state', 'column.state', ({ run }) => (run.code === undefined ? run.state : `${run.state} ${run.code}`)],
    ['images', 'column.images', ({ run }) => String(run.images)],
    ['scanned', 'column.scanned', ({ run }) => String(run.scanned)],
    ['unchanged', 'column.unchanged', ({ run }) => String(run.unchanged)],
    ['platforms', 'column.platforms', ({ run }, language) => platformsText(run, language)],
    ['failed', 'column.failed', ({ run }) => String(run.failed)],
    ['nextAtMs', 'column.next', ({ run }) => instantText(run.nextAtMs)],
  ],
  'access.requests': [
    ['id', 'column.id', ({ id }) => id],
    ['state', 'column.request-state', ({ state, end }) => (end === undefined ? state : `${state} (${end})`)],
    [
      'subject',
      'column.access-subject',
      ({ subject: { kind, namespace, name } }) =>
        [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/'),
    ],
    ['grant', 'column.request-grant', grantText],
    ['namespace', 'column.access-scope', ({ namespace }) => namespace ?? '*'],
    ['risk', 'column.request-risk', ({ risk }) => risk?.level ?? '-'],
    ['level', 'column.request-level', ({ level }) => level],
    ['askedBy', 'column.request-asked-by', ({ askedBy }) => askedBy],
    [
      'expiresAtMs',
      'column.request-ends',
      ({ expiresAtMs }) => (expiresAtMs === undefined ? '-' : instantText(expiresAtMs)),
    ],
  ],
  'access.risks': [
    ['severity', 'column.severity', (item) => item.severity],
    ['subject', 'column.access-subject', (item) => item.subject],
    ['pattern', 'column.rule', (item) => item.pattern],
    ['scope', 'column.access-scope', (item) => item.scope],
    ['origin', 'column.access-origin', (item) => item.origin],
    ['bindings', 'column.access-binding', (item) => item.bindings.join(' ')],
  ],
  'access.unused-subjects': [
    ['subject', 'column.access-subject', ({ subject }) => subject],
    ['unseen', 'column.access-unseen', ({ unseen }) => String(unseen)],
    ['used', 'column.access-used', ({ used }) => String(used)],
    ['unseenIs', 'column.access-unseen-is', ({ unseenIs }) => unseenIs],
    ['origin', 'column.access-origin', ({ origin }) => origin],
    ['idleBindings', 'column.access-idle', ({ idleBindings }) => idleBindings.join(' ')],
  ],
  'api-key.list': [
    ['name', 'column.name', (item) => item.name],
    ['prefix', 'column.key', (item) => item.prefix],
    ['role', 'column.role', (item) => item.role],
    ['expiresAtMs', 'column.expires', (item) => instantText(item.expiresAtMs)],
    ['revoked', 'column.state', (item) => (item.revoked ? 'revoked' : 'active')],
    ['id', 'column.id', (item) => item.id],
  ],
  'access.exposure': [
    ['kind', 'column.kind', ({ kind }) => kind],
    ['namespace', 'column.namespace', ({ namespace }) => namespace],
    ['name', 'column.name', ({ name }) => name],
    ['way', 'column.exposure-way', ({ way }) => way],
    [
      'ports',
      'column.exposure-ports',
      ({ ports }) => ports.map(({ number, protocol }) => `${number}/${protocol}`).join(' ') || '-',
    ],
    ['addresses', 'column.exposure-addresses', ({ addresses }) => addresses.join(' ') || '-'],
    ['pods', 'column.exposure-pods', ({ podCount }) => String(podCount)],
    ['guard', 'column.exposure-guard', ({ guard }) => guard],
    ['component', 'column.exposure-component', ({ component }) => component ?? '-'],
  ],
  'access.secrets': [
    ['namespace', 'column.namespace', ({ namespace }) => namespace],
    ['name', 'column.name', ({ name }) => name],
    [
      'users',
      'column.secret-users',
      ({ users }) => [...new Set(users.map(({ by, way }) => `${by} (${way})`))].join(' ') || '-',
    ],
    ['readers', 'column.secret-readers', ({ readerCount }) => String(readerCount)],
    ['everybody', 'column.secret-everybody', ({ everybody }) => everybody.join(' ') || '-'],
    ['changedAtMs', 'column.secret-changed', ({ changedAtMs }) => instantText(changedAtMs)],
  ],
  'access.probes': [
    ['outcome', 'column.probe-outcome', ({ outcome }) => outcome],
    ['about', 'column.component-where', ({ about }) => about],
    ['url', 'column.probe-url', ({ url }) => url],
    ['said', 'column.probe-said', ({ said }) => said ?? '-'],
    ['what', 'column.probe-what', ({ what }, language) => what[language]],
  ],
  'access.api-uses': [
    ['removedIn', 'column.api-removed', ({ removedIn }) => removedIn ?? '-'],
    ['apiVersion', 'column.api-version', ({ apiVersion, kind }) => `${apiVersion} ${kind}`],
    ['replacement', 'column.api-instead', ({ replacement }) => replacement ?? '-'],
    ['by', 'column.api-by', ({ by }) => by || '-'],
    ['source', 'column.api-how', ({ source }) => source],
    [
      'about',
      'column.component-where',
      ({ about, namespace }) => (namespace === '' || about.includes('/') ? about : `${namespace}: ${about}`),
    ],
    ['lastAtMs', 'column.api-last', ({ lastAtMs }) => instantText(lastAtMs)],
  ],
  'access.components': [
    ['product', 'column.component-product', ({ product }) => product],
    ['where', 'column.component-where', ({ where }) => where],
    ['version', 'column.version', ({ version }) => version],
    ['support', 'column.component-support', ({ support }) => support],
    ['endsOn', 'column.component-end', ({ endsOn }) => endsOn ?? '-'],
    ['behind', 'column.component-behind', ({ behind }) => (behind === undefined ? '-' : String(behind))],
    [
      'advisories',
      'column.component-advisories',
      ({ advisoryCount, advisories = [] }) =>
        advisoryCount === undefined
          ? '-'
          : [`${advisoryCount}`, ...advisories.slice(0, 3).map(({ id }) => id)].join(' '),
    ],
    [
      'apiUses',
      'column.component-api-uses',
      ({ apiUseCount, apiUses = [] }) =>
        apiUseCount === undefined
          ? '-'
          : [
              `${apiUseCount}`,
              ...apiUses
                .slice(0, 3)
                .map(
                  ({ apiVersion, kind, removedIn }) =>
                    `${apiVersion}/${kind}${removedIn === undefined ? '' : `(${removedIn})`}`,
                ),
            ].join(' '),
    ],
  ],
};

/** Columns of a list in the user's language. */
export const columnsFor = <R extends ListRoute>(route: R, t: Translate): Column<ItemOf<R>>[] => {
  const language: Language = t('language.code') === 'ja' ? 'ja' : 'en';
  const cells: readonly Cell<ItemOf<R>>[] = CELLS[route];
  return cells.map(([field, heading, value]) => ({
    field,
    heading: t(heading),
    value: (item) => value(item, language),
  }));
};
