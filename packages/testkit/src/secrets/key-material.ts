// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { generateKeyPairSync, type KeyObject } from 'node:crypto';

/** Kinds of keys that examples ask for. */
export type PemKind = 'rsa' | 'ec' | 'pkcs8' | 'public';

const made = new Map<string, { publicKey: KeyObject; privateKey: KeyObject }>();

/** A key pair that nothing trusts, made once in a process. */
export const makePrivateKeyPair = (kind: 'rsa' | 'ec'): { publicKey: KeyObject; privateKey: KeyObject } => {
  const known = made.get(kind);
  if (known !== undefined) return known;
  const pair =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  made.set(kind, pair);
  return pair;
};

/** A key as PEM. */
export const makePem = (kind: PemKind): string => {
  if (kind === 'rsa')
    return makePrivateKeyPair('rsa').privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  if (kind === 'public')
    return makePrivateKeyPair('ec').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return makePrivateKeyPair('ec')
    .privateKey.export({ type: kind === 'ec' ? 'sec1' : 'pkcs8', format: 'pem' })
    .toString();
};

const sshString = (value: Buffer | string): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** The container of ssh-keygen around random bytes: whole in form, and no key of anybody. */
export const makeOpenSshKey = (random: (length: number) => Buffer, isLocked: boolean): string => {
  const check = random(4);
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString(isLocked ? 'aes256-ctr' : 'none'),
    sshString(isLocked ? 'bcrypt' : 'none'),
    sshString(isLocked ? random(24) : ''),
    Buffer.from([0, 0, 0, 1]),
    sshString(Buffer.concat([sshString('ssh-ed25519'), sshString(random(32))])),
    sshString(Buffer.concat([check, check, random(180)])),
  ]);
  const label = 'OPENSSH PRIVATE KEY';
  const lines = body.toString('base64').match(/.{1,70}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
};

/** PuTTY's form around random bytes. */
export const makePuttyKey = (random: (length: number) => Buffer): string =>
  [
    'PuTTY-User-Key-File-3: ssh-ed25519',
    'Encryption: none',
    'Comment: made-for-a-test',
    'Public-Lines: 2',
    random(48).toString('base64'),
    random(24).toString('base64'),
    'Private-Lines: 1',
    random(36).toString('base64'),
    `Private-MAC: ${random(32).toString('hex')}`,
    '',
  ].join('\n');
