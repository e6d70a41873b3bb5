// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

/** Parameters of the OWASP Password Storage Cheat Sheet for Argon2id: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Bounds for hashes that are read back: a changed record must not be able to ask for unbounded memory. */
const MEMORY_KIB_MAX = 1 << 18;
const PASSES_MAX = 16;

interface Parameters {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

const derive = (
  password: string,
  salt: Uint8Array,
  parameters: Parameters & { tagLength: number },
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const message = Buffer.from(password.normalize('NFKC'));
    argon2('argon2id', { message, nonce: salt, ...parameters }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/** Hashes a password with Argon2id; the result is a PHC string that carries its parameters and salt. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const parameters = { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES, tagLength: TAG_BYTES };
  const tag = await derive(password, salt, parameters);
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(salt)}$${base64(tag)}`;
}

const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** Whether a password is the one of a hash; false for a hash that cannot be read. Takes the same time either way. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const parts = PHC.exec(hash);
  if (parts === null) return false;
  const [memory, passes, parallelism] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const isSane = memory >= 8 * parallelism && memory <= MEMORY_KIB_MAX && passes >= 1 && passes <= PASSES_MAX;
  if (!isSane || parallelism < 1) return false;
  const expected = Buffer.from(parts[5] ?? '', 'base64');
  const salt = Buffer.from(parts[4] ?? '', 'base64');
  const tag = await derive(password, salt, { memory, passes, parallelism, tagLength: expected.length });
  return timingSafeEqual(tag, expected);
}

/** Whether a hash was made with weaker parameters than today's and should be made anew at the next sign-in. */
export function needsRehash(hash: string): boolean {
  const parts = PHC.exec(hash);
  return parts === null || Number(parts[1]) < MEMORY_KIB || Number(parts[2]) < PASSES;
}
