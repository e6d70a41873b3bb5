// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { writeFileSync } from 'node:fs';
import { archiveOf, type Layer, type LayerEntry, sha256Of } from './layer.ts';

/** What an image is besides its layers. */
export interface ImageFacts {
  /** Which of our images this is. */
  readonly part: string;
  /** Full reference, with a tag. */
  readonly reference: string;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly workingDir: string;
  readonly environment: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly seconds: number;
}
/** An image that was written. */
export interface WrittenImage {
  readonly part: string;
  readonly reference: string;
  /** Digest of the manifest: what a registry and a node call the image by. */
  readonly digest: string;
  readonly path: string;
  readonly bytes: number;
}

const TYPES = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

const blobPath = (digest: string): string => `blobs/sha256/${digest.slice('sha256:'.length)}`;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function configOf(facts: ImageFacts, layers: readonly Layer[]): Buffer {
  const created = new Date(facts.seconds * 1000).toISOString();
  return json({
    created,
    architecture: 'amd64',
    os: 'linux',
    config: {
      User: facts.user,
      Env: facts.environment,
      Entrypoint: facts.entrypoint,
      WorkingDir: facts.workingDir,
      Labels: facts.labels,
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map(() => ({ created, created_by: 'bartizan tools/images' })),
  });
}

/**
 * Writes an image as one tar that is an OCI layout and a docker archive at once: `ctr images import`, `docker load`,
 * `podman load` and `skopeo copy oci-archive:` all read it.
 */
export function writeImage(path: string, facts: ImageFacts, layers: readonly Layer[]): WrittenImage {
  const config = configOf(facts, layers);
  const described = (mediaType: string, bytes: Buffer) => ({
    mediaType,
    digest: sha256Of(bytes),
    size: bytes.length,
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: TYPES.manifest,
    config: described(TYPES.config, config),
    layers: layers.map((layer) => described(TYPES.layer, layer.bytes)),
    annotations: facts.labels,
  });
  const digest = sha256Of(manifest);
  const index = json({
    schemaVersion: 2,
    manifests: [
      {
        ...described(TYPES.manifest, manifest),
        platform: { architecture: 'amd64', os: 'linux' },
        annotations: {
          'io.containerd.image.name': facts.reference,
          'org.opencontainers.image.ref.name': facts.reference.slice(facts.reference.lastIndexOf(':') + 1),
        },
      },
    ],
  });
  const docker = json([
    {
      Config: blobPath(sha256Of(config)),
      RepoTags: [facts.reference],
      Layers: layers.map((layer) => blobPath(layer.digest)),
    },
  ]);
  const file = (name: string, bytes: Buffer): LayerEntry => ({
    kind: 'file',
    path: name,
    bytes,
    mode: 0o644,
  });
  const archive = archiveOf(
    [
      file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
      file('index.json', index),
      file('manifest.json', docker),
      file(blobPath(sha256Of(config)), config),
      file(blobPath(digest), manifest),
      ...layers.map((layer) => file(blobPath(layer.digest), layer.bytes)),
    ],
    facts.seconds,
  );
  writeFileSync(path, archive);
  return { part: facts.part, reference: facts.reference, digest, path, bytes: archive.length };
}
