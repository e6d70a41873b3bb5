// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject, asText, parseJson } from '../../json/fields.ts';
import { type Certificate, parseCertificate } from '../certificate.ts';
import { bytesOf, closedObject, listOf, textOf } from '../json-fields.ts';
import { demand } from '../refusal.ts';
import { CborTag, type CborValue, readCbor, signatureStructure } from './cbor.ts';

/** Media types of the two kinds of envelope. */
export const JWS = 'application/jose+json';
export const COSE = 'application/cose';

export type Algorithm = 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512';

/** A Notary Project signature, from either kind of envelope, parsed but not believed. */
export interface NotationEnvelope {
  readonly algorithm: Algorithm;
  readonly scheme: 'notary.x509' | 'notary.x509.signingAuthority';
  readonly signingTimeMs: number | undefined;
  readonly authenticSigningTimeMs: number | undefined;
  readonly expiryMs: number | undefined;
  /** Attributes the verifier has to understand; those of this list's own are left out. */
  readonly critical: readonly string[];
  readonly plugin: string | undefined;
  readonly payload: Buffer;
  readonly chain: readonly Certificate[];
  readonly timestamp: Buffer | undefined;
  readonly signedBytes: Buffer;
  readonly signature: Buffer;
}

const BYTES_MAX = 4 * 1024 * 1024;
const CHAIN_MAX = 10;
/** Farthest from 1970 that a date can be (ECMA-262, time values); beyond it there is no way to write one. */
const TIME_MAX_MS = 8.64e15;
const PAYLOAD_TYPE = 'application/vnd.cncf.notary.payload.v1+json';
const NAME = {
  scheme: 'io.cncf.notary.signingScheme',
  time: 'io.cncf.notary.signingTime',
  authenticTime: 'io.cncf.notary.authenticSigningTime',
  expiry: 'io.cncf.notary.expiry',
  plugin: 'io.cncf.notary.verificationPlugin',
  pluginVersion: 'io.cncf.notary.verificationPluginMinVersion',
  timestamp: 'io.cncf.notary.timestampSignature',
} as const;
/** Attributes that have to be marked critical where they are present (signature specification). */
const ALWAYS_CRITICAL = [NAME.scheme, NAME.authenticTime, NAME.expiry, NAME.plugin, NAME.pluginVersion];
const OWN: readonly string[] = [NAME.scheme, NAME.authenticTime, NAME.expiry];
const SCHEMES = ['notary.x509', 'notary.x509.signingAuthority'] as const;
const ALGORITHMS: readonly Algorithm[] = ['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
const COSE_ALGORITHMS: Readonly<Record<number, Algorithm>> = {
  [-37]: 'PS256',
  [-38]: 'PS384',
  [-39]: 'PS512',
  [-7]: 'ES256',
  [-35]: 'ES384',
  [-36]: 'ES512',
};

/** The protected header, whichever the encoding. */
interface Header {
  readonly algorithm: unknown;
  readonly critical: readonly unknown[];
  readonly contentType: unknown;
  readonly get: (name: string) => unknown;
  readonly timeOf: (value: unknown) => number;
}

type Signed = Pick<NotationEnvelope, 'payload' | 'chain' | 'timestamp' | 'signedBytes' | 'signature'>;

function build(header: Header, signed: Signed): NotationEnvelope {
  const algorithm = ALGORITHMS.find((one) => one === header.algorithm);
  demand(
    algorithm !== undefined,
    'unsupported',
    `algorithm ${asText(header.algorithm, 20) ?? 'without a name'}`,
  );
  demand(header.contentType === PAYLOAD_TYPE, 'unsupported', 'another kind of payload');
  const scheme = SCHEMES.find((one) => one === header.get(NAME.scheme));
  demand(scheme !== undefined, 'unsupported', 'unknown signing scheme');
  const critical = header.critical.map((one) =>
    typeof one === 'number' ? String(one) : textOf(one, 'critical attribute', 256),
  );
  for (const name of critical)
    demand(header.get(name) !== undefined, 'malformed', `critical attribute ${name} is missing`);
  for (const name of ALWAYS_CRITICAL)
    demand(
      header.get(name) === undefined || critical.includes(name),
      'malformed',
      `${name} is not marked critical`,
    );
  const time = (name: string): number | undefined => {
    const value = header.get(name);
    return value === undefined ? undefined : header.timeOf(value);
  };
  const isAuthority = scheme === 'notary.x509.signingAuthority';
  demand(
    (header.get(NAME.authenticTime) !== undefined) === isAuthority,
    'malformed',
    'signing time of another scheme',
  );
  demand(
    (header.get(NAME.time) !== undefined) !== isAuthority,
    'malformed',
    'signing time of another scheme',
  );
  const plugin = header.get(NAME.plugin);
  return {
    algorithm,
    scheme,
    signingTimeMs: time(NAME.time),
    authenticSigningTimeMs: time(NAME.authenticTime),
    expiryMs: time(NAME.expiry),
    critical: critical.filter((name) => !OWN.includes(name)),
    plugin: plugin === undefined ? undefined : textOf(plugin, NAME.plugin, 256),
    ...signed,
  };
}

/** Bytes in base64url without padding, in the one form they have. */
function urlBytes(value: unknown, place: string): Buffer {
  const text = textOf(value, place, BYTES_MAX);
  const bytes = Buffer.from(text, 'base64url');
  demand(bytes.length > 0 && bytes.toString('base64url') === text, 'malformed', `${place}: not base64url`);
  return bytes;
}

function instant(value: unknown): number {
  const text = textOf(value, 'time', 40);
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  demand(Number.isFinite(at), 'malformed', 'not a time');
  return at;
}

/** JWS JSON serialization with one signature (RFC 7515, 7.2.2; signature envelope JWS of the Notary Project). */
function parseJws(bytes: Buffer): NotationEnvelope {
  const json = closedObject(
    parseJson(bytes.toString('utf8')),
    ['payload', 'protected', 'header', 'signature'],
    'JWS',
  );
  const header = asObject(json['header']);
  const attributes = asObject(parseJson(urlBytes(json['protected'], 'protected').toString('utf8')));
  demand(header !== undefined && attributes !== undefined, 'malformed', 'JWS: no header');
  const stamp = header[NAME.timestamp];
  return build(
    {
      algorithm: attributes['alg'],
      critical: listOf(attributes['crit'], 64, 'crit'),
      contentType: attributes['cty'],
      get: (name) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined),
      timeOf: instant,
    },
    {
      payload: urlBytes(json['payload'], 'payload'),
      chain: listOf(header['x5c'], CHAIN_MAX, 'x5c').map((one) =>
        parseCertificate(bytesOf(one, 'x5c', 65_536)),
      ),
      timestamp: stamp === undefined ? undefined : bytesOf(stamp, NAME.timestamp, 65_536),
      signedBytes: Buffer.from(`${String(json['protected'])}.${String(json['payload'])}`),
      signature: urlBytes(json['signature'], 'signature'),
    },
  );
}

