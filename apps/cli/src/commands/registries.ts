// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BodyOf,
  err,
  failure,
  ok,
  type Registry,
  type RegistryRun,
  type RegistrySettings,
  type Result,
} from '@bartizan/contracts';
import type { ApiClient, ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readText } from '../instance/files.ts';
import { type Format, renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import { toYaml } from '../output/yaml.ts';
import { packPolicy } from './signature-policy.ts';

/** Options of `registry add`, `update` and `try`. */
export interface RegistryFlags {
  readonly output: Format;
  readonly name?: string;
  readonly kind?: Registry['kind'];
  readonly host?: string;
  readonly username?: string;
  readonly secretFile?: string;
  readonly pushSecretFile?: string;
  readonly region?: string;
  readonly authUrl?: string;
  readonly certificates?: string;
  readonly plainHttp: boolean;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly newest?: number;
  readonly platform: readonly string[];
  readonly every?: number;
  readonly concurrency?: number;
  readonly signingKey: readonly string[];
  readonly signaturePolicy?: string;
}

const MINUTE_MS = 60_000;
const POLL_MS = 1000;
const TRIAL_MS = 10 * MINUTE_MS;
const SECRET_MAX = 65_536;

function show(context: CliContext, format: Format, value: unknown): void {
  if (format === 'json') renderValue(context.process, 'json', value);
  else context.process.stdout.write(toYaml(JSON.parse(JSON.stringify(value))));
}

function fileText(path: string): Result<string, ApiFailure> {
  const text = readText(path);
  return text === undefined ? err(failure('E_NOT_FOUND', path)) : ok(text);
}

/** The secret: from a file or standard input, never from an argument, which everyone on the machine can read. */
async function secretOf(path: string | undefined): Promise<Result<string | undefined, ApiFailure>> {
  if (path === undefined) return ok(undefined);
  if (path !== '-') {
    const text = fileText(path);
    return text.ok ? ok(text.value.replace(/\r?\n$/, '')) : text;
  }
  let text = '';
  for await (const part of process.stdin) {
    text += String(part);
    if (text.length > SECRET_MAX) return usage(`--secret-file -: > ${SECRET_MAX}`);
  }
  return ok(text.replace(/\r?\n$/, ''));
}

/** `shop/*:v2.*` as a filter; without a tag it means all. */
function filterOf(text: string): RegistrySettings['includes'][number] {
  const colon = text.lastIndexOf(':');
  return colon > text.lastIndexOf('/')
    ? { repository: text.slice(0, colon), tag: text.slice(colon + 1) }
    : { repository: text, tag: '*' };
}

function scheduleOf(minutes: number): RegistrySettings['schedule'] {
  return minutes === 0 ? { kind: 'manual' } : { kind: 'interval', everyMs: minutes * MINUTE_MS };
}

/** Contents of the files that some flags name. */
function filesOf(flags: RegistryFlags): Result<Partial<RegistrySettings>, ApiFailure> {
  const keys: string[] = [];
  for (const path of flags.signingKey) {
    const text = fileText(path);
    if (!text.ok) return text;
    keys.push(text.value);
  }
  const policy = flags.signaturePolicy === undefined ? ok(undefined) : packPolicy(flags.signaturePolicy);
  if (!policy.ok) return policy;
  const certificates = flags.certificates === undefined ? ok(undefined) : fileText(flags.certificates);
  if (!certificates.ok) return certificates;
  return ok({
    ...(keys.length === 0 ? {} : { signingKeys: keys }),
    ...(policy.value === undefined ? {} : { signaturePolicy: policy.value }),
    ...(certificates.value === undefined ? {} : { certificates: certificates.value }),
  });
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
/** Fields with a value. */
const given = <T extends object>(fields: T): Given<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;

/** Settings as before, or the defaults, with what the flags change. */
async function settingsOf(
  flags: RegistryFlags,
  before: Registry | undefined,
): Promise<Result<RegistrySettings, ApiFailure>> {
  const secret = await secretOf(flags.secretFile);
  if (!secret.ok) return secret;
  const pushSecret = flags.pushSecretFile === undefined ? ok(undefined) : fileText(flags.pushSecretFile);
  if (!pushSecret.ok) return pushSecret;
  const files = filesOf(flags);
  if (!files.ok) return files;
  const { name = before?.name, kind = before?.kind, host = before?.host } = flags;
  if (kind === undefined || host === undefined) return usage('--kind KIND --host HOST');
  // Keys and a policy exclude each other: what is given now takes the place of the other.
  const { signingKeys, signaturePolicy, ...others } = before === undefined ? DEFAULTS : settingsIn(before);
  const kept: Kept = {
    ...others,
    ...given({
      signingKeys: files.value.signaturePolicy === undefined ? signingKeys : undefined,
      signaturePolicy: files.value.signingKeys === undefined ? signaturePolicy : undefined,
    }),
  };
  const { username, region, authUrl, newest, every, concurrency } = flags;
  return ok({
    ...kept,
    ...given({ username, region, authUrl, newestTags: newest, concurrency, secret: secret.value }),
    ...given({ pushSecret: pushSecret.value?.replace(/\r?\n$/, '') }),
    ...files.value,
    name: name ?? host,
    kind,
    host,
    plainHttp: flags.plainHttp || kept.plainHttp,
    ...(flags.include.length === 0 ? {} : { includes: flags.include.map(filterOf) }),
    ...(flags.exclude.length === 0 ? {} : { excludes: flags.exclude.map(filterOf) }),
    ...(flags.platform.length === 0 ? {} : { platforms: [...flags.platform] }),
    ...(every === undefined ? {} : { schedule: scheduleOf(every) }),
  });
}

type Kept = Omit<RegistrySettings, 'name' | 'kind' | 'host' | 'secret' | 'pushSecret'>;
const DEFAULTS: Kept = {
  plainHttp: false,
  includes: [],
  excludes: [],
  platforms: [],
  schedule: { kind: 'manual' },
  concurrency: 2,
};

/** What may be set of a registry, without what only the server knows. */
function settingsIn(registry: Registry): Kept {
  const {
    id,
    cluster,
    tenant,
    hasSecret,
    hasPushSecret,
    run,
    createdAtMs,
    updatedAtMs,
    name,
    kind,
    host,
    ...settings
  } = registry;
  return settings;
}

/** `registry add`. */
export function runRegistryAdd(context: CliContext, flags: RegistryFlags): Promise<void> {
  return perform(context, async () => {
    const settings = await settingsOf(flags, undefined);
    if (!settings.ok) return settings;
    const client = await clientOf(context);
    if (!client.ok) return client;
    const made = await client.value.call('registry.create', { body: settings.value });
    if (!made.ok) return made;
    show(context, flags.output, made.value);
    return ok(EXIT.fine);
  });
}

/** `registry update ID`. */
export function runRegistryUpdate(context: CliContext, id: string, flags: RegistryFlags): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const before = await client.value.call('registry.show', { params: { id } });
    if (!before.ok) return before;
    const settings = await settingsOf(flags, before.value);
    if (!settings.ok) return settings;
    const changed = await client.value.call('registry.update', { params: { id }, body: settings.value });
    if (!changed.ok) return changed;
    show(context, flags.output, changed.value);
    return ok(EXIT.fine);
  });
}

