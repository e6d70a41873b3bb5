// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Public half of a join token `bzj_<id>_<secret>`: its id; empty when the token has another form. */
export const joinTokenId = (token: string): string => /^bzj_([A-Za-z0-9-]{1,64})_/.exec(token)?.[1] ?? '';

/**
 * What an agent signs to enrol. The last line is `publicKeyPem` of the request exactly as sent. An Ed25519 key signs
 * it as it is (RFC 8032), an ECDSA key with SHA-256 and a DER signature; the signature travels as base64.
 */
export const enrollProof = (tokenId: string, node: string, publicKeyPem: string): string =>
  `bartizan-enroll\n${tokenId}\n${node}\n${publicKeyPem}`;

/** What an agent signs, with the new key, to renew its certificate. */
export const renewProof = (node: string, publicKeyPem: string): string =>
  `bartizan-renew\n${node}\n${publicKeyPem}`;
