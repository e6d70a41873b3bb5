// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type Checked, plausible, unverified, verified } from './checked.ts';

const OPENSSH_MAGIC = 'openssh-key-v1\0';
const PEM = /-----BEGIN ([A-Z0-9 ]{0,40})-----([^-]{1,16384})-----END/;

/** What quotes, comments and lists put around the lines of a key: nothing that base64 has too. */
const AROUND = /^[\s"'#>|,]{1,64}|[\s"'\\,]{1,64}$/g;
/** The plus signs of a concatenation. A line of base64 may begin or end with one: these stand outside quotes. */
const CONCATENATION = /^\s{0,64}\+\s{0,64}(?=["'])|(?<=["'])\s{0,64}\+[\s\\]{0,64}$/g;

/** Lines as they were before somebody put the key into JSON, YAML, a variable or a patch. */
const unfold = (text: string): string => {
  const lines = text
    .replaceAll(/\\r|\r/g, '')
    .replaceAll(/\\n/g, '\n')
    .split('\n')
    .map((line) => line.replaceAll(CONCATENATION, ''));
  const isPatch = lines.length > 2 && lines.slice(1).every((line) => line === '' || line.startsWith('+'));
  return lines.map((line) => (isPatch ? line.replace(/^\+/, '') : line).replaceAll(AROUND, '')).join('\n');
};

/** SHA-256 of a public key as SubjectPublicKeyInfo: equal for a key and its certificate. */
const publicHash = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');

const readSshString = (bytes: Buffer, at: number): { value: Buffer; next: number } | undefined => {
  if (at + 4 > bytes.length) return undefined;
  const length = bytes.readUInt32BE(at);
  return length > bytes.length - at - 4
    ? undefined
    : { value: bytes.subarray(at + 4, at + 4 + length), next: at + 4 + length };
};

/** The format of ssh-keygen: cipher, KDF, its options, count, public key, private part (OpenSSH PROTOCOL.key). */
const checkOpenSsh = (body: string): Checked => {
  const bytes = Buffer.from(body.replaceAll(/\s/g, ''), 'base64');
  if (bytes.subarray(0, OPENSSH_MAGIC.length).toString('latin1') !== OPENSSH_MAGIC)
    return unverified('it is not in the form of OpenSSH', 'OpenSSH の形式ではない');
  const cipher = readSshString(bytes, OPENSSH_MAGIC.length);
  const kdf = cipher && readSshString(bytes, cipher.next);
  const options = kdf && readSshString(bytes, kdf.next);
  const publicPart = options && readSshString(bytes, options.next + 4);
  const privatePart = publicPart && readSshString(bytes, publicPart.next);
  if (cipher === undefined || privatePart === undefined)
    return unverified('the OpenSSH key is cut short', 'OpenSSH の鍵が途中で切れている');
  if (cipher.value.toString('latin1') !== 'none')
    return {
      ...plausible(
        'the OpenSSH key is encrypted with a passphrase',
        'OpenSSH の鍵はパスフレーズで暗号化済み',
      ),
      isBlunt: true,
    };
  const { value } = privatePart;
  return value.length > 8 && value.readUInt32BE(0) === value.readUInt32BE(4)
    ? verified('a whole OpenSSH private key without a passphrase', 'パスフレーズのない完全な OpenSSH 秘密鍵')
    : unverified('the OpenSSH key is damaged', 'OpenSSH の鍵が壊れている');
};

const describe = (key: KeyObject): string => {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return `${key.asymmetricKeyType ?? 'key'}${modulusLength === undefined ? '' : ` ${modulusLength}`}${namedCurve === undefined ? '' : ` ${namedCurve}`}`;
};

const parse = (label: string, text: string): Checked => {
  const lines = text.replaceAll(/\s/g, '').match(/.{1,64}/g) ?? [];
  try {
    const key = createPrivateKey(`-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`);
    return {
      ...verified(
        `a whole private key (${describe(key)}) without a passphrase`,
        `パスフレーズのない完全な秘密鍵（${describe(key)}）`,
      ),
      publicKey: publicHash(createPublicKey(key)),
    };
  } catch {
    // What the library says of a broken key is not shown: its message could quote the input.
    return unverified('it does not parse as a private key', '秘密鍵として読み取れない');
  }
};

/** PEM private keys (RFC 7468, RFC 5958, RFC 8017), those of OpenSSH, and PuTTY's. */
export const checkPrivateKey = (value: string): Checked => {
  const text = unfold(value);
  if (/PuTTY-User-Key-File/.test(text)) {
    return /Encryption: none/.test(text)
      ? plausible('a PuTTY key without a passphrase', 'パスフレーズのない PuTTY の鍵')
      : {
          ...plausible(
            'the PuTTY key is encrypted with a passphrase',
            'PuTTY の鍵はパスフレーズで暗号化済み',
          ),
          isBlunt: true,
        };
  }
  const pem = PEM.exec(text);
  if (pem === null) return unverified('it has no end', '終端がない');
  const [, label = '', body = ''] = pem;
  if (label === 'OPENSSH PRIVATE KEY') return checkOpenSsh(body);
  if (label.startsWith('ENCRYPTED') || /Proc-Type:.{0,8}ENCRYPTED/.test(body))
    return {
      ...plausible('the key is encrypted with a passphrase', '鍵はパスフレーズで暗号化済み'),
      isBlunt: true,
    };
  if (label.startsWith('PGP')) return plausible('an OpenPGP private key', 'OpenPGP の秘密鍵');
  return parse(label, body);
};

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]{1,16384}-----END CERTIFICATE-----/g;

/** Public keys of the certificates in a text (RFC 7468), as `publicKey` gives them; at most `most`. */
export const certificateKeys = (text: string, most: number): string[] => {
  const keys: string[] = [];
  for (const [pem] of text.matchAll(CERTIFICATE)) {
    if (keys.length >= most) break;
    try {
      keys.push(publicHash(new X509Certificate(pem).publicKey));
    } catch {
      // A damaged certificate belongs to no key.
    }
  }
  return keys;
};
