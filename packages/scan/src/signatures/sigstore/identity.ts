// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Certificate, OID } from '../certificate.ts';
import { childrenOf, expectTag, oidOf, readDer, TAG } from '../der.ts';
import { demand } from '../refusal.ts';

/** A text to compare: whole, or by a pattern in which `*` stands for any characters but none of a line end. */
export type TextMatch =
  | { readonly kind: 'exact'; readonly value: string }
  | { readonly kind: 'pattern'; readonly value: string };

/** Who may have signed: the name in the certificate and who vouched for it. */
export interface IdentityMatch {
  readonly identity: TextMatch;
  readonly issuer: TextMatch;
}

/** Issuer of the identity token, as text (first form) and as DER (second form) of Fulcio's certificates. */
const ISSUER_TEXT = '1.3.6.1.4.1.57264.1.1';
const ISSUER_DER = '1.3.6.1.4.1.57264.1.8';
/** A name of another kind (otherName), which Fulcio uses for user names. */
const USER_NAME = '1.3.6.1.4.1.57264.1.7';
const UTF8_STRING = 0x0c;
const TEXT_MAX = 4096;

/**
 * Whether a text fits. A pattern is matched part by part, without going back over the text, so that its time is linear.
 */
export function fits(text: string, match: TextMatch): boolean {
  if (match.kind === 'exact') return text === match.value;
  const parts = match.value.split('*');
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return text === first;
  const last = rest.pop() ?? '';
  if (/[\r\n]/.test(text) || text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

const utf8 = (bytes: Buffer): string => {
  demand(bytes.length <= TEXT_MAX, 'malformed', 'certificate: name too long');
  return bytes.toString('utf8');
};

/** The one subject alternative name: an e-mail address, a URI, or a user name. */
export function identityOf(certificate: Certificate): string {
  const value = certificate.extensions.get(OID.subjectAltName);
  demand(value !== undefined, 'certificate', 'the certificate names nobody');
  const names = childrenOf(readDer(value, TAG.sequence));
  const [name] = names;
  demand(name !== undefined && names.length === 1, 'certificate', 'the certificate names several');
  if (name.tag === 0x81 || name.tag === 0x86) return utf8(name.content);
  demand(name.tag === 0xa0, 'unsupported', 'the certificate has a name of another kind');
  const [id, wrapped] = childrenOf(name);
  demand(
    oidOf(id) === USER_NAME && wrapped?.tag === 0xa0,
    'unsupported',
    'the certificate has a name of another kind',
  );
  return utf8(readDer(wrapped.content, UTF8_STRING).content);
}

/** Who vouched for the identity. */
export function issuerOf(certificate: Certificate): string {
  const der = certificate.extensions.get(ISSUER_DER);
  const text = certificate.extensions.get(ISSUER_TEXT);
  demand(
    der !== undefined || text !== undefined,
    'certificate',
    'the certificate does not say who vouched for its name',
  );
  const second = der === undefined ? undefined : utf8(expectTag(readDer(der), UTF8_STRING).content);
  const first = text === undefined ? undefined : utf8(text);
  demand(
    first === undefined || second === undefined || first === second,
    'certificate',
    'two issuers in one certificate',
  );
  return second ?? first ?? '';
}
