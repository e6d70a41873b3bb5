// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, constants, fstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSecretRules } from '@bartizan/adapters/content';
import { DEFAULT_TENANT, err, failure, LOCAL_CLUSTER, ok, type Result } from '@bartizan/contracts';
import {
  compileSecretRules,
  DEFAULT_LIMITS,
  FileLayerCache,
  type FindingPlace,
  HASH_KEY_BYTES,
  ImageSearch,
  type ImageSearchOptions,
  type ImageSource,
  makeHashKey,
  type OpenedImage,
  openImageFrom,
} from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import type { CliContext } from '../context.ts';
import type { Gathered } from './attempt.ts';
import { findBaseImage } from './scan-base.ts';
import type { LookFlags } from './scan-flags.ts';
import { hygieneAsked, judgeHygiene } from './scan-hygiene.ts';
import { showRefused } from './scan-secrets.ts';
import { catalogueImage } from './scan-target.ts';

/** A call that scans images. */
export interface ImageCall {
  readonly context: CliContext;
  readonly flags: LookFlags;
}

/** The layer cache of a call: two gibibytes, the longest unused goes first. */
const CACHE_BYTES = 2 * 1024 ** 3;
const KEY_FILE = 'fingerprint.key';

/**
 * The key of the fingerprints. With a cache it lies beside what the cache keeps, for its owner only: fingerprints that are
 * kept could not be compared with those of another key. Without one, a key for this run.
 */
const fingerprintKey = (cache: string | undefined): Uint8Array => {
  if (cache === undefined) return makeHashKey();
  const path = join(cache, KEY_FILE);
  try {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    writeFileSync(path, makeHashKey(), { mode: 0o600, flag: 'wx' });
  } catch {
    // It is there already, or cannot be kept; reading tells which.
  }
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const isOurs = (fstatSync(file).mode & 0o077) === 0;
      const key = readFileSync(file);
      return isOurs && key.length === HASH_KEY_BYTES ? key : makeHashKey();
    } finally {
      closeSync(file);
    }
  } catch {
    return makeHashKey();
  }
};

const secretsAsked = (
  context: CliContext,
  flags: LookFlags,
): Result<ImageSearchOptions['secrets'], ApiFailure> => {
  if (flags.scanners?.includes('secret') !== true) return ok(undefined);
  const loaded = loadSecretRules(join(context.checkout, 'content'));
  if (!loaded.ok) return loaded;
  showRefused(context, loaded.value.refused);
  const set = compileSecretRules(loaded.value.rules);
  return set.ok ? ok({ set: set.value, hashKey: fingerprintKey(flags.cache) }) : set;
};

const placeOfImage = (image: OpenedImage, path: string): FindingPlace => {
  const name = image.references[0] ?? path;
  return {
    cluster: LOCAL_CLUSTER,
    tenant: DEFAULT_TENANT,
    subject: {
      workload: 'scan',
      kind: 'Container',
      namespace: '',
      name: name.slice(0, 253),
      image: name.slice(0, 512),
      imageDigest: image.digest,
    },
    nowMs: Date.now(),
  };
};

/** Reads an image of a source once, for everything that was asked for. */
export async function scanImageOf(
  { context, flags }: ImageCall,
  source: ImageSource,
  { name, platform }: { readonly name: string; readonly platform?: string },
): Promise<Result<Gathered, ApiFailure>> {
  const secrets = secretsAsked(context, flags);
  if (!secrets.ok) return secrets;
  const hygiene = hygieneAsked(context, flags);
  if (!hygiene.ok) return hygiene;
  const search = new ImageSearch({
    ...(secrets.value === undefined ? {} : { secrets: secrets.value }),
    ...(hygiene.value === undefined ? {} : { hygiene: hygiene.value.rules }),
    now: Date.now,
  });
  const opened = await openImageFrom(source, DEFAULT_LIMITS, {
    ...(platform === undefined ? {} : { platform }),
    ...(flags.cache === undefined ? {} : { cache: new FileLayerCache(flags.cache, CACHE_BYTES) }),
    consumers: search.consumers,
  });
  if (!opened.ok) return err(failure(opened.error.code, opened.error.detail));
  const image = opened.value;
  const place = placeOfImage(image, name);
  const found = search.finish(image, place);
  const foundHygiene = found.hygiene && judgeHygiene(found.hygiene, place, hygiene.value?.checks ?? []);
  const base = await findBaseImage(image, flags);
  if (!base.ok) return base;
  return ok({
    scanned: catalogueImage(image, name),
    others: {
      ...(found.secrets === undefined ? {} : { secrets: found.secrets }),
      ...(foundHygiene === undefined ? {} : { hygiene: foundHygiene }),
    },
    ...(base.value === undefined ? {} : { base: base.value }),
  });
}
