// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Certificate } from '../certificate.ts';
import { parseEnvelope } from '../notation/envelope.ts';
import { refusalOf } from '../refusal.ts';
import type { Bundle } from '../sigstore/bundle.ts';
import { parseBundle } from '../sigstore/bundle.ts';
import { bundleOfEnvelope, bundleOfSimple } from '../sigstore/simple-signing.ts';
import type { TrustRoot, Validity } from '../sigstore/trust-root.ts';
import { parseResponse } from '../timestamp.ts';
import type { Condition, SignaturePolicy } from './condition.ts';
import { type Attached, type Evidence, kindOf } from './evidence.ts';

/** How far ahead of ours a clock may be: a time counts that much earlier. */
const CLOCK_SKEW_MS = 5 * 60_000;

const ofValidity = ({ startMs, endMs }: Validity): readonly number[] => [
  startMs,
  ...(endMs === undefined ? [] : [endMs]),
];
const ofCertificate = ({ notBeforeMs, notAfterMs }: Certificate): readonly number[] => [
  notBeforeMs,
  notAfterMs,
];

const ofRoot = ({
  logs,
  certificateLogs,
  authorities,
  timestampAuthorities,
}: TrustRoot): readonly number[] => [
  ...[...logs, ...certificateLogs, ...authorities, ...timestampAuthorities].flatMap(({ validity }) =>
    ofValidity(validity),
  ),
  ...[...authorities, ...timestampAuthorities].flatMap(({ chain }) => chain.flatMap(ofCertificate)),
];

const ofCondition = (condition: Condition): readonly number[] => {
  if ('of' in condition) return condition.of.flatMap(ofCondition);
  return condition.by.kind === 'notation'
    ? condition.by.policy.stores.flatMap(({ certificates }) => certificates.flatMap(ofCertificate))
    : [];
};

/** Times of a bundle: it is refused before they have come. */
const ofBundle = ({ entries, material, timestamps }: Bundle): readonly number[] => {
  const times = [
    ...entries.map(({ integratedAtS }) => integratedAtS * 1000),
    ...timestamps.map((der) => parseResponse(der).atMs),
  ];
  return [
    ...times,
    ...times.map((at) => at - CLOCK_SKEW_MS),
    ...(material.kind === 'certificates' ? material.chain.flatMap(ofCertificate) : []),
  ];
};

function ofAttached({ mediaType, bytes, annotations }: Attached): readonly number[] {
  const stored = { payload: bytes, annotations };
  switch (kindOf(mediaType)) {
    case 'bundle':
      return ofBundle(parseBundle(bytes));
    case 'simple':
      return ofBundle(bundleOfSimple(stored));
    case 'envelope':
      return ofBundle(bundleOfEnvelope(stored));
    case 'notation': {
      const { chain, expiryMs } = parseEnvelope(mediaType, bytes);
      return [...chain.flatMap(ofCertificate), ...(expiryMs === undefined ? [] : [expiryMs])];
    }
    default:
      return [];
  }
}

/** What cannot be parsed has no times: it is refused at any of them. */
function guarded(attached: Attached): readonly number[] {
  try {
    return ofAttached(attached);
  } catch (error) {
    refusalOf(error);
    return [];
  }
}

/** Every time at which the verdict about an image could become another one. */
export const boundariesOf = (
  { rules, trustRoot }: SignaturePolicy,
  { attached }: Evidence,
): readonly number[] => [
  ...ofRoot(trustRoot),
  ...rules.flatMap(({ condition }) => ofCondition(condition)),
  ...attached.flatMap(guarded),
];
