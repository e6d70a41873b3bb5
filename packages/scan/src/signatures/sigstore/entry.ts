// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, parseJson } from '../../json/fields.ts';
import { derOfPem } from '../certificate.ts';
import { digestOf, type Signed, sha256Of } from '../keys.ts';
import { demand, Refusal } from '../refusal.ts';
import type { Envelope, LogEntry } from './bundle.ts';

/** What the bundle holds, to be compared with what the log wrote down. */
export interface Held {
  readonly signature: Buffer;
  /** Certificate or SubjectPublicKeyInfo in DER. */
  readonly verifier: Buffer;
  readonly isCertificate: boolean;
  /** What was signed: the artifact, or the encoding of the envelope. */
  readonly signed: Signed;
  readonly envelope: Envelope | undefined;
}

const part = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => asObject(at)?.[key], value);

const isBase64Of = (value: unknown, bytes: Buffer): boolean => value === bytes.toString('base64');

/** Whether base64 of PEM is the verifier of the bundle. */
function isPem(value: unknown, held: Held): boolean {
  if (typeof value !== 'string') return false;
  const text = Buffer.from(value, 'base64').toString('latin1');
  return derOfPem(text, held.isCertificate ? 'CERTIFICATE' : 'PUBLIC KEY')?.equals(held.verifier) === true;
}

/** Whether a verifier of the second kind of log (rekor-tiles) is the bundle's. */
function isVerifier(value: unknown, held: Held): boolean {
  const raw = held.isCertificate
    ? part(value, 'x509Certificate', 'rawBytes')
    : part(value, 'publicKey', 'rawBytes');
  return isBase64Of(raw, held.verifier);
}

const hashName = (algorithm: unknown): string =>
  (asText(algorithm) ?? '').toLowerCase().replace('sha2_', 'sha');

/** The digest of what was signed, as the log names it; unknown when the log used another hash and only SHA-256 is at hand. */
function isDigest(algorithm: unknown, value: unknown, held: Held, encoding: 'hex' | 'base64'): boolean {
  const name = hashName(algorithm);
  if (name === 'sha256') return value === sha256Of(held.signed).toString(encoding);
  if (name !== 'sha384' && name !== 'sha512') return false;
  if (held.signed.kind !== 'bytes')
    throw new Refusal('unsupported', 'the log names another digest: the artifact itself is needed', true);
  return value === digestOf(name, held.signed.bytes).toString(encoding);
}

function isPayload(
  algorithm: unknown,
  value: unknown,
  envelope: Envelope,
  encoding: 'hex' | 'base64',
): boolean {
  const name = hashName(algorithm);
  return name === 'sha256' && value === digestOf('sha256', envelope.payload).toString(encoding);
}

const COMPARE: Readonly<Record<string, (spec: unknown, held: Held) => boolean>> = {
  'hashedrekord 0.0.1': (spec, held) =>
    held.envelope === undefined &&
    isDigest(part(spec, 'data', 'hash', 'algorithm'), part(spec, 'data', 'hash', 'value'), held, 'hex') &&
    isBase64Of(part(spec, 'signature', 'content'), held.signature) &&
    isPem(part(spec, 'signature', 'publicKey', 'content'), held),
  'hashedrekord 0.0.2': (spec, held) => {
    const record = part(spec, 'hashedRekordV002');
    return (
      isDigest(part(record, 'data', 'algorithm'), part(record, 'data', 'digest'), held, 'base64') &&
      isBase64Of(part(record, 'signature', 'content'), held.signature) &&
      isVerifier(part(record, 'signature', 'verifier'), held)
    );
  },
  'dsse 0.0.1': (spec, held) => {
    const [signature, ...more] = asList(part(spec, 'signatures'));
    return (
      held.envelope !== undefined &&
      more.length === 0 &&
      isPayload(
        part(spec, 'payloadHash', 'algorithm'),
        part(spec, 'payloadHash', 'value'),
        held.envelope,
        'hex',
      ) &&
      isBase64Of(part(signature, 'signature'), held.signature) &&
      isPem(part(signature, 'verifier'), held)
    );
  },
  'dsse 0.0.2': (spec, held) => {
    const record = part(spec, 'dsseV002');
    const [signature, ...more] = asList(part(record, 'signatures'));
    const hash = part(record, 'payloadHash');
    return (
      held.envelope !== undefined &&
      more.length === 0 &&
      isPayload(part(hash, 'algorithm'), part(hash, 'digest'), held.envelope, 'base64') &&
      isBase64Of(part(signature, 'content'), held.signature) &&
      isVerifier(part(signature, 'verifier'), held)
    );
  },
  'intoto 0.0.2': (spec, held) => {
    const content = part(spec, 'content');
    const [signature, ...more] = asList(part(content, 'envelope', 'signatures'));
    const hash = part(content, 'payloadHash');
    return (
      held.envelope !== undefined &&
      more.length === 0 &&
      part(content, 'envelope', 'payloadType') === held.envelope.payloadType &&
      isPayload(part(hash, 'algorithm'), part(hash, 'value'), held.envelope, 'hex') &&
      // This kind encodes the signature twice.
      isBase64Of(part(signature, 'sig'), Buffer.from(held.signature.toString('base64'))) &&
      isPem(part(signature, 'publicKey'), held)
    );
  },
};

/**
 * Refuses a log entry about anything but this signature by this signer over these bytes: proof of logging is worth
 * nothing when something else was logged.
 */
export function demandSameEntry(entry: LogEntry, held: Held): void {
  const body = asObject(parseJson(entry.body.toString('utf8')));
  const kind = `${entry.kind} ${entry.version}`;
  demand(body !== undefined, 'log-entry', 'the log entry is not JSON');
  demand(
    body['kind'] === entry.kind && body['apiVersion'] === entry.version,
    'log-entry',
    'the log entry is of another kind',
  );
  const compare = COMPARE[kind];
  demand(compare !== undefined, 'unsupported', `log entry of the kind ${kind.slice(0, 60)}`);
  demand(compare(body['spec'], held), 'log-entry', 'the log entry is about another signature');
}
