// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const SECRET_WORDS = [
  'PASSWORD',
  'PASSWD',
  'SECRET',
  'TOKEN',
  'API_KEY',
  'APIKEY',
  'ACCESS_KEY',
  'PRIVATE_KEY',
  'CREDENTIAL',
  'CONNECTION_STRING',
  'AUTH',
];
/** Variables that name where a secret lies, or carry no secret although a word of the list is in them. */
const HARMLESS =
  /(_FILE|_PATH|_DIR|_URL|_URI|_TTL|_EXPIRY|_TYPE|_MODE|_METHOD)$|^(SSH_AUTH_SOCK|XAUTHORITY|AUTHOR)/;

/** Whether the name of a variable says that its value is a secret. */
export const looksSecret = (name: string): boolean => {
  const upper = name.toUpperCase();
  return !HARMLESS.test(upper) && SECRET_WORDS.some((word) => upper.includes(word));
};

/** Names of variables with a value that look like secrets. Values are looked at only to see whether they are empty. */
export const secretNames = (environ: Buffer, maxNames = 256): string[] => {
  const names = new Set<string>();
  let at = 0;
  while (at < environ.length && names.size < maxNames) {
    const zero = environ.indexOf(0, at);
    const end = zero < 0 ? environ.length : zero;
    const equals = environ.indexOf(0x3d, at);
    if (equals > at && equals < end - 1 && equals - at <= 256) {
      const name = environ.toString('utf8', at, equals);
      if (looksSecret(name)) names.add(name);
    }
    at = end + 1;
  }
  return [...names].sort();
};
