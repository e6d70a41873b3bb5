// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FileTree } from '../tree/file-tree.ts';
import { certificateKeys } from './checks/private-key.ts';
import type { SecretMatch } from './secret-match.ts';

/** What a file with a certificate holds (RFC 7468). */
export const CERTIFICATE_MARK = Buffer.from('-----BEGIN CERTIFICATE-----');
/** Files with certificates that are looked at. */
export const MAX_CERTIFICATE_FILES = 2_000;
/** Largest of them. */
export const MAX_CERTIFICATE_BYTES = 4 * 1024 * 1024;
const MAX_CERTIFICATES = 5_000;
/** Bundles of authorities hold many certificates and no keys of their own. */
const MAX_IN_ONE_FILE = 200;

/** Hashes of the public keys of the certificates in a file. */
export const keysIn = (content: Buffer): string[] =>
  certificateKeys(content.toString('latin1'), MAX_IN_ONE_FILE);

/** The same matches, those of private keys with their certificate named. Certificates: hash of the public key -> path. */
export const pairKeys = (
  matches: readonly SecretMatch[],
  certificates: ReadonlyMap<string, string>,
): SecretMatch[] =>
  matches.map((match) => {
    const path = match.publicKey === undefined ? undefined : certificates.get(match.publicKey);
    if (path === undefined) return match;
    const detail = {
      en: `it is the key of the certificate in ${path}`,
      ja: `${path} にある証明書の鍵`,
    };
    const reason = { step: 'key-pair', detail } as const;
    return { ...match, verification: 'verified', reasons: [...match.reasons, reason] };
  });

/**
 * Finds the certificate that a private key belongs to: a key whose certificate lies in the same tree is in use.
 * Certificates are parsed only when there is a private key at all.
 */
export class KeyPairs {
  readonly #tree: FileTree;
  readonly #paths: string[] = [];

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  /** Remembers files that hold certificates. */
  look(path: string, head: Buffer): void {
    if (this.#paths.length < MAX_CERTIFICATE_FILES && head.includes(CERTIFICATE_MARK)) this.#paths.push(path);
  }

  /** The same matches, those of private keys with their certificate named. */
  join(matches: readonly SecretMatch[]): SecretMatch[] {
    return matches.some((match) => match.publicKey !== undefined)
      ? pairKeys(matches, this.#read())
      : [...matches];
  }

  #read(): Map<string, string> {
    const found = new Map<string, string>();
    for (const path of this.#paths) {
      const content = this.#tree.read(path, { maxBytes: MAX_CERTIFICATE_BYTES });
      if (!content.ok) continue;
      for (const key of keysIn(content.value))
        if (found.size < MAX_CERTIFICATES && !found.has(key)) found.set(key, path);
    }
    return found;
  }
}
