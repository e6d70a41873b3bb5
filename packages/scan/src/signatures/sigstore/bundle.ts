// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject, asText, parseJson } from '../../json/fields.ts';
import { type Certificate, isSelfSigned, parseCertificate } from '../certificate.ts';
import { bytesOf, closedObject, countOf, listOf, textOf } from '../json-fields.ts';
import { demand } from '../refusal.ts';

/** A sigstore bundle (protobuf-specs `sigstore_bundle.proto`, versions 0.1, 0.2 and 0.3) as it was written. */
export interface Bundle {
  readonly version: BundleVersion;
  readonly material: Material;
  readonly entries: readonly LogEntry[];
  /** RFC 3161 responses in DER. */
  readonly timestamps: readonly Buffer[];
  readonly content: Content;
}

export type BundleVersion = '0.1' | '0.2' | '0.3';

/** Who is said to have signed: certificates, the signer's first, or a key known under a name. */
export type Material =
  | { readonly kind: 'certificates'; readonly chain: readonly Certificate[] }
  | { readonly kind: 'key'; readonly hint: string };

export type Content =
  | { readonly kind: 'message'; readonly digest: Buffer; readonly signature: Buffer }
  | { readonly kind: 'envelope'; readonly envelope: Envelope };

/** A DSSE envelope with its one signature. */
export interface Envelope {
  readonly payload: Buffer;
  readonly payloadType: string;
  readonly signature: Buffer;
  readonly keyId: string;
}

/** An entry of a transparency log with the proofs that came along. */
export interface LogEntry {
  readonly index: number;
  /** Id of the log in hexadecimal. */
  readonly logId: string;
  readonly kind: string;
  readonly version: string;
  readonly integratedAtS: number;
  readonly promise: Buffer | undefined;
  readonly proof: InclusionProof | undefined;
  readonly body: Buffer;
}

export interface InclusionProof {
  readonly index: number;
  readonly size: number;
  readonly rootHash: Buffer;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: string | undefined;
}

const VERSIONS: ReadonlyMap<string, BundleVersion> = new Map([
  ['application/vnd.dev.sigstore.bundle+json;version=0.1', '0.1'],
  ['application/vnd.dev.sigstore.bundle+json;version=0.2', '0.2'],
  ['application/vnd.dev.sigstore.bundle+json;version=0.3', '0.3'],
  ['application/vnd.dev.sigstore.bundle.v0.3+json', '0.3'],
]);
const BUNDLE_BYTES_MAX = 16 * 1024 * 1024;
const SMALL = 64 * 1024;

function readMaterial(material: { readonly [key: string]: unknown }, version: BundleVersion): Material {
  const { certificate, x509CertificateChain, publicKey } = material;
  const kinds = [certificate, x509CertificateChain, publicKey].filter((one) => one !== undefined);
  demand(kinds.length === 1, 'malformed', 'bundle: not exactly one kind of verification material');
  if (publicKey !== undefined) {
    const key = closedObject(publicKey, ['hint'], 'publicKey');
    return { kind: 'key', hint: textOf(key['hint'] ?? '', 'publicKey.hint', 1024) };
  }
  demand(
    (certificate !== undefined) === (version === '0.3'),
    'malformed',
    `bundle: version ${version} carries its certificate in another form`,
  );
  const raw =
    certificate !== undefined
      ? [certificate]
      : listOf(
          closedObject(x509CertificateChain, ['certificates'], 'x509CertificateChain')['certificates'],
          8,
          'certificates',
        );
  const chain = raw.map((one) =>
    parseCertificate(
      bytesOf(closedObject(one, ['rawBytes'], 'certificate')['rawBytes'], 'certificate', SMALL),
    ),
  );
  demand(chain.length > 0, 'malformed', 'bundle: no certificate');
  demand(!chain.some(isSelfSigned), 'certificate', 'the bundle brings its own root');
  return { kind: 'certificates', chain };
}

function readProof(value: unknown): InclusionProof | undefined {
  if (value === undefined || value === null) return undefined;
  const proof = closedObject(
    value,
    ['logIndex', 'rootHash', 'treeSize', 'hashes', 'checkpoint'],
    'inclusionProof',
  );
  const checkpoint = proof['checkpoint'];
  return {
    index: countOf(proof['logIndex'] ?? 0, 'inclusionProof.logIndex'),
    size: countOf(proof['treeSize'], 'inclusionProof.treeSize'),
    rootHash: bytesOf(proof['rootHash'], 'inclusionProof.rootHash', 32),
    hashes: listOf(proof['hashes'], 64, 'inclusionProof.hashes').map((hash) => bytesOf(hash, 'hash', 32)),
    checkpoint:
      checkpoint === undefined || checkpoint === null
        ? undefined
        : textOf(closedObject(checkpoint, ['envelope'], 'checkpoint')['envelope'], 'checkpoint', SMALL),
  };
}

