// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import { buildPack } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readText } from '../instance/files.ts';
import { type Format, renderValue } from '../output/render.ts';
import { toYaml } from '../output/yaml.ts';

const PASSPHRASE_MIN = 12;
const UPLOAD_MS = 600_000;

function show(context: CliContext, format: Format, value: unknown): void {
  if (format === 'json') renderValue(context.process, 'json', value);
  else context.process.stdout.write(toYaml(JSON.parse(JSON.stringify(value))));
}

/** `audit verify`: walks the hash chain; exit 1 when it is broken. */
export function runAuditVerify(context: CliContext, options: { readonly output: Format }): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const chain = await client.value.call('audit.verify');
    if (!chain.ok) return chain;
    if (options.output === 'table') {
      const { intact, records, firstBroken, headHash } = chain.value;
      const key = intact ? 'audit.intact' : 'audit.broken';
      context.process.stdout.write(
        `${context.t(key, { records, hash: headHash, sequence: firstBroken ?? '?' })}\n`,
      );
    } else show(context, options.output, chain.value);
    return ok(chain.value.intact ? EXIT.fine : EXIT.failed);
  });
}

/** `node token`: a join token for another machine. */
export function runNodeToken(
  context: CliContext,
  options: { readonly minutes?: number; readonly output: Format },
): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const made = await client.value.call('join-token.create', {
      body: { lifetimeMinutes: options.minutes ?? 15 },
    });
    if (!made.ok) return made;
    show(context, options.output, made.value);
    return ok(EXIT.fine);
  });
}

/** `db status`: age, size and gaps of the advisories; exit 1 when there are none. */
export function runDbStatus(context: CliContext, options: { readonly output: Format }): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const state = await client.value.call('advisory.status');
    if (!state.ok) return state;
    show(context, options.output, state.value);
    return ok(state.value.present ? EXIT.fine : EXIT.failed);
  });
}

/** `db import FILE|FOLDER`: a pack file as it is; a folder of feeds is made into a pack first. */
export function runDbImport(
  context: CliContext,
  options: { readonly path: string; readonly force: boolean; readonly output: Format },
): Promise<void> {
  return perform(context, async () => {
    const kind = kindOf(options.path);
    if (kind === undefined) return err(failure('E_PACK_MISSING', options.path));
    const work = mkdtempSync(join(tmpdir(), 'bartizan-pack-'));
    try {
      let file = options.path;
      if (kind === 'folder') {
        file = join(work, 'advisories.pack');
        const built = buildPack({ from: options.path, to: file, nowMs: Date.now() });
        if (!built.ok) return err(failure(built.error.code, built.error.detail));
      }
      return await upload(context, file, options);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

/** Sends a pack to the controller, which checks it and swaps it in. */
export async function upload(
  context: CliContext,
  file: string,
  options: { readonly force: boolean; readonly output: Format },
): Promise<Result<number, ApiFailure>> {
  const client = await clientOf(context);
  if (!client.ok) return client;
  const loaded = await client.value.call('advisory.import', {
    query: options.force ? { force: true } : {},
    upload: { stream: createReadStream(file), sizeBytes: statSync(file).size },
    timeoutMs: UPLOAD_MS,
  });
  if (!loaded.ok) return loaded;
  show(context, options.output, loaded.value);
  return ok(EXIT.fine);
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

/** The passphrase: from --passphrase-file, BARTIZAN_PASSPHRASE, or asked; never from an argument. */
export async function passphraseOf(
  context: CliContext,
  file: string | undefined,
): Promise<Result<string, ApiFailure>> {
  const given =
    (file === undefined ? undefined : readText(file)?.replace(/\r?\n$/, '')) ??
    context.process.env['BARTIZAN_PASSPHRASE'] ??
    (await context.ask(context.t('backup.ask')));
  if (given === undefined || given.length < PASSPHRASE_MIN)
    return usage(context.t('backup.passphrase-short'));
  return ok(given);
}

/** `backup FILE`: an encrypted backup, 0600; a half-written file is removed. */
export function runBackup(
  context: CliContext,
  options: { readonly path: string; readonly passphraseFile?: string },
): Promise<void> {
  return perform(context, async () => {
    const passphrase = await passphraseOf(context, options.passphraseFile);
    if (!passphrase.ok) return passphrase;
    const client = await clientOf(context);
    if (!client.ok) return client;
    const stream = await client.value.open('backup.create', {
      body: { passphrase: passphrase.value },
      accept: 'application/octet-stream',
      timeoutMs: UPLOAD_MS,
    });
    if (!stream.ok) return stream;
    try {
      await pipeline(stream.value, createWriteStream(options.path, { flags: 'wx', mode: 0o600 }));
    } catch (error) {
      const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isThere) rmSync(options.path, { force: true });
      return err(failure(isThere ? 'E_CONFLICT' : 'E_STORE_IO', `${options.path}: ${String(error)}`));
    }
    context.process.stderr.write(
      `${context.t('backup.done', { path: options.path, bytes: statSync(options.path).size })}\n`,
    );
    return ok(EXIT.fine);
  });
}

/** `admin reset-password [NAME]`: a new one-time password for a user, by local root. */
export function runResetPassword(context: CliContext, options: { readonly name?: string }): Promise<void> {
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const name = options.name ?? 'admin';
    const users = await client.value.call('user.list', { query: { limit: 1000 } });
    if (!users.ok) return users;
    const user = users.value.items.find((item) => item.name === name);
    if (user === undefined) return err(failure('E_NOT_FOUND', name));
    const reset = await client.value.call('user.reset-password', { params: { id: user.id } });
    if (!reset.ok) return reset;
    context.process.stdout.write(`${reset.value.oneTimePassword}\n`);
    context.process.stderr.write(`${context.t('admin.reset-done', { name })}\n`);
    return ok(EXIT.fine);
  });
}
