// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type ExceptionMatch,
  err,
  failure,
  ok,
  type QueryOf,
  type ResponseOf,
  type Result,
} from '@bartizan/contracts';
import type { ApiClient, ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { instantText } from '../output/format.ts';
import { safeJson } from '../output/json.ts';
import { type Format, renderList, renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import { toYaml } from '../output/yaml.ts';
import { columnsFor } from './columns.ts';
import type { ListFlags } from './flags.ts';
import { fetchItems } from './list.ts';

type Place = ResponseOf<'package.places'>['items'][number];
type SbomFormat = NonNullable<QueryOf<'image.sbom'>['format']>;
type BaseReport = ResponseOf<'image.base'>;
type FoundPackage = ResponseOf<'image.packages'>['items'][number];

const DEFAULT_LIMIT = 100;
const PAGE = 500;
const DAY_MS = 24 * 3600_000;
/** Packages of one name that are looked up one by one. */
const PURLS_MAX = 50;

/** The digest of an image: itself, or that of a reference the server knows. */
async function digestOf(
  context: CliContext,
  client: ApiClient,
  name: string,
): Promise<Result<string, ApiFailure>> {
  if (/^sha\d+:/u.test(name)) return ok(name);
  const page = await client.call('image.list', {
    query: { filter: `reference:${JSON.stringify(name)}`, sort: '-lastSeenAtMs', limit: 1 },
  });
  if (!page.ok) return page;
  const [found] = page.value.items;
  return found === undefined
    ? err(failure('E_NOT_FOUND', context.t('image.unknown', { name })))
    : ok(found.image.digest);
}

function onImage(
  context: CliContext,
  name: string,
  body: (client: ApiClient, digest: string) => Promise<Result<number, ApiFailure>>,
): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const digest = await digestOf(context, client.value, name);
    return digest.ok ? body(client.value, digest.value) : digest;
  });
}

/** `image show NAME`. */
export function runImageShow(
  context: CliContext,
  { name, output }: { readonly name: string; readonly output: Format },
): Promise<void> {
  return onImage(context, name, async (client, id) => {
    const shown = await client.call('image.show', { params: { id } });
    if (!shown.ok) return shown;
    if (output === 'json') renderValue(context.process, 'json', shown.value);
    else context.process.stdout.write(toYaml(JSON.parse(JSON.stringify(shown.value))));
    return ok(EXIT.fine);
  });
}

/** `image packages NAME`. */
export function runImagePackages(context: CliContext, name: string, flags: ListFlags): Promise<void> {
  return onImage(context, name, async (client, id) => {
    const limit = flags.limit ?? DEFAULT_LIMIT;
    const items: FoundPackage[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.call('image.packages', {
        params: { id },
        query: {
          limit: Math.min(PAGE, limit - items.length),
          ...(flags.filter === undefined ? {} : { filter: flags.filter }),
          ...(flags.sort === undefined ? {} : { sort: flags.sort }),
          ...(cursor === undefined ? {} : { cursor }),
        },
      });
      if (!page.ok) return page;
      items.push(...page.value.items);
      cursor = page.value.next;
    } while (cursor !== undefined && items.length < limit);
    const { t } = context;
    renderList(context.process, flags.output, {
      items,
      columns: [
        { field: 'name', heading: t('column.name'), value: (item) => item.name },
        { field: 'version', heading: t('column.version'), value: (item) => item.version },
        { field: 'ecosystem', heading: t('column.ecosystem'), value: (item) => item.ecosystem },
        { field: 'layer', heading: t('column.layer'), value: (item) => item.layer?.slice(0, 19) ?? '-' },
        { field: 'use', heading: t('column.use'), value: (item) => item.use?.state ?? '?' },
        { field: 'purl', heading: 'PURL', value: (item) => item.purl },
      ],
    });
    if (cursor !== undefined) context.process.stderr.write(`${t('list.more', { count: items.length })}\n`);
    return ok(EXIT.fine);
  });
}

