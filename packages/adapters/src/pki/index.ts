// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Our own certificate authority: issues the certificate of the controller's ports and short-lived certificates for
 * nodes, checks proofs of enrolment. In: settings, a sealer, a clock; out: PEM. Serves k06, k08 and k09.
 */
export {
  type AuthorityOptions,
  type CertificateAuthority,
  type IssuedCertificate,
  type Lifetimes,
  openCertificateAuthority,
  type ServerCertificate,
} from './certificate-authority.ts';
export { issueAuthority, issueServer, type KeyedCertificate, type Validity } from './issue.ts';
export {
  type NodeIdentity,
  nodeUri,
  type PkiFailure,
  type PresentedCertificate,
  readNodeCertificate,
} from './node-identity.ts';
export { type KeyProof, verifyEnrolment, verifyRenewal } from './proof.ts';
export { fingerprintOf, sha256Of } from './x509-provider.ts';
