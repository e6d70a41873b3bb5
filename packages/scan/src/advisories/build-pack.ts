// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '@bartizan/contracts';
import { type AdvisoryChanges, advisoryChanges } from './advisory-change.ts';
import { comparePacks } from './compare-packs.ts';
import { containerKind, readContainer } from './container.ts';
import { applyDelta } from './delta.ts';
import { type ImportedFile, importDirectory } from './import/directory.ts';
import { inspectPack } from './inspect-pack.ts';
import { type AdvisoryPack, loadPack, openPackBytes } from './pack.ts';
import { PackBuilder } from './pack-builder.ts';
import type { PackError } from './pack-error.ts';
import { installPack } from './pack-file.ts';
import type { PackHeader } from './pack-format.ts';
import { verifySignature } from './signature.ts';
import { SHIPPED_TRUST, type TrustedKey, type TrustRoot, withKeys } from './trust-root.ts';

/** What to build a pack from and where to put it. */
export interface BuildOptions {
  /** Folder with advisory files. */
  readonly from: string;
  /** The pack file. */
  readonly to: string;
  readonly nowMs: number;
  readonly kind?: PackHeader['kind'];
  readonly note?: string;
  /** Accept a sudden fall of the row count. */
  readonly mayShrink?: boolean;
}

/** A pack that was put into use. */
export interface BuiltPack {
  readonly header: PackHeader;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** What became of each input file. */
  readonly files: readonly ImportedFile[];
}

/** Builds a pack from a folder of advisory files and puts it into use in one step. */
export const buildPack = (options: BuildOptions): Result<BuiltPack, PackError> => {
  const builder = new PackBuilder();
  const files = importDirectory(options.from, builder);
  if (!files.ok) return files;
  const bytes = builder.finish({
    builtAtMs: options.nowMs,
    kind: options.kind ?? builder.statedKind ?? 'full',
    ...(options.note === undefined ? {} : { note: options.note }),
  });
  if (!bytes.ok) return bytes;
  const opened = openPackBytes(bytes.value);
  if (!opened.ok) return opened;
  const { header, sha256, sizeBytes } = opened.value;
  const { to, mayShrink = false } = options;
  const installed = installPack(bytes.value, to, { mayShrink, header });
  return installed.ok ? ok({ header, sha256, sizeBytes, files: files.value }) : installed;
};

/** How a pack that was made elsewhere is taken in. */
export interface ImportOptions {
  /** The pack in use, which the new one replaces. A delta is applied to it. */
  readonly to: string;
  readonly mayShrink?: boolean;
  /** Go back to a pack that was built before the one in use. */
  readonly mayBeOlder?: boolean;
  /** Whose packs are believed; the shipped trust root unless given. */
  readonly trust?: TrustRoot;
  /** Id of a key that came with the file and is believed from now on: somebody compared it. */
  readonly trustKeyId?: string;
  /** Take a pack that nobody signed. A wrong signature is refused all the same. */
  readonly mayBeUnsigned?: boolean;
}

/** A pack that was taken in, and the key that signed it. */
export interface ImportedPack extends BuiltPack {
  readonly signedBy?: TrustedKey;
  /** What it says otherwise than the pack whose place it took; absent = there was none, or none that can be read. */
  readonly replaced?: PackReplacement;
}

/** What changed when a pack took the place of another. */
export interface PackReplacement extends AdvisoryChanges {
  /** Digest of the pack that was in use. */
  readonly from: string;
}

interface Carried {
  readonly bytes: Buffer;
  /** Keys that came along. */
  readonly keys: readonly TrustedKey[];
}

/** The pack that a file carries: as it is, in a bundle, or as a delta to the pack in use. */
const unwrap = (bytes: Buffer, inUse: Result<AdvisoryPack, PackError>): Result<Carried, PackError> => {
  const kind = containerKind(bytes);
  if (kind === undefined) return ok({ bytes, keys: [] });
  const container = readContainer(bytes);
  if (!container.ok) return container;
  const { payload, manifest } = container.value;
  if (kind === 'bundle') return ok({ bytes: payload, keys: manifest.keys });
  if (!inUse.ok) return inUse;
  const applied = applyDelta(inUse.value, bytes);
  return applied.ok ? ok({ bytes: applied.value, keys: manifest.keys }) : applied;
};

/** Who signed the pack; undefined when nobody did and that is allowed. */
const signerOf = (
  pack: AdvisoryPack,
  keys: readonly TrustedKey[],
  options: ImportOptions,
): Result<TrustedKey | undefined, PackError> => {
  if (pack.signature === undefined && options.mayBeUnsigned === true) return ok(undefined);
  const believed = keys.filter((key) => key.id === options.trustKeyId);
  return verifySignature(pack, withKeys(options.trust ?? SHIPPED_TRUST, believed));
};

/**
 * Puts a pack, bundle or delta that was made elsewhere into use: signature, digest, shape and number of the rows are
 * checked first, and a sudden fall or an older pack is refused. The old pack stays when anything is wrong.
 */
export const importPackFile = (from: string, options: ImportOptions): Result<ImportedPack, PackError> => {
  let content: Buffer;
  try {
    content = readFileSync(from);
  } catch (cause) {
    return err({ code: 'E_PACK_MISSING', detail: `cannot read ${from}`, cause });
  }
  const inUse = loadPack(options.to);
  return takeIn(content, options, inUse.ok ? ok(inUse.value.pack) : inUse);
};

/**
 * Why a pack would take the place of one that knows more: a signature stays right for ever, and who may replay an old
 * pack could make flaws unknown again. Only signed packs are compared: one that was put together here says when that
 * was, not how old its data is. A sample gives way to anything. Undefined when nothing speaks against it.
 */
const findReplay = (before: AdvisoryPack | undefined, after: PackHeader): string | undefined =>
  before?.signature === undefined ||
  before.header.kind === 'sample' ||
  Date.parse(after.builtAt) >= Date.parse(before.header.builtAt)
    ? undefined
    : `built at ${after.builtAt}, the one in use at ${before.header.builtAt}`;

/** Each of both packs is read once: what is equal in both is neither inspected nor judged again. */
const takeIn = (
  content: Buffer,
  options: ImportOptions,
  inUse: Result<AdvisoryPack, PackError>,
): Result<ImportedPack, PackError> => {
  const carried = unwrap(content, inUse);
  if (!carried.ok) return carried;
  const { bytes, keys } = carried.value;
  const opened = openPackBytes(bytes);
  if (!opened.ok) return opened;
  const pack = opened.value;
  const signer = signerOf(pack, keys, options);
  if (!signer.ok) return signer;
  const before = inUse.ok ? inUse.value : undefined;
  const older = options.mayBeOlder === true ? undefined : findReplay(before, pack.header);
  if (older !== undefined) return err({ code: 'E_PACK_OLDER', detail: older });
  const compared = before === undefined ? undefined : comparePacks(before, pack);
  const inspected = inspectPack(pack, compared);
  if (!inspected.ok) return inspected;
  const { header, sha256, sizeBytes } = pack;
  const { to, mayShrink = false } = options;
  const installed = installPack(bytes, to, { mayShrink, header, before: before?.header });
  if (!installed.ok) return installed;
  return ok({
    ...{ header, sha256, sizeBytes, files: [] },
    ...(signer.value === undefined ? {} : { signedBy: signer.value }),
    ...(before === undefined || compared === undefined || before.sha256 === sha256
      ? {}
      : { replaced: { from: before.sha256, ...advisoryChanges(before, pack, compared) } }),
  });
};
