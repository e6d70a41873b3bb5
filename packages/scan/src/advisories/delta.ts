// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, ok, type Result } from '@bartizan/contracts';
import { asList, asObject, parseJson } from '../json/fields.ts';
import { readContainer, writeContainer } from './container.ts';
import { diffPacks } from './diff-packs.ts';
import { type AdvisoryPack, openPackBytes } from './pack.ts';
import type { PackError } from './pack-error.ts';
import { DIGEST_BYTES, type PackHeader } from './pack-format.ts';
import {
  assemblePack,
  encodeGroup,
  type Group,
  type LogicalGroup,
  SortedPool,
  textsOf,
  writePack,
} from './pack-writer.ts';
import { signatureBlock } from './signature.ts';
import type { TrustedKey } from './trust-root.ts';

/** What a delta carries: the header of the target, groups to put and keys to drop, and the target's signature. */
interface DeltaBody {
  readonly header: PackHeader;
  readonly put: readonly LogicalGroup[];
  readonly drop: readonly string[];
  /** The signature block of the target, base64. */
  readonly signature?: string;
}

/** Writes what turns one pack into another. Applied to the same base it gives the target's bytes. */
export const makeDelta = (
  base: AdvisoryPack,
  target: AdvisoryPack,
  keys: readonly TrustedKey[] = [],
): Buffer => {
  const { put, drop } = diffPacks(base, target);
  const body: DeltaBody = {
    header: target.header,
    put,
    drop,
    ...(target.signature === undefined
      ? {}
      : { signature: signatureBlock(target.signature).toString('base64') }),
  };
  return writeContainer(
    'delta',
    { sha256: target.sha256, builtAt: target.header.builtAt, keys, baseSha256: base.sha256 },
    Buffer.from(JSON.stringify(body), 'utf8'),
  );
};

const malformed = (detail: string): Result<never, PackError> => err({ code: 'E_PACK_INVALID', detail });

const isGroup = (value: unknown): value is LogicalGroup => {
  const group = asObject(value);
  const rows = group?.['rows'];
  if (typeof group?.['key'] !== 'string') return false;
  if (rows === undefined) return typeof group['facts'] === 'string';
  return Array.isArray(rows) && rows.every((row) => typeof row === 'string');
};

const readBody = (payload: Buffer): DeltaBody | undefined => {
  const body = asObject(parseJson(payload.toString('utf8')));
  const put = asList(body?.['put']);
  const drop = asList(body?.['drop']);
  const signature = body?.['signature'];
  if (body === undefined || asObject(body['header']) === undefined) return undefined;
  if (!put.every(isGroup) || !drop.every((key) => typeof key === 'string')) return undefined;
  return {
    header: body['header'] as PackHeader,
    put,
    drop,
    ...(typeof signature === 'string' ? { signature } : {}),
  };
};

/**
 * The target where its rows share the same texts as those of the base: groups that both have are taken over as they are
 * stored. Undefined where some text is new; where one is gone the digest tells.
 */
const patched = (
  base: AdvisoryPack,
  { put, header }: DeltaBody,
  replaced: ReadonlySet<string>,
): Buffer | undefined => {
  const pool = new SortedPool(base.poolTexts());
  for (const text of textsOf(put)) if (pool.numberOf(text) < 0) return undefined;
  const kept: Group[] = [];
  for (const { high, low, key, group } of base.stored())
    if (!replaced.has(key)) kept.push({ high, low, key, bytes: group });
  const written = assemblePack([...kept, ...put.map((group) => encodeGroup(group, pool))], pool, header);
  return written.ok ? written.value : undefined;
};

/** The target, read and written anew from its first row to its last. */
const rebuilt = (
  base: AdvisoryPack,
  { put, header }: DeltaBody,
  replaced: ReadonlySet<string>,
): Result<Buffer, PackError> =>
  writePack([...[...base.groups()].filter(({ key }) => !replaced.has(key)), ...put], header);

/** Whether a pack, unsigned, has this digest: it ends with its own. */
const hasDigest = (bytes: Buffer | undefined, sha256: string): bytes is Buffer =>
  bytes?.subarray(bytes.length - DIGEST_BYTES).toString('hex') === sha256;

/**
 * Applies a delta. The base must be the pack it was made from (`E_PACK_BASE`), and what comes out must have the stated
 * digest: a delta cannot give anything but the pack that was made elsewhere.
 */
export const applyDelta = (base: AdvisoryPack, bytes: Buffer): Result<Buffer, PackError> => {
  const opened = readContainer(bytes);
  if (!opened.ok) return opened;
  const { kind, manifest, payload } = opened.value;
  const body = kind === 'delta' ? readBody(payload) : undefined;
  if (body === undefined) return malformed('not a delta');
  if (manifest.baseSha256 !== base.sha256)
    return err({
      code: 'E_PACK_BASE',
      detail: `made for pack ${manifest.baseSha256?.slice(0, 16)}, this is ${base.sha256.slice(0, 16)}`,
    });
  const replaced = new Set([...body.drop, ...body.put.map(({ key }) => key)]);
  try {
    const quick = patched(base, body, replaced);
    const written = hasDigest(quick, manifest.sha256) ? ok(quick) : rebuilt(base, body, replaced);
    if (!written.ok) return written;
    const signed = Buffer.concat([written.value, Buffer.from(body.signature ?? '', 'base64')]);
    const target = openPackBytes(signed);
    if (!target.ok) return target;
    return target.value.sha256 === manifest.sha256
      ? ok(signed)
      : malformed(
          `it gives ${target.value.sha256.slice(0, 16)}, not the stated ${manifest.sha256.slice(0, 16)}`,
        );
  } catch (cause) {
    return err({ code: 'E_PACK_INVALID', detail: 'the delta holds rows that are none', cause });
  }
};
