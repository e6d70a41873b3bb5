// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject, parseJson } from '../../json/fields.ts';
import { type Certificate, derOfPem, isSelfSigned, parseCertificate } from '../certificate.ts';
import { bytesOf, closedObject, countOf, textOf } from '../json-fields.ts';
import { digestOf } from '../keys.ts';
import { demand } from '../refusal.ts';
import { judge, type SignatureVerdict } from '../verdict.ts';
import { type Bundle, type LogEntry, type Material, readEnvelope } from './bundle.ts';
import { checkBundle, type SigstoreMatter } from './verify.ts';

/** Media type of the layer that holds the signed payload. */
export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
const TYPE = 'cosign container image signature';
const ANNOTATION = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  chain: 'dev.sigstore.cosign/chain',
  bundle: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;
const PAYLOAD_BYTES_MAX = 1024 * 1024;
const ENVELOPE_BYTES_MAX = 16 * 1024 * 1024;
const SMALL = 64 * 1024;

/** A signature of an image as cosign up to 2 stores it: one layer of the manifest under the tag `sha256-DIGEST.sig`. */
export interface SimpleSignature {
  readonly payload: Buffer;
  /** Annotations of the layer. */
  readonly annotations: Readonly<Record<string, string>>;
}

function materialOf(annotations: SimpleSignature['annotations']): Material {
  const pem = annotations[ANNOTATION.certificate];
  if (pem === undefined) return { kind: 'key', hint: '' };
  const leaf = derOfPem(textOf(pem, 'certificate', SMALL), 'CERTIFICATE');
  demand(leaf !== undefined, 'malformed', 'certificate: not PEM');
  const blocks = textOf(annotations[ANNOTATION.chain] ?? '', 'chain', SMALL).split(
    /(?<=-----END CERTIFICATE-----)\s*/,
  );
  const others: Certificate[] = [];
  for (const block of blocks.filter((text) => text.trim() !== '')) {
    const der = derOfPem(block, 'CERTIFICATE');
    demand(der !== undefined && others.length < 8, 'malformed', 'chain: not PEM, or too long');
    const certificate = parseCertificate(der);
    // Roots come along in this form; only those of the trust root count.
    if (!isSelfSigned(certificate)) others.push(certificate);
  }
  return { kind: 'certificates', chain: [parseCertificate(leaf), ...others] };
}

/** The entry of the log, with its promise; this form carries no proof. */
function entriesOf(text: string | undefined): readonly LogEntry[] {
  if (text === undefined) return [];
  const bundle = closedObject(
    parseJson(textOf(text, 'bundle', PAYLOAD_BYTES_MAX)),
    ['SignedEntryTimestamp', 'Payload'],
    'bundle',
  );
  const payload = closedObject(
    bundle['Payload'],
    ['body', 'integratedTime', 'logIndex', 'logID'],
    'bundle.Payload',
  );
  const body = bytesOf(payload['body'], 'bundle.body');
  const kind = asObject(parseJson(body.toString('utf8')));
  const logId = textOf(payload['logID'], 'bundle.logID', 128);
  demand(/^[0-9a-f]{2,128}$/.test(logId), 'malformed', 'bundle.logID: not hexadecimal');
  return [
    {
      index: countOf(payload['logIndex'], 'bundle.logIndex'),
      logId,
      kind: textOf(kind?.['kind'], 'kind', 64),
      version: textOf(kind?.['apiVersion'], 'version', 64),
      integratedAtS: countOf(payload['integratedTime'], 'bundle.integratedTime'),
      promise: bytesOf(bundle['SignedEntryTimestamp'], 'bundle.SignedEntryTimestamp', SMALL),
      proof: undefined,
      body,
    },
  ];
}

function timestampsOf(text: string | undefined): readonly Buffer[] {
  if (text === undefined) return [];
  const stamp = closedObject(
    parseJson(textOf(text, 'timestamp', SMALL)),
    ['SignedRFC3161Timestamp'],
    'timestamp',
  );
  return [bytesOf(stamp['SignedRFC3161Timestamp'], 'timestamp', SMALL)];
}

/** What cosign wrote before there were bundles, as a bundle of the first version. */
const bundleWith = (annotations: SimpleSignature['annotations'], content: Bundle['content']): Bundle => ({
  version: '0.1',
  material: materialOf(annotations),
  entries: entriesOf(annotations[ANNOTATION.bundle]),
  timestamps: timestampsOf(annotations[ANNOTATION.timestamp]),
  content,
});

/** A signature as a bundle of the first version; throws a Refusal. */
export function bundleOfSimple({ payload, annotations }: SimpleSignature): Bundle {
  demand(payload.length <= PAYLOAD_BYTES_MAX, 'malformed', 'payload: too large');
  return bundleWith(annotations, {
    kind: 'message',
    digest: digestOf('sha256', payload),
    signature: bytesOf(annotations[ANNOTATION.signature], 'signature', SMALL),
  });
}

/** An attestation as cosign up to 2 stores it (`sha256-DIGEST.att`): the layer is the envelope itself; throws a Refusal. */
export function bundleOfEnvelope({ payload, annotations }: SimpleSignature): Bundle {
  demand(payload.length <= ENVELOPE_BYTES_MAX, 'malformed', 'envelope: too large');
  const envelope = readEnvelope(parseJson(payload.toString('utf8')));
  return bundleWith(annotations, { kind: 'envelope', envelope });
}

/** Refuses a payload that is about another image. */
function demandImage(payload: Buffer, imageDigest: string): void {
  const critical = asObject(asObject(parseJson(payload.toString('utf8')))?.['critical']);
  demand(critical?.['type'] === TYPE, 'unsupported', 'the payload is of another type');
  const digest = asObject(critical['image'])?.['docker-manifest-digest'];
  demand(digest === imageDigest, 'artifact', 'the signature is about another image');
}

/** Verifies such a signature for the image with this digest, by the same checks as a bundle. */
export const verifySimpleSignature = (
  signature: SimpleSignature,
  imageDigest: string,
  matter: Omit<SigstoreMatter, 'artifact'>,
): SignatureVerdict =>
  judge((note) => {
    const bundle = bundleOfSimple(signature);
    const found = checkBundle(
      bundle,
      { ...matter, artifact: { kind: 'bytes', bytes: signature.payload } },
      note,
    );
    demandImage(signature.payload, imageDigest);
    return { ...found, payload: { type: SIMPLE_SIGNING, bytes: signature.payload } };
  });

/** Verifies an attestation that is stored that way, for the image with this digest. */
export const verifyStoredEnvelope = (
  stored: SimpleSignature,
  imageDigest: string,
  matter: Omit<SigstoreMatter, 'artifact'>,
): SignatureVerdict =>
  judge((note) => {
    const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(imageDigest) ?? [];
    demand(hex !== undefined, 'unsupported', 'the image has no SHA-256 digest');
    const artifact = { kind: 'sha256', digest: Buffer.from(hex, 'hex') } as const;
    return checkBundle(bundleOfEnvelope(stored), { ...matter, artifact }, note);
  });
