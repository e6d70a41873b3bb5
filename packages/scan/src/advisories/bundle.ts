// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { ok, type Result } from '@bartizan/contracts';
import { readContainer, writeContainer } from './container.ts';
import { type AdvisoryPack, openPackBytes } from './pack.ts';
import type { PackError } from './pack-error.ts';
import { SIGNATURE_BLOCK_BYTES, type SigningKey, signatureBlock, signDigest } from './signature.ts';
import type { TrustedKey } from './trust-root.ts';

/** The bytes of a pack with this signature in place of any it had. */
export const signPack = (bytes: Buffer, key: SigningKey): Result<Buffer, PackError> => {
  const opened = openPackBytes(bytes);
  if (!opened.ok) return opened;
  const { signature, sha256 } = opened.value;
  const unsigned = signature === undefined ? bytes : bytes.subarray(0, bytes.length - SIGNATURE_BLOCK_BYTES);
  return ok(Buffer.concat([unsigned, signatureBlock(signDigest(sha256, key))]));
};

/** One file for a site without a network: the pack with its signature, and the public keys to check it with. */
export const makeBundle = (bytes: Buffer, pack: AdvisoryPack, keys: readonly TrustedKey[]): Buffer =>
  writeContainer('bundle', { sha256: pack.sha256, builtAt: pack.header.builtAt, keys }, bytes);

/** The pack bytes out of a bundle, and the keys that came with it; they are not believed for being there. */
export const openBundle = (
  bytes: Buffer,
): Result<{ readonly pack: Buffer; readonly keys: readonly TrustedKey[] }, PackError> => {
  const opened = readContainer(bytes);
  return opened.ok ? ok({ pack: opened.value.payload, keys: opened.value.manifest.keys }) : opened;
};

/** SHA-256 of a file as it is, hexadecimal: what people compare after carrying it. */
export const fileDigest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
