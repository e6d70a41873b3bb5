// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import {
  type AdvisoryPack,
  buildPack,
  changedPackages,
  createSigningKey,
  diffPacks,
  fileDigest,
  importPackFile,
  makeBundle,
  makeDelta,
  openPack,
  openPackBytes,
  packStatus,
  readSigningKey,
  readTrustRoot,
  SHIPPED_TRUST,
  type SigningKey,
  signPack,
  type TrustRoot,
} from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { readText } from '../instance/files.ts';
import { type Format, renderValue } from '../output/render.ts';
import { toYaml } from '../output/yaml.ts';

const TRANSFER_MS = 600_000;
const PACK_BYTES_MAX = 2 * 1024 ** 3;
const CHANGES_SHOWN = 20;

function show(context: CliContext, format: Format, value: unknown): void {
  if (format === 'json') renderValue(context.process, 'json', value);
  else context.process.stdout.write(toYaml(JSON.parse(JSON.stringify(value))));
}

/** A failed pack operation as a failure of the command. */
const lifted = <T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: PackFailure },
): Result<T, ApiFailure> => (result.ok ? result : err(failure(result.error.code, result.error.detail)));
type PackFailure = Extract<ReturnType<typeof openPack>, { ok: false }>['error'];

/** `db status [FILE]`: age, size and gaps of the advisories in use, or of a pack file; exit 1 when there are none. */
export function runDbStatus(
  context: CliContext,
  options: { readonly output: Format; readonly path?: string },
): Promise<void> {
  return perform(context, async () => {
    if (options.path !== undefined) {
      const status = lifted(packStatus(options.path, Date.now()));
      if (!status.ok) return status;
      show(context, options.output, status.value);
      return ok(EXIT.fine);
    }
    const client = await clientOf(context);
    if (!client.ok) return client;
    const state = await client.value.call('advisory.status');
    if (!state.ok) return state;
    show(context, options.output, state.value);
    return ok(state.value.present ? EXIT.fine : EXIT.failed);
  });
}

/** What `db import` allows. */
export interface ImportFlags {
  readonly output: Format;
  readonly force: boolean;
  readonly allowUnsigned: boolean;
  /** Id of a key that came with a bundle. */
  readonly trust?: string;
  /** Trust root file, for an import without a server. */
  readonly trustRoot?: string;
  /** Pack file to write instead of asking the server. */
  readonly to?: string;
}

/**
 * `db import FILE|FOLDER`: a pack, bundle or delta; a folder of feeds is made into a pack first. With `--to` nothing is
 * asked of a server: the pack file is checked and replaced here.
 */