const ENTRY_FIELDS = [
  'logIndex',
  'logId',
  'kindVersion',
  'integratedTime',
  'inclusionPromise',
  'inclusionProof',
  'canonicalizedBody',
];

function readEntry(value: unknown): LogEntry {
  const entry = closedObject(value, ENTRY_FIELDS, 'tlogEntry');
  const kind = closedObject(entry['kindVersion'], ['kind', 'version'], 'kindVersion');
  const promise = entry['inclusionPromise'];
  return {
    index: countOf(entry['logIndex'] ?? 0, 'logIndex'),
    logId: bytesOf(closedObject(entry['logId'], ['keyId'], 'logId')['keyId'], 'logId', 64).toString('hex'),
    kind: textOf(kind['kind'], 'kind', 64),
    version: textOf(kind['version'], 'version', 64),
    integratedAtS: countOf(entry['integratedTime'] ?? 0, 'integratedTime'),
    promise:
      promise === undefined || promise === null
        ? undefined
        : bytesOf(
            closedObject(promise, ['signedEntryTimestamp'], 'inclusionPromise')['signedEntryTimestamp'],
            'promise',
            SMALL,
          ),
    proof: readProof(entry['inclusionProof']),
    body: bytesOf(entry['canonicalizedBody'], 'canonicalizedBody'),
  };
}

/** Reads an envelope with exactly one signature; throws a Refusal. */
export function readEnvelope(value: unknown): Envelope {
  const envelope = closedObject(value, ['payload', 'payloadType', 'signatures'], 'dsseEnvelope');
  const signatures = listOf(envelope['signatures'], 1, 'signatures');
  demand(signatures.length === 1, 'malformed', 'dsseEnvelope: not exactly one signature');
  const signature = closedObject(signatures[0], ['sig', 'keyid'], 'signature');
  return {
    payload: bytesOf(envelope['payload'], 'payload'),
    payloadType: textOf(envelope['payloadType'], 'payloadType', 256),
    signature: bytesOf(signature['sig'], 'sig', SMALL),
    keyId: textOf(signature['keyid'] ?? '', 'keyid', 1024),
  };
}

function readContent(message: unknown, envelope: unknown): Content {
  demand(
    (message === undefined) !== (envelope === undefined),
    'malformed',
    'bundle: not exactly one content',
  );
  if (envelope !== undefined) return { kind: 'envelope', envelope: readEnvelope(envelope) };
  const signed = closedObject(message, ['messageDigest', 'signature'], 'messageSignature');
  const digest = closedObject(signed['messageDigest'], ['algorithm', 'digest'], 'messageDigest');
  demand(digest['algorithm'] === 'SHA2_256', 'unsupported', 'messageDigest: only SHA2_256');
  return {
    kind: 'message',
    digest: bytesOf(digest['digest'], 'messageDigest.digest', 32),
    signature: bytesOf(signed['signature'], 'messageSignature.signature', SMALL),
  };
}

/** Parses the JSON form, at most 16 MB; throws a Refusal. Fields it does not know refuse the bundle. */
export function parseBundle(bytes: Uint8Array): Bundle {
  demand(bytes.length <= BUNDLE_BYTES_MAX, 'malformed', 'bundle: too large');
  const json = parseJson(Buffer.from(bytes).toString('utf8'));
  const version = VERSIONS.get(asText(asObject(json)?.['mediaType']) ?? '');
  demand(version !== undefined, 'unsupported', 'bundle: not JSON, or of an unknown version');
  const bundle = closedObject(
    json,
    ['mediaType', 'verificationMaterial', 'messageSignature', 'dsseEnvelope'],
    'bundle',
  );
  const material = closedObject(
    bundle['verificationMaterial'],
    ['certificate', 'x509CertificateChain', 'publicKey', 'tlogEntries', 'timestampVerificationData'],
    'verificationMaterial',
  );
  const times = material['timestampVerificationData'];
  const timestamps =
    times === undefined || times === null
      ? []
      : listOf(
          closedObject(times, ['rfc3161Timestamps'], 'timestamps')['rfc3161Timestamps'],
          8,
          'timestamps',
        );
  const entries = listOf(material['tlogEntries'], 8, 'tlogEntries').map(readEntry);
  const places = entries.map(({ logId, body }) => `${logId} ${body.toString('base64')}`);
  demand(new Set(places).size === places.length, 'malformed', 'bundle: a log entry twice');
  const responses = timestamps.map((one) =>
    bytesOf(closedObject(one, ['signedTimestamp'], 'timestamp')['signedTimestamp'], 'timestamp', SMALL),
  );
  const texts = new Set(responses.map((one) => one.toString('base64')));
  demand(texts.size === responses.length, 'malformed', 'bundle: a timestamp twice');
  return {
    version,
    material: readMaterial(material, version),
    entries,
    timestamps: responses,
    content: readContent(bundle['messageSignature'], bundle['dsseEnvelope']),
  };
}
