// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Registries: names of images in, manifests, layers and signatures out, checked against the digest they were asked by
 * (OCI distribution specification 1.1). Streams; nothing is written to disk. Serves k02 (supply chain).
 */
export type { Descriptor } from './answers.ts';
export { type AttachedPiece, type AttachedPieces, fetchAttached } from './attached.ts';
export { type Manifest, RegistryClient, type RegistryOptions, type Resolved } from './client.ts';
export {
  ANONYMOUS,
  type Credential,
  type CredentialProvider,
  dockerConfig,
  staticCredential,
} from './credentials.ts';
export { type RegistryError, type RegistryErrorCode, RegistryFault } from './fault.ts';
export type { RegistryAccess } from './kinds/kind.ts';
export { KINDS } from './kinds/kinds.ts';
export { type OpenedRegistry, type OpenOptions, openRegistry } from './open-registry.ts';
export {
  type ImageReference,
  isRegistryHost,
  isStatementTag,
  parseReference,
  speltHost,
} from './reference.ts';
export { RegistryBlobs } from './registry-blobs.ts';
export { DEFAULT_LIMITS, type TransportLimits } from './transport.ts';
