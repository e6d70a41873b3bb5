// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { asObject, type JsonObject } from '../../json/fields.ts';
import { isPathPattern } from '../../path-pattern/path-pattern.ts';
import { digestOf, openPublicKey, spkiOf } from '../keys.ts';
import { parseIdentity } from '../notation/identity.ts';
import { loadTrustStore, type StoreFile, type StoreType, type TrustStore } from '../notation/trust-store.ts';
import type { TextMatch } from '../sigstore/identity.ts';
import { parseTrustRoot, type TrustRoot } from '../sigstore/trust-root.ts';
import type { SigstorePolicy } from '../sigstore/verify.ts';
import type { ClaimCondition } from './claim.ts';
import type { Condition, NamedKey, PolicyRule, SignaturePolicy, Signer } from './condition.ts';
import { imagePattern } from './image-name.ts';

/** How a policy reaches the files it names; paths are as written. */
export interface PolicyFiles {
  /** A file of at most 4 MB; undefined when it cannot be read. */
  read(path: string): Buffer | undefined;
  /** The entries of a folder. */
  list(path: string): readonly StoreFile[] | undefined;
}

type Wrong = Failure<'E_SIGNATURE_POLICY' | 'E_TRUST_ROOT'>;

const RULES_MAX = 1000;
const CONDITIONS_MAX = 64;
const DEPTH_MAX = 8;
const NO_ROOT: TrustRoot = {
  digest: 'none',
  logs: [],
  certificateLogs: [],
  authorities: [],
  timestampAuthorities: [],
};

/** How a step of the parser ends when something is wrong; turned into a Result at its border. */
class PolicyFault extends Error {
  override readonly name = 'PolicyFault';
  readonly failure: Wrong;
  constructor(place: string, why: string, code: Wrong['code'] = 'E_SIGNATURE_POLICY') {
    super(`${place}: ${why}`);
    this.failure = failure(code, `${place}: ${why}`);
  }
}

function objectAt(value: unknown, place: string, fields: readonly string[]): JsonObject {
  const object = asObject(value);
  if (object === undefined) throw new PolicyFault(place, 'not an object');
  const strange = Object.keys(object).find((key) => !fields.includes(key));
  if (strange !== undefined) throw new PolicyFault(place, `unknown field ${strange.slice(0, 60)}`);
  return object;
}

function textAt(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 4096)
    throw new PolicyFault(place, 'not a text');
  return value;
}

function listAt(value: unknown, place: string, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > most)
    throw new PolicyFault(place, `not a list of 1 to ${most}`);
  return value as readonly unknown[];
}

function countAt(value: unknown, place: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 16)
    throw new PolicyFault(place, 'not a whole number up to 16');
  return value;
}

/** Texts by name; one of another shape would ask for nothing at all. */
function metadataAt(value: unknown, place: string): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined;
  const entries = Object.entries(asObject(value) ?? {});
  if (entries.length === 0) throw new PolicyFault(place, 'not an object with at least one field');
  return Object.fromEntries(entries.map(([key, one]) => [key, textAt(one, `${place}.${key}`)]));
}

const matchOf = (value: string): TextMatch => ({ kind: value.includes('*') ? 'pattern' : 'exact', value });

/** Reads the parts of a policy that name files, and remembers what they held for the revision. */
class PolicyReader {
  readonly held: string[] = [];
  readonly #files: PolicyFiles;
  #conditions = 0;

  constructor(files: PolicyFiles) {
    this.#files = files;
  }