/** `registry try [ID]`: exit 0 only when it answers and accepts the credentials. */
export function runRegistryTry(
  context: CliContext,
  id: string | undefined,
  flags: RegistryFlags,
): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const before =
      id === undefined ? undefined : await client.value.call('registry.show', { params: { id } });
    if (before !== undefined && !before.ok) return before;
    const settings = await settingsOf(flags, before?.value);
    if (!settings.ok) return settings;
    const body: BodyOf<'registry.try'> = { settings: settings.value, ...(id === undefined ? {} : { id }) };
    const tried = await client.value.call('registry.try', { body, timeoutMs: TRIAL_MS });
    if (!tried.ok) return tried;
    const { ok: answers, code, detail = '', repositories, elapsedMs } = tried.value;
    if (flags.output !== 'table') show(context, flags.output, tried.value);
    if (!answers) return err(failure(code ?? 'E_REGISTRY_ANSWER', plain(detail)));
    if (flags.output === 'table') {
      const key = repositories === undefined ? 'registry.answers-unlisted' : 'registry.answers';
      const line = context.t(key, { repositories: repositories ?? 0, elapsed: elapsedMs });
      context.process.stdout.write(`${line}\n`);
    }
    return ok(EXIT.fine);
  });
}

/** `registry remove ID`. */
export function runRegistryRemove(context: CliContext, id: string): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const removed = await client.value.call('registry.remove', { params: { id } });
    return removed.ok ? ok(EXIT.fine) : removed;
  });
}

const isUnderWay = ({ state }: RegistryRun): boolean => state === 'listing' || state === 'scanning';

/** Follows a run to its end; the last state it saw. */
async function follow(
  context: CliContext,
  client: ApiClient,
  started: Registry,
): Promise<Result<Registry, ApiFailure>> {
  let registry = started;
  let told = '';
  for (;;) {
    const { state, images, scanned, unchanged, failed } = registry.run;
    const line = context.t('registry.progress', { state, images, scanned, unchanged, failed });
    if (line !== told) context.process.stderr.write(`${line}\n`);
    told = line;
    if (!isUnderWay(registry.run)) return ok(registry);
    await sleep(POLL_MS, undefined, { signal: context.interrupted });
    const shown = await client.call('registry.show', { params: { id: registry.id } });
    if (!shown.ok) return shown;
    registry = shown.value;
  }
}

/** `registry scan ID`: with `--wait` exit 1 when the run failed, or an image could not be scanned. */
export function runRegistryScan(
  context: CliContext,
  id: string,
  flags: { readonly output: Format; readonly wait: boolean },
): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const started = await client.value.call('registry.scan', { params: { id } });
    if (!started.ok) return started;
    const ended = flags.wait ? await follow(context, client.value, started.value) : started;
    if (!ended.ok) return ended;
    show(context, flags.output, ended.value.run);
    const { state, code, detail = '', failed } = ended.value.run;
    if (!flags.wait) return ok(EXIT.fine);
    if (state === 'failed') return err(failure(code ?? 'E_REGISTRY_ANSWER', plain(detail)));
    return ok(state === 'done' && failed === 0 ? EXIT.fine : EXIT.failed);
  });
}

/** `registry cancel ID`. */
export function runRegistryCancel(
  context: CliContext,
  id: string,
  flags: { readonly output: Format },
): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const cancelled = await client.value.call('registry.cancel', { params: { id } });
    if (!cancelled.ok) return cancelled;
    show(context, flags.output, cancelled.value.run);
    return ok(EXIT.fine);
  });
}
