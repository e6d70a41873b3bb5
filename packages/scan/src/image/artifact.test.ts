// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { isArtifact } from './artifact.ts';

const IMAGE = 'application/vnd.oci.image.config.v1+json';
const EMPTY = 'application/vnd.oci.empty.v1+json';
const TAR = 'application/vnd.oci.image.layer.v1.tar+gzip';
const DOCKER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

const judged = (config: string | undefined, layers: readonly string[], more: object = {}): boolean => {
  const manifest = {
    schemaVersion: 2,
    ...(config === undefined ? {} : { config: { mediaType: config } }),
    layers: layers.map((mediaType) => ({ mediaType })),
    ...more,
  };
  return isArtifact(Buffer.from(JSON.stringify(manifest)));
};

describe('a manifest', () => {
  it.each([
    ['an image', IMAGE, [TAR], {}],
    ['an image of Docker', 'application/vnd.docker.container.image.v1+json', [DOCKER], {}],
    ['an image that calls itself something else', IMAGE, [TAR], { artifactType: 'x/y' }],
    ['an image with a strange layer beside its own', IMAGE, [BUNDLE, TAR], { artifactType: 'x/y' }],
    ['an image without layers', IMAGE, [], {}],
  ])('of %s is no artifact', (_what, config, layers, more) => {
    expect(judged(config, layers, more)).toBe(false);
  });

  it.each([
    ['a bundle', EMPTY, [BUNDLE], { artifactType: BUNDLE }],
    ['a signature of old', IMAGE, ['application/vnd.dev.cosign.simplesigning.v1+json'], {}],
    ['an attestation in an index', IMAGE, ['application/vnd.in-toto+json'], {}],
    ['a chart', 'application/vnd.cncf.helm.config.v1+json', [TAR], {}],
    ['annotations alone', IMAGE, [], { artifactType: 'x/y' }],
  ])('of %s is one', (_what, config, layers, more) => {
    expect(judged(config, layers, more)).toBe(true);
  });
});