  #key(value: unknown, place: string): NamedKey {
    const text = textAt(value, place);
    const pem = text.startsWith('-----BEGIN') ? text : this.#files.read(text)?.toString('utf8');
    const key = pem === undefined ? undefined : openPublicKey(pem);
    if (key === undefined) throw new PolicyFault(place, `${text.slice(0, 200)} is no public key`);
    const sha256 = digestOf('sha256', spkiOf(key)).toString('hex');
    this.held.push(`key ${sha256}`);
    return { key, sha256 };
  }

  #keys(part: JsonObject, place: string): Signer & { kind: 'sigstore' } {
    const values = part['key'] === undefined ? listAt(part['keys'], `${place}.keys`, 64) : [part['key']];
    const logEntries = countAt(part['logEntries'], `${place}.logEntries`) ?? 0;
    const keys = values.map((value, at) => this.#key(value, `${place}.key[${at}]`));
    return {
      kind: 'sigstore',
      text: `key ${keys.map(({ sha256 }) => sha256.slice(0, 16)).join(' or ')}`,
      policies: keys.map(({ key }): SigstorePolicy => ({ kind: 'key', key, logEntries })),
    };
  }

  #keyless(value: unknown, place: string): Signer & { kind: 'sigstore' } {
    const entries = Array.isArray(value) ? listAt(value, place, 64) : [value];
    const identities = entries.map((entry, at) => {
      const one = objectAt(entry, `${place}[${at}]`, ['identity', 'issuer', 'logEntries']);
      return {
        identity: textAt(one['identity'], `${place}[${at}].identity`),
        issuer: textAt(one['issuer'], `${place}[${at}].issuer`),
        logEntries: countAt(one['logEntries'], `${place}[${at}].logEntries`),
      };
    });
    return {
      kind: 'sigstore',
      text: identities.map(({ identity, issuer }) => `${identity} (${issuer})`).join(' or '),
      policies: identities.map(
        ({ identity, issuer, logEntries }): SigstorePolicy => ({
          kind: 'identity',
          identities: [{ identity: matchOf(identity), issuer: matchOf(issuer) }],
          ...(logEntries === undefined ? {} : { logEntries }),
        }),
      ),
    };
  }

  #store(type: StoreType, value: unknown, place: string): TrustStore {
    const path = textAt(value, place);
    const files = this.#files.list(path);
    if (files === undefined)
      throw new PolicyFault(place, `${path} is no folder that can be read`, 'E_TRUST_ROOT');
    const store = loadTrustStore(type, path, files);
    if (!store.ok) throw new PolicyFault(place, store.error.detail, 'E_TRUST_ROOT');
    return store.value;
  }

  #notation(value: unknown, place: string): Signer {
    const part = objectAt(value, place, ['level', 'identities', 'stores', 'metadata', 'verifyTimestamp']);
    const level = part['level'] ?? 'strict';
    // `audit` takes the signature of anybody: no condition can hang on it.
    if (level !== 'strict' && level !== 'permissive')
      throw new PolicyFault(place, 'level: strict or permissive');
    const types: readonly StoreType[] = ['ca', 'signingAuthority', 'tsa'];
    const folders = objectAt(part['stores'], `${place}.stores`, types);
    const stores = types.flatMap((type) =>
      folders[type] === undefined
        ? []
        : [folders[type]].flat().map((one, at) => this.#store(type, one, `${place}.stores.${type}[${at}]`)),
    );
    if (stores.every(({ type }) => type === 'tsa'))
      throw new PolicyFault(place, 'stores: no ca and no signingAuthority');
    const names = listAt(part['identities'], `${place}.identities`, 64).map((one) =>
      textAt(one, `${place}.identities`),
    );
    const identities = names.map((name) => {
      const identity = parseIdentity(name);
      if (!identity.ok) throw new PolicyFault(place, identity.error.detail);
      return identity.value;
    });
    const verify =
      part['verifyTimestamp'] ?? (stores.some(({ type }) => type === 'tsa') ? 'always' : 'after-expiry');
    if (verify !== 'always' && verify !== 'after-expiry')
      throw new PolicyFault(place, 'verifyTimestamp: always or after-expiry');
    const metadata = metadataAt(part['metadata'], `${place}.metadata`);
    return {
      kind: 'notation',
      text: `Notary Project ${names.join(' or ')}`,
      policy: {
        level,
        stores,
        identities,
        verifyTimestamp: verify,
        ...(metadata === undefined ? {} : { metadata }),
      },
    };
  }

  /** Exactly one kind of signer. */
  #signer(part: JsonObject, place: string): Signer {
    const given = ['key', 'keys', 'keyless', 'notation'].filter((name) => part[name] !== undefined);
    const [kind, ...more] = given;
    if (kind === undefined || more.length > 0)
      throw new PolicyFault(place, 'exactly one of key, keys, keyless, notation');
    if (kind === 'keyless') return this.#keyless(part['keyless'], `${place}.keyless`);
    return kind === 'notation'
      ? this.#notation(part['notation'], `${place}.notation`)
      : this.#keys(part, place);
  }

  #attestation(value: unknown, place: string): Condition {
    const part = objectAt(value, place, ['type', 'key', 'keys', 'logEntries', 'keyless', 'where']);
    const by = this.#signer(part, place);
    if (by.kind !== 'sigstore') throw new PolicyFault(place, 'an attestation is signed by a key or keyless');
    const where = part['where'] === undefined ? [] : listAt(part['where'], `${place}.where`, 64);
    return {
      kind: 'attestation',
      predicateType: textAt(part['type'], `${place}.type`),
      by,
      where: where.map((one, at) => claimAt(one, `${place}.where[${at}]`)),
    };
  }

  condition(value: unknown, place: string, depth = 0): Condition {
    this.#conditions += 1;
    if (depth > DEPTH_MAX || this.#conditions > CONDITIONS_MAX)
      throw new PolicyFault(place, 'too many conditions');
    const part = objectAt(value, place, ['signature', 'attestation', 'all', 'any']);
    const [kind, ...more] = Object.keys(part);
    if (kind === undefined || more.length > 0)
      throw new PolicyFault(place, 'exactly one of signature, attestation, all, any');
    if (kind === 'signature') {
      const fields = ['key', 'keys', 'logEntries', 'keyless', 'notation'];
      return { kind, by: this.#signer(objectAt(part[kind], `${place}.${kind}`, fields), `${place}.${kind}`) };
    }
    if (kind === 'attestation') return this.#attestation(part[kind], `${place}.${kind}`);
    const of = listAt(part[kind], `${place}.${kind}`, CONDITIONS_MAX);
    return {
      kind: kind === 'all' ? 'all' : 'any',
      of: of.map((one, at) => this.condition(one, `${place}.${kind}[${at}]`, depth + 1)),
    };
  }

  trustRoot(value: unknown): TrustRoot {
    if (value === undefined) return NO_ROOT;
    const path = textAt(value, 'trustRoot');
    const bytes = this.#files.read(path);
    if (bytes === undefined) throw new PolicyFault('trustRoot', `${path} cannot be read`, 'E_TRUST_ROOT');
    const root = parseTrustRoot(bytes);
    if (!root.ok) throw new PolicyFault('trustRoot', root.error.detail, 'E_TRUST_ROOT');
    return root.value;
  }
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value));