/** `image sbom NAME`: the document itself, on standard output. */
export function runImageSbom(
  context: CliContext,
  { name, format }: { readonly name: string; readonly format: SbomFormat },
): Promise<void> {
  return onImage(context, name, async (client, id) => {
    const made = await client.call('image.sbom', { params: { id }, query: { format } });
    if (!made.ok) return made;
    context.process.stdout.write(safeJson(made.value.document));
    return ok(EXIT.fine);
  });
}

/** `image base NAME`: what it is built on, and what a newer base would change. */
export function runImageBase(
  context: CliContext,
  { name, output }: { readonly name: string; readonly output: Format },
): Promise<void> {
  return onImage(context, name, async (client, id) => {
    const shown = await client.call('image.base', { params: { id } });
    if (!shown.ok) return shown;
    if (output === 'table') context.process.stdout.write(baseText(context, shown.value));
    else if (output === 'json') renderValue(context.process, 'json', shown.value);
    else context.process.stdout.write(toYaml(JSON.parse(JSON.stringify(shown.value))));
    return ok(EXIT.fine);
  });
}

function baseText({ t }: CliContext, { base, findings, newer, reason, newBase }: BaseReport): string {
  const name = base?.reference ?? base?.digest ?? '';
  const lines =
    base === undefined
      ? [t('image.base-unknown')]
      : [t('image.base', { name, layers: base.layers ?? '?', ...findings })];
  if (newer === 'current') lines.push(t('image.base-current'));
  else if (newBase?.effect !== undefined) {
    const { effect } = newBase;
    const { removes, adds, keeps } = effect;
    lines.push(t('scan.new-base', { name: newBase.reference, removes, adds, keeps }));
    if (!effect.isComplete) lines.push(t('image.base-incomplete'));
    for (const [sign, flaws] of [
      ['-', effect.removed],
      ['+', effect.added],
    ] as const)
      for (const flaw of flaws)
        lines.push(`  ${sign} ${flaw.severity} ${flaw.vulnerability} ${flaw.package} ${flaw.version}`);
  } else if (reason !== undefined) {
    const shown = newBase === undefined ? '' : `${newBase.reference}: `;
    lines.push(`${shown}${t(`image.base-reason.${reason}`)}`);
  }
  return `${lines.map(plain).join('\n')}\n`;
}

/** `image licences NAME`. */
export function runImageLicences(
  context: CliContext,
  { name, output }: { readonly name: string; readonly output: Format },
): Promise<void> {
  return onImage(context, name, async (client, id) => {
    const shown = await client.call('image.licences', { params: { id } });
    if (!shown.ok) return shown;
    const { t } = context;
    const { licences, packages, undeclared, isComplete } = shown.value;
    renderList(context.process, output, {
      items: licences,
      columns: [
        { field: 'licence', heading: t('column.licence'), value: (item) => plain(item.licence) },
        { field: 'packages', heading: t('column.packages'), value: (item) => String(item.packages) },
        {
          field: 'examples',
          heading: t('column.examples'),
          value: (item) => plain(item.examples.join(', ')),
        },
      ],
      whole: shown.value,
    });
    context.process.stderr.write(`${t('image.licences-summary', { packages, undeclared })}\n`);
    if (!isComplete) context.process.stderr.write(`${t('image.base-incomplete')}\n`);
    return ok(EXIT.fine);
  });
}

/** `image scan NAME`. */
export function runImageScan(context: CliContext, name: string): Promise<void> {
  return onImage(context, name, async (client, id) => {
    const asked = await client.call('image.scan', { params: { id } });
    if (!asked.ok) return asked;
    context.process.stderr.write(`${context.t('image.queued', { count: asked.value.queued })}\n`);
    return ok(EXIT.fine);
  });
}

