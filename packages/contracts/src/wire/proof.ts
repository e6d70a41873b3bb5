// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const JSON_WEB_TOKEN = /^[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}$/;
const SIGNATURE_TAIL = 16;

/** Whether a join token is the token of a Kubernetes service account. */
export const isServiceAccountToken = (token: string): boolean => JSON_WEB_TOKEN.test(token);

/**
 * Public half of a join token: the id of `bzj_<id>_<secret>`, or the end of the signature of a service account's token;
 * empty when the token has another form.
 */
export const joinTokenId = (token: string): string =>
  isServiceAccountToken(token)
    ? token.slice(-SIGNATURE_TAIL)
    : (/^bzj_([A-Za-z0-9-]{1,64})_/.exec(token)?.[1] ?? '');

/** The text whose SHA-256 names a node of a cluster: both sides make it from the name that the API server vouches for. */
export const clusterNodeText = (instance: string, nodeName: string): string =>
  `bartizan-cluster-node\n${instance}\n${nodeName}`;

/**
 * What an agent signs to enrol. The last line is `publicKeyPem` of the request exactly as sent. An Ed25519 key signs
 * it as it is (RFC 8032), an ECDSA key with SHA-256 and a DER signature; the signature travels as base64.
 */
export const enrollProof = (tokenId: string, node: string, publicKeyPem: string): string =>
  `bartizan-enroll\n${tokenId}\n${node}\n${publicKeyPem}`;

/** What an agent signs, with the new key, to renew its certificate. */
export const renewProof = (node: string, publicKeyPem: string): string =>
  `bartizan-renew\n${node}\n${publicKeyPem}`;
