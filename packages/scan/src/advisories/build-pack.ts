// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '@bartizan/contracts';
import { containerKind, readContainer } from './container.ts';
import { applyDelta } from './delta.ts';
import { type ImportedFile, importDirectory } from './import/directory.ts';
import { inspectPack } from './inspect-pack.ts';
import { type AdvisoryPack, openPack, openPackBytes } from './pack.ts';
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

const install = (
  bytes: Buffer,
  options: Pick<BuildOptions, 'to' | 'mayShrink'>,
  files: readonly ImportedFile[],
): Result<BuiltPack, PackError> => {
  const opened = openPackBytes(bytes);
  if (!opened.ok) return opened;
  const { header, sha256, sizeBytes } = opened.value;
  const installed = installPack(bytes, options.to, { mayShrink: options.mayShrink ?? false, header });
  return installed.ok ? ok({ header, sha256, sizeBytes, files }) : installed;
};

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
  return bytes.ok ? install(bytes.value, options, files.value) : bytes;
};

/** How a pack that was made elsewhere is taken in. */
export interface ImportOptions {
  /** The pack in use, which the new one replaces. A delta is applied to it. */
  readonly to: string;
  readonly mayShrink?: boolean;
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
}

interface Carried {
  readonly bytes: Buffer;
  /** Keys that came along. */
  readonly keys: readonly TrustedKey[];
}

const applyTo = (path: string, delta: Buffer): Result<Buffer, PackError> => {
  const base = openPack(path);
  if (!base.ok) return base;
  const applied = applyDelta(base.value, delta);
  base.value.close();
  return applied;
};

/** The pack that a file carries: as it is, in a bundle, or as a delta to the pack in use. */
const unwrap = (bytes: Buffer, to: string): Result<Carried, PackError> => {
  const kind = containerKind(bytes);
  if (kind === undefined) return ok({ bytes, keys: [] });
  const container = readContainer(bytes);
  if (!container.ok) return container;
  const { payload, manifest } = container.value;
  if (kind === 'bundle') return ok({ bytes: payload, keys: manifest.keys });
  const applied = applyTo(to, bytes);
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
 * checked first, and a sudden fall is refused. The old pack stays when anything is wrong.
 */
export const importPackFile = (from: string, options: ImportOptions): Result<ImportedPack, PackError> => {
  let content: Buffer;
  try {
    content = readFileSync(from);
  } catch (cause) {
    return err({ code: 'E_PACK_MISSING', detail: `cannot read ${from}`, cause });
  }
  const carried = unwrap(content, options.to);
  if (!carried.ok) return carried;
  const opened = openPackBytes(carried.value.bytes);
  if (!opened.ok) return opened;
  const signer = signerOf(opened.value, carried.value.keys, options);
  if (!signer.ok) return signer;
  const inspected = inspectPack(opened.value);
  if (!inspected.ok) return inspected;
  const installed = install(carried.value.bytes, options, []);
  if (!installed.ok || signer.value === undefined) return installed;
  return ok({ ...installed.value, signedBy: signer.value });
};