function claimAt(value: unknown, place: string): ClaimCondition {
  const part = objectAt(value, place, ['field', 'equals', 'oneOf', 'matches', 'atLeast', 'atMost', 'exists']);
  const { field: path, ...tests } = part;
  const field = Array.isArray(path)
    ? listAt(path, `${place}.field`, 32).map((key) => textAt(key, `${place}.field`))
    : textAt(path, `${place}.field`).split('.');
  const [test, ...more] = Object.entries(tests);
  if (test === undefined || more.length > 0)
    throw new PolicyFault(place, 'exactly one of equals, oneOf, matches, atLeast, atMost, exists');
  const [kind, wanted] = test;
  if (kind === 'equals' && isScalar(wanted)) return { field, test: { kind, value: wanted } };
  if (kind === 'oneOf')
    return { field, test: { kind, values: listAt(wanted, `${place}.oneOf`, 256).filter(isScalar) } };
  if (kind === 'matches') return { field, test: { kind, pattern: textAt(wanted, `${place}.matches`) } };
  if ((kind === 'atLeast' || kind === 'atMost') && typeof wanted === 'number')
    return { field, test: { kind, value: wanted } };
  if (kind === 'exists' && wanted === true) return { field, test: { kind } };
  throw new PolicyFault(place, `${kind}: not a value it can be held against`);
}

function ruleAt(value: unknown, place: string, reader: PolicyReader): PolicyRule {
  const part = objectAt(value, place, ['name', 'images', 'require']);
  const images = listAt(part['images'], `${place}.images`, 256).map((one) => textAt(one, `${place}.images`));
  const wrong = images.find((pattern) => !isPathPattern(pattern));
  if (wrong !== undefined) throw new PolicyFault(`${place}.images`, 'a pattern that is too long');
  return {
    name: textAt(part['name'], `${place}.name`).slice(0, 200),
    images: images.map(imagePattern),
    condition: reader.condition(part['require'], `${place}.require`),
  };
}

/** Reads the value of a policy file. One wrong entry refuses it whole: half a policy asks for less than was meant. */
export function parseSignaturePolicy(value: unknown, files: PolicyFiles): Result<SignaturePolicy, Wrong> {
  const reader = new PolicyReader(files);
  try {
    const file = objectAt(value, 'policy', ['version', 'policies', 'unmatched', 'trustRoot']);
    if (file['version'] !== 1) throw new PolicyFault('version', 'not 1');
    const unmatched = file['unmatched'] ?? 'refuse';
    if (unmatched !== 'refuse' && unmatched !== 'allow')
      throw new PolicyFault('unmatched', 'refuse or allow');
    const rules = listAt(file['policies'], 'policies', RULES_MAX).map((one, at) =>
      ruleAt(one, `policies[${at}]`, reader),
    );
    const trustRoot = reader.trustRoot(file['trustRoot']);
    const revision = createHash('sha256')
      .update(JSON.stringify([value, reader.held]))
      .digest('hex');
    return ok({ revision, rules, unmatched, trustRoot });
  } catch (error) {
    if (error instanceof PolicyFault) return err(error.failure);
    throw error;
  }
}
