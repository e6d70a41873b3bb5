// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { loadMalware, loadSecretRules } from '@bartizan/adapters/content';
import type { Sealer, Store } from '@bartizan/adapters/store';
import { type Failure, ok, type Result, type SecretRule, systemScope } from '@bartizan/contracts';
import {
  compileFileSignatures,
  compileSecretRules,
  HASH_KEY_BYTES,
  makeHashKey,
  rulesVersionOf,
  SecretScanner,
  tenantHashKey,
} from '@bartizan/scan';
import type { ApiFailure, Clock, Log, Owner } from '../../ports.ts';
import type { ImageRules } from '../../sense/registries/image-messages.ts';

const SETTING = 'secrets/fingerprint-key';
const SCOPE = systemScope('key of the fingerprints of secrets');

/**
 * Loads what images are searched for beside packages; a file that is refused is left out, with a line in the log. Rules
 * that do not run are refused here, so that no thread that reads an image meets them.
 */
export function loadImageRules(folder: string, log: Log): Result<ImageRules, Failure> {
  const secrets = loadSecretRules(folder);
  if (!secrets.ok) return secrets;
  const malware = loadMalware(folder);
  if (!malware.ok) return malware;
  for (const fault of [...secrets.value.refused, ...malware.value.refused])
    log.error({ ...fault }, 'a content file was refused');
  const rules = {
    secrets: secrets.value.rules,
    signatures: malware.value.signatures,
    known: malware.value.known,
  };
  const set = compileSecretRules(rules.secrets);
  if (!set.ok) return set;
  const signatures = compileFileSignatures(rules.signatures);
  if (!signatures.ok) return signatures;
  return ok({ ...rules, version: rulesVersionOf({ ...rules, fingerprints: 'with a key of the tenant' }) });
}

/**
 * The key of the fingerprints of secrets: made once and kept sealed, so that the same value is known again in every
 * image and after every start, and nobody without the key can try values against a fingerprint.
 */
async function fingerprintKey(store: Store, sealer: Sealer): Promise<Result<Uint8Array, ApiFailure>> {
  const sealed = await store.settings.get(SCOPE, SETTING);
  if (!sealed.ok) return sealed;
  if (sealed.value !== undefined) {
    const kept = sealer.unseal(sealed.value);
    if (!kept.ok) return kept;
    const key = Buffer.from(kept.value, 'base64');
    if (key.length === HASH_KEY_BYTES) return ok(key);
  }
  const key = makeHashKey();
  const saved = await store.settings.put(SCOPE, SETTING, sealer.seal(Buffer.from(key).toString('base64')));
  return saved.ok ? ok(key) : saved;
}

/** The key that those of tenants are made of, and the search of what the owner of the watched cluster writes. */
export interface SecretSearch {
  readonly hashKey: Uint8Array;
  readonly secretScanner: SecretScanner;
}

/** Opens both. */
export async function openSecretSearch(parts: {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly rules: readonly SecretRule[];
  readonly home: Owner;
}): Promise<Result<SecretSearch, Failure | ApiFailure>> {
  const hashKey = await fingerprintKey(parts.store, parts.sealer);
  if (!hashKey.ok) return hashKey;
  const set = compileSecretRules(parts.rules);
  if (!set.ok) return set;
  const means = { hashKey: tenantHashKey(hashKey.value, parts.home), now: () => parts.clock.nowMs() };
  return ok({ hashKey: hashKey.value, secretScanner: new SecretScanner(set.value, means) });
}
