// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createWriteStream, rmSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readText } from '../instance/files.ts';
import { instantText } from '../output/format.ts';
import { type Format, renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import { toYaml } from '../output/yaml.ts';

const PASSPHRASE_MIN = 12;
const UPLOAD_MS = 600_000;
const BROKEN_TEXTS = {
  record: 'audit.broken',
  head: 'audit.broken-head',
  earlier: 'audit.broken-earlier',
} as const;

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
      const { intact, records, firstBroken, headHash, fault, brokenSinceMs } = chain.value;
      const key = intact ? 'audit.intact' : BROKEN_TEXTS[fault ?? 'record'];
      const since = brokenSinceMs === undefined ? '' : instantText(brokenSinceMs);
      context.process.stdout.write(
        `${context.t(key, { records, hash: headHash, sequence: firstBroken ?? '?', since })}\n`,
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
    context.process.stdout.write(`${plain(reset.value.oneTimePassword)}\n`);
    context.process.stderr.write(`${context.t('admin.reset-done', { name })}\n`);
    return ok(EXIT.fine);
  });
}