const mapOf = (value: CborValue | undefined): ReadonlyMap<number | string, CborValue> => {
  demand(value instanceof Map, 'malformed', 'COSE: header is no map');
  return value;
};
const bufferOf = (value: CborValue | undefined): Buffer => {
  demand(Buffer.isBuffer(value), 'malformed', 'COSE: no bytes');
  return value;
};
const coseTime = (value: unknown): number => {
  demand(
    value instanceof CborTag && value.tag === 1 && typeof value.value === 'number',
    'malformed',
    'not a time',
  );
  demand(Math.abs(value.value) * 1000 <= TIME_MAX_MS, 'malformed', 'not a time');
  return value.value * 1000;
};

/** COSE_Sign1 (RFC 9052, 4.2; signature envelope COSE of the Notary Project). */
function parseCose(bytes: Buffer): NotationEnvelope {
  const message = readCbor(bytes);
  demand(
    message instanceof CborTag && message.tag === 18,
    'malformed',
    'COSE: not a message with one signature',
  );
  const parts = message.value;
  demand(Array.isArray(parts) && parts.length === 4, 'malformed', 'COSE: not four parts');
  const [head, free, content, signature] = parts as readonly CborValue[];
  const attributes = mapOf(readCbor(bufferOf(head)));
  const header = mapOf(free);
  const payload = bufferOf(content);
  const certificates = header.get(33);
  const chain = Buffer.isBuffer(certificates) ? [certificates] : certificates;
  demand(Array.isArray(chain) && chain.length <= CHAIN_MAX, 'malformed', 'COSE: no certificates');
  const critical = attributes.get(2);
  demand(Array.isArray(critical), 'malformed', 'COSE: nothing is marked critical');
  const stamp = header.get(NAME.timestamp);
  return build(
    {
      algorithm: COSE_ALGORITHMS[Number(attributes.get(1))],
      critical: critical as readonly CborValue[],
      contentType: attributes.get(3),
      get: (name) => attributes.get(name),
      timeOf: coseTime,
    },
    {
      payload,
      chain: (chain as readonly CborValue[]).map((one) => parseCertificate(bufferOf(one))),
      timestamp: stamp === undefined ? undefined : bufferOf(stamp),
      signedBytes: signatureStructure(bufferOf(head), payload),
      signature: bufferOf(signature),
    },
  );
}

/** Parses an envelope of a media type, at most 4 MB; throws a Refusal. */
export function parseEnvelope(mediaType: string, bytes: Buffer): NotationEnvelope {
  demand(bytes.length <= BYTES_MAX, 'malformed', 'envelope: too large');
  demand(
    mediaType === JWS || mediaType === COSE,
    'unsupported',
    `envelope of type ${mediaType.slice(0, 60)}`,
  );
  const envelope = mediaType === JWS ? parseJws(bytes) : parseCose(bytes);
  demand(envelope.chain.length > 0, 'malformed', 'envelope: no certificates');
  return envelope;
}