/** `package where NAME`: every place of the packages of that name, or of one package URL. Exit 5 when there is none. */
export function runPackageWhere(
  context: CliContext,
  name: string,
  flags: Pick<ListFlags, 'output' | 'limit'>,
): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const purls = await purlsOf(client.value, name);
    if (!purls.ok) return purls;
    const limit = flags.limit ?? DEFAULT_LIMIT;
    const places: Place[] = [];
    let isCut = false;
    for (const purl of purls.value) {
      const found = await placesOf(client.value, purl, limit - places.length);
      if (!found.ok) return found;
      places.push(...found.value.items);
      isCut ||= found.value.isCut;
      if (places.length >= limit) break;
    }
    if (places.length === 0) return err(failure('E_NOT_FOUND', context.t('package.none', { name })));
    showPlaces(context, flags.output, places);
    if (isCut) context.process.stderr.write(`${context.t('list.more', { count: places.length })}\n`);
    return ok(EXIT.fine);
  });
}

async function purlsOf(client: ApiClient, name: string): Promise<Result<readonly string[], ApiFailure>> {
  if (name.startsWith('pkg:')) return ok([name]);
  const found = await fetchItems(client, 'package.list', { filter: JSON.stringify(name), limit: PURLS_MAX });
  return found.ok ? ok([...new Set(found.value.items.map(({ purl }) => purl))]) : found;
}

async function placesOf(
  client: ApiClient,
  purl: string,
  limit: number,
): Promise<Result<{ readonly items: readonly Place[]; readonly isCut: boolean }, ApiFailure>> {
  const items: Place[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.call('package.places', {
      query: {
        purl,
        limit: Math.max(1, Math.min(PAGE, limit - items.length)),
        ...(cursor === undefined ? {} : { cursor }),
      },
    });
    if (!page.ok) return page;
    items.push(...page.value.items);
    cursor = page.value.next;
  } while (cursor !== undefined && items.length < limit);
  return ok({ items, isCut: cursor !== undefined });
}

function showPlaces(context: CliContext, output: Format, places: readonly Place[]): void {
  const { t } = context;
  renderList(context.process, output, {
    items: places,
    columns: [
      { field: 'package', heading: t('column.package'), value: (item) => item.package.name },
      { field: 'version', heading: t('column.version'), value: (item) => item.package.version },
      {
        field: 'image',
        heading: t('column.image'),
        value: (item) => item.references[0] ?? item.image ?? '-',
      },
      { field: 'workload', heading: t('column.workload'), value: (item) => item.workloadName ?? '-' },
      { field: 'place', heading: t('column.place'), value: (item) => item.package.locations[0] ?? '-' },
    ],
  });
}

/** Flags of `exception add`. */
export interface ExceptionFlags extends ExceptionMatch {
  readonly owner: string;
  readonly reason: string;
  readonly days: number;
  readonly output: Format;
}

/** `exception add`. */
export function runExceptionAdd(context: CliContext, flags: ExceptionFlags): Promise<void> {
  const { owner, reason, days, output, ...match } = flags;
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const made = await client.value.call('exception.create', {
      body: { match, owner, reason, expiresAtMs: Date.now() + Math.round(days * DAY_MS) },
    });
    if (!made.ok) return made;
    if (output === 'table') {
      const { id, matches, expiresAtMs } = made.value;
      const until = instantText(expiresAtMs);
      context.process.stdout.write(`${context.t('exception.made', { id, count: matches, until })}\n`);
    } else
      renderList(context.process, output, {
        items: [made.value],
        columns: columnsFor('exception.list', context.t),
        whole: made.value,
      });
    return ok(EXIT.fine);
  });
}

/** `exception remove ID`. */
export function runExceptionRemove(context: CliContext, id: string): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const gone = await client.value.call('exception.remove', { params: { id } });
    if (!gone.ok) return gone;
    context.process.stderr.write(`${context.t('exception.removed', { id })}\n`);
    return ok(EXIT.fine);
  });
}
