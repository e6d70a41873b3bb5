// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { err, ok, type Result } from '@bartizan/contracts';
import { asNumber, asObject, asText, parseJson } from '../json/fields.ts';
import { PACK_LIMITS } from './limits.ts';
import type { PackError } from './pack-error.ts';
import { readTrustedKeys, type TrustedKey } from './trust-root.ts';

/** Kinds of container. `bundle` holds a whole pack, `delta` what turns one pack into another. */
const MAGICS = {
  bundle: Buffer.from('BZBND\x001\n', 'latin1'),
  delta: Buffer.from('BZDLT\x001\n', 'latin1'),
} as const;
export type ContainerKind = keyof typeof MAGICS;
const MAX_MANIFEST_BYTES = 256 * 1024;

/** What a container states about itself, readable before its payload is inflated. */
export interface ContainerManifest {
  /** Digest of the pack that comes out. */
  readonly sha256: string;
  /** Bytes of the payload once inflated. */
  readonly sizeBytes: number;
  readonly builtAt: string;
  /** Public keys that came along, so that one file is enough. They are believed only when somebody says so. */
  readonly keys: readonly TrustedKey[];
  /** Digest of the pack a delta starts from. */
  readonly baseSha256?: string;
}

/** A container with its payload inflated. */
export interface OpenedContainer {
  readonly kind: ContainerKind;
  readonly manifest: ContainerManifest;
  readonly payload: Buffer;
}

/** Which container bytes are; undefined when they are none. */
export const containerKind = (bytes: Buffer): ContainerKind | undefined =>
  (['bundle', 'delta'] as const).find((kind) => bytes.subarray(0, 8).equals(MAGICS[kind]));

/** Writes a container: magic (8) · manifest length (u32) · manifest (JSON) · payload (zstd). */
export const writeContainer = (
  kind: ContainerKind,
  manifest: Omit<ContainerManifest, 'sizeBytes'>,
  payload: Buffer,
): Buffer => {
  const stated = Buffer.from(JSON.stringify({ ...manifest, sizeBytes: payload.length }), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(stated.length);
  const packed = zstdCompressSync(payload, { params: { [constants.ZSTD_c_compressionLevel]: 9 } });
  return Buffer.concat([MAGICS[kind], length, stated, packed]);
};

const malformed = (detail: string, cause?: unknown): Result<never, PackError> =>
  err({ code: 'E_PACK_INVALID', detail, ...(cause === undefined ? {} : { cause }) });

const isDigest = (text: string | undefined): text is string =>
  text !== undefined && /^[0-9a-f]{64}$/.test(text);

const readManifest = (text: string): ContainerManifest | undefined => {
  const stated = asObject(parseJson(text));
  const sha256 = asText(stated?.['sha256'], 64);
  const sizeBytes = asNumber(stated?.['sizeBytes']);
  const builtAt = asText(stated?.['builtAt'], 64);
  const keys = readTrustedKeys(stated?.['keys']);
  const baseSha256 = asText(stated?.['baseSha256'], 64);
  if (!isDigest(sha256) || sizeBytes === undefined || builtAt === undefined || keys === undefined)
    return undefined;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > PACK_LIMITS.carriedBytes)
    return undefined;
  if (baseSha256 !== undefined && !isDigest(baseSha256)) return undefined;
  return { sha256, sizeBytes, builtAt, keys, ...(baseSha256 === undefined ? {} : { baseSha256 }) };
};

/** Reads a container. Nothing is inflated beyond the size its manifest states. */
export const readContainer = (bytes: Buffer): Result<OpenedContainer, PackError> => {
  const kind = containerKind(bytes);
  if (kind === undefined) return malformed('neither a bundle nor a delta');
  const manifestBytes = bytes.length < 12 ? Number.POSITIVE_INFINITY : bytes.readUInt32LE(8);
  if (manifestBytes > MAX_MANIFEST_BYTES || 12 + manifestBytes > bytes.length)
    return malformed('a manifest larger than the file');
  const manifest = readManifest(bytes.toString('utf8', 12, 12 + manifestBytes));
  if (manifest === undefined) return malformed('the manifest is not that of a bundle or delta');
  try {
    const payload = zstdDecompressSync(bytes.subarray(12 + manifestBytes), {
      maxOutputLength: Math.max(1, manifest.sizeBytes),
    });
    return payload.length === manifest.sizeBytes
      ? ok({ kind, manifest, payload })
      : malformed(`${manifest.sizeBytes} bytes stated, ${payload.length} found`);
  } catch (cause) {
    return malformed('the payload is damaged or larger than stated', cause);
  }
};
