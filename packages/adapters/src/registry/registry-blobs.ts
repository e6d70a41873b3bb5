// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { DigestBlobs } from '@bartizan/scan';
import { childDigests } from './answers.ts';
import type { RegistryClient } from './client.ts';
import { RegistryFault } from './fault.ts';

/**
 * The blobs of one repository by digest, beginning with the manifest or index `top`: the port through which the scanner
 * reads an image of a registry. Manifests and configurations have the digest they were asked by; that of a layer the
 * scanner checks itself while it streams by. Throws RegistryFault.
 */
export function registryBlobs(client: RegistryClient, repository: string, top: string): DigestBlobs {
  // Manifests lie in another place than blobs: those that are none of an index are blobs.
  const manifests = new Set([top]);
  const read = async (digest: string, maxBytes: number): Promise<Buffer | undefined> => {
    if (!manifests.has(digest)) {
      const blob = await client.smallBlob(repository, digest, maxBytes);
      return blob.ok ? blob.value : missing(blob.error);
    }
    const manifest = await client.manifest(repository, digest);
    if (!manifest.ok) return missing(manifest.error);
    const { bytes } = manifest.value;
    for (const child of childDigests(bytes)) manifests.add(child);
    return bytes.length > maxBytes ? undefined : bytes;
  };
  const open = async (digest: string) => {
    const layer = await client.layer(repository, digest);
    if (!layer.ok) throw new RegistryFault(layer.error.code, layer.error.detail);
    return layer.value;
  };
  return { read, open };
}

/** What is not there is absent; every other failure goes on as one. */
function missing(error: RegistryFault['error']): undefined {
  if (error.code !== 'E_REGISTRY_MISSING') throw new RegistryFault(error.code, error.detail, error.cause);
  return undefined;
}