export function runDbImport(context: CliContext, path: string, flags: ImportFlags): Promise<void> {
  return perform(context, async () => {
    const kind = kindOf(path);
    if (kind === undefined) return err(failure('E_PACK_MISSING', path));
    const work = mkdtempSync(join(tmpdir(), 'bartizan-pack-'));
    try {
      if (kind === 'file')
        return flags.to === undefined
          ? await upload(context, path, flags)
          : importHere(context, path, { ...flags, to: flags.to });
      const file = join(work, 'advisories.pack');
      const built = lifted(buildPack({ from: path, to: file, nowMs: Date.now() }));
      if (!built.ok) return built;
      // Made here and now from files that were named: there is nobody else to sign it.
      const mine = { ...flags, allowUnsigned: true };
      return flags.to === undefined
        ? await upload(context, file, mine)
        : importHere(context, file, { ...mine, to: flags.to });
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

function importHere(
  context: CliContext,
  path: string,
  flags: ImportFlags & { readonly to: string },
): Result<number, ApiFailure> {
  const trust = trustOf(flags.trustRoot);
  if (!trust.ok) return trust;
  const imported = lifted(
    importPackFile(path, {
      to: flags.to,
      mayShrink: flags.force,
      mayBeOlder: flags.force,
      trust: trust.value,
      mayBeUnsigned: flags.allowUnsigned,
      ...(flags.trust === undefined ? {} : { trustKeyId: flags.trust }),
    }),
  );
  if (!imported.ok) return imported;
  const { sha256, header, signedBy } = imported.value;
  show(context, flags.output, {
    pack: flags.to,
    sha256,
    builtAt: header.builtAt,
    rows: header.rows,
    ...(signedBy === undefined ? {} : { signedBy: signedBy.id, signer: signedBy.name }),
  });
  return ok(EXIT.fine);
}

function trustOf(file: string | undefined): Result<TrustRoot, ApiFailure> {
  if (file === undefined) return ok(SHIPPED_TRUST);
  const text = readText(file);
  return text === undefined ? err(failure('E_PACK_KEY', file)) : lifted(readTrustRoot(text));
}

/** Sends a pack, bundle or delta to the controller, which checks it and swaps it in. */
export async function upload(
  context: CliContext,
  file: string,
  options: Pick<ImportFlags, 'output' | 'force' | 'allowUnsigned' | 'trust'>,
): Promise<Result<number, ApiFailure>> {
  const client = await clientOf(context);
  if (!client.ok) return client;
  const loaded = await client.value.call('advisory.import', {
    query: {
      ...(options.force ? { force: true } : {}),
      ...(options.allowUnsigned ? { unsigned: true } : {}),
      ...(options.trust === undefined ? {} : { trust: options.trust }),
    },
    upload: { stream: createReadStream(file), sizeBytes: statSync(file).size },
    timeoutMs: TRANSFER_MS,
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

/** What `db export` is told. */
export interface ExportFlags {
  readonly output: Format;
  /** Pack file to export; the one the server uses when absent. */
  readonly pack?: string;
  /** File with the signing key. */
  readonly key?: string;
  /** Pack file that the other site has: only the difference is written. */
  readonly since?: string;
}

/** `db export FILE`: one file to carry to a site without a network: pack, signature and public key. */
export function runDbExport(context: CliContext, path: string, flags: ExportFlags): Promise<void> {
  return perform(context, async () => {
    const bytes = flags.pack === undefined ? await download(context) : readPack(flags.pack);
    if (!bytes.ok) return bytes;
    const key = flags.key === undefined ? ok(undefined) : keyOf(flags.key);
    if (!key.ok) return key;
    const signed = key.value === undefined ? bytes : lifted(signPack(bytes.value, key.value));
    if (!signed.ok) return signed;
    const opened = lifted(openPackBytes(signed.value));
    if (!opened.ok) return opened;
    const content = contentOf(signed.value, opened.value, { since: flags.since, key: key.value });
    if (!content.ok) return content;
    const written = writeNew(path, content.value, 0o644);
    if (!written.ok) return written;
    const { sha256, header, signature } = opened.value;
    show(context, flags.output, {
      file: path,
      fileSha256: fileDigest(content.value),
      sizeBytes: content.value.length,
      pack: sha256,
      builtAt: header.builtAt,
      rows: header.rows,
      ...(signature === undefined ? {} : { signedBy: signature.keyId }),
    });
    if (signature === undefined) context.process.stderr.write(`${context.t('db.unsigned')}\n`);
    return ok(EXIT.fine);
  });
}

function contentOf(
  bytes: Buffer,
  pack: AdvisoryPack,
  how: { readonly since: string | undefined; readonly key: SigningKey | undefined },
): Result<Buffer, ApiFailure> {
  const keys = how.key === undefined ? [] : [how.key.trusted];
  if (how.since === undefined) return ok(makeBundle(bytes, pack, keys));
  const base = lifted(openPack(how.since));
  if (!base.ok) return base;
  const delta = makeDelta(base.value, pack, keys);
  base.value.close();
  return ok(delta);
}

/** A new file; one that is there is left alone. */
function writeNew(path: string, content: string | Buffer, mode: number): Result<undefined, ApiFailure> {
  try {
    writeFileSync(path, content, { flag: 'wx', mode });
    return ok(undefined);
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    return err(failure(isThere ? 'E_CONFLICT' : 'E_STORE_IO', `${path}: ${String(error)}`));
  }
}

function readPack(path: string): Result<Buffer, ApiFailure> {
  try {
    return ok(readFileSync(path));
  } catch (cause) {
    return err(failure('E_PACK_MISSING', path, cause));
  }
}

function keyOf(path: string): Result<SigningKey, ApiFailure> {
  const pem = readText(path);
  if (pem === undefined) return err(failure('E_PACK_KEY', path));
  return lifted(readSigningKey(pem, basename(path, extname(path))));
}

async function download(context: CliContext): Promise<Result<Buffer, ApiFailure>> {
  const client = await clientOf(context);
  if (!client.ok) return client;
  const answer = await client.value.open('advisory.export', {
    accept: 'application/octet-stream',
    timeoutMs: TRANSFER_MS,
  });
  if (!answer.ok) return answer;
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of answer.value) {
    const bytes: Buffer = part;
    sizeBytes += bytes.length;
    if (sizeBytes > PACK_BYTES_MAX) return err(failure('E_BODY_TOO_LARGE', `${PACK_BYTES_MAX} bytes`));
    parts.push(bytes);
  }
  return ok(Buffer.concat(parts));
}

/** `db key FILE`: a new signing key, 0600, and what others need to trust it. */
export function runDbKey(
  context: CliContext,
  path: string,
  options: { readonly output: Format },
): Promise<void> {
  return perform(context, async () => {
    const pem = createSigningKey();
    const key = lifted(readSigningKey(pem, basename(path, extname(path))));
    if (!key.ok) return key;
    const written = writeNew(path, pem, 0o600);
    if (!written.ok) return written;
    show(context, options.output, { file: path, ...key.value.trusted });
    return ok(EXIT.fine);
  });
}

/** `db diff BEFORE AFTER`: which packages' advisories differ between two pack files; exit 1 when some do. */
export function runDbDiff(
  context: CliContext,
  paths: { readonly before: string; readonly after: string },
  options: { readonly output: Format },
): Promise<void> {
  return perform(context, async () => {
    const before = lifted(openPack(paths.before));
    if (!before.ok) return before;
    const after = lifted(openPack(paths.after));
    if (!after.ok) {
      before.value.close();
      return after;
    }
    const diff = diffPacks(before.value, after.value);
    const packages = changedPackages(diff);
    show(context, options.output, {
      before: { sha256: before.value.sha256, builtAt: before.value.header.builtAt },
      after: { sha256: after.value.sha256, builtAt: after.value.header.builtAt },
      cves: diff.cves,
      ecosystems: diff.ecosystems,
      changed: packages.length,
      packages: options.output === 'json' ? packages : packages.slice(0, CHANGES_SHOWN),
    });
    before.value.close();
    after.value.close();
    return ok(packages.length === 0 && diff.cves === 0 ? EXIT.fine : EXIT.failed);
  });
}
