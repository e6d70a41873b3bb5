// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A scanner of others that we hold ours against, at one version. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  /** What `go install` builds. */
  readonly command: string;
  /** GOEXPERIMENT of its build. */
  readonly experiments?: string;
}

/** A scanner of images. */
export interface ImagePeer extends Peer {
  /** Its arguments to write a CycloneDX document about an image. */
  arguments(image: { readonly layout: string; readonly archive: string }, output: string): readonly string[];
}

/** Versions are pinned: a moving judge measures its own changes. */
export const IMAGE_PEERS: readonly ImagePeer[] = [
  {
    name: 'syft',
    version: '1.57.0',
    command: 'github.com/anchore/syft/cmd/syft@v1.57.0',
    arguments: ({ layout }, output) => ['scan', `oci-dir:${layout}`, '-q', '-o', `cyclonedx-json=${output}`],
  },
  {
    name: 'osv-scalibr',
    version: '0.5.3',
    command: 'github.com/google/osv-scalibr/binary/scalibr@v0.5.3',
    arguments: ({ archive }, output) => [`--image-tarball=${archive}`, '-o', `cdx-json=${output}`],
  },
  {
    name: 'trivy',
    version: '0.74.0',
    command: 'github.com/aquasecurity/trivy/cmd/trivy@v0.74.0',
    experiments: 'jsonv2',
    arguments: ({ layout }, output) => [
      ...['image', '--quiet', '--input', layout, '--scanners', 'license', '--offline-scan'],
      // Else a second round would not look into the layers: it keeps what it read of them. Ours keeps nothing either.
      ...['--cache-backend', 'memory'],
      ...['--skip-db-update', '--skip-java-db-update', '--skip-check-update', '--skip-version-check'],
      ...['--list-all-pkgs', '--format', 'json', '--output', output],
    ],
  },
];

/** The scanner of secrets that ours is held against. */
export const SECRET_PEER: Peer = {
  name: 'gitleaks',
  version: '8.30.1',
  command: 'github.com/zricethezav/gitleaks/v8@v8.30.1',
};

/** The judge of manifests that ours is held against. */
export const MANIFEST_PEER: Peer = {
  name: 'kube-score',
  version: '1.20.0',
  command: 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
};
