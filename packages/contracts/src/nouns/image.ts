// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { ClusterId, OpaqueId, TenantId } from '../ids.ts';
import {
  choice,
  flag,
  inline,
  instant,
  integer,
  labels,
  list,
  object,
  optional,
  text,
  toldText,
} from '../schema.ts';

/** How far the scan of an image is. `incomplete` and `failed` are never read as clean. */
export const IMAGE_SCAN_STATES = ['never', 'queued', 'scanning', 'done', 'incomplete', 'failed'] as const;

/** The last scan of an image, and the last time its packages were held against advisories. */
export const ImageScan = inline('Scan of an image', {
  state: choice(IMAGE_SCAN_STATES, 'State; never: nobody asked for it yet'),
  code: optional(text('Error code of a failed scan', 64)),
  reasons: list(toldText('Reason', 512), 'Why it is incomplete or failed', 64),
  scannedAtMs: optional(instant('Last scan of the content')),
  catalogueVersion: optional(text('Version of the catalogue it was scanned with', 64)),
  rulesVersion: optional(
    text('Version of the rules its files were searched with for secrets and hygiene; absent: never', 64),
  ),
  searchedAtMs: optional(
    instant('Last time its files were searched to the end, when no later reading of them was cut short'),
  ),
  matchedAtMs: optional(instant('Last time its packages were held against advisories')),
  matchedWith: optional(text('Digest of the advisory pack it was last matched with', 128)),
});
export type ImageScan = Static<typeof ImageScan>;

/** One layer of an image, lowest first. */
export const ImageLayer = inline('A layer', {
  diffId: text('Digest of the uncompressed layer', 128),
  digest: optional(text('Digest of the layer as the registry keeps it', 128)),
  sizeBytes: optional(integer('Size as the registry keeps it', 'bytes')),
  command: optional(text('History line that made it', 4096)),
  packages: integer('Packages it brought that are still in the image', '1'),
  openFindings: integer('Open findings it brought', '1'),
  base: optional(flag('Belongs to the base image')),
});
export type ImageLayer = Static<typeof ImageLayer>;

/** Who signed an image, as far as it was looked at. `unknown` is not `unsigned`: nobody could look. */
export const ImageSignature = inline('Signatures of an image', {
  state: choice(['signed', 'unsigned', 'invalid', 'unknown'], 'State'),
  signers: list(text('Identity or key that signed', 512), 'Signers that hold', 32),
  reason: optional(text('Why it is invalid or unknown', 512)),
  checkedAtMs: optional(instant('Looked at')),
  registry: optional(OpaqueId),
  repository: optional(text('Repository of that registry in which it was looked for', 512)),
  indexes: optional(
    list(text('Digest', 128), 'Indexes it is part of, beside which signatures were looked for too', 8),
  ),
  revision: optional(text('Digest of the host, keys and policy of that registry when it was judged', 64)),
});
export type ImageSignature = Static<typeof ImageSignature>;

/** Addressable content: an image by digest, of one platform. */
export const Image = object('Image', 'An image by digest', {
  digest: text('Digest of its manifest', 128),
  cluster: ClusterId,
  tenant: TenantId,
  references: list(text('Reference', 512), 'Names it is known by', 64),
  formerReferences: optional(list(text('Reference', 512), 'Names that led to it and lead elsewhere now', 64)),
  platform: optional(text('Operating system, architecture and variant, e.g. linux/arm64/v8', 64)),
  distribution: optional(text('Distribution of its file system, e.g. debian 12', 128)),
  registries: optional(list(OpaqueId, 'Registries it was found in', 64)),
  sizeBytes: optional(integer('Size', 'bytes')),
  createdAtMs: optional(instant('Created, as it says itself')),
  packages: optional(integer('Packages', '1')),
  layers: optional(list(ImageLayer, 'Layers, lowest first', 512)),
  scan: optional(ImageScan),
  signature: optional(ImageSignature),
  signatures: optional(
    list(
      ImageSignature,
      'What each registry says of each repository by its own keys; the worst is `signature`',
      32,
    ),
  ),
  base: optional(
    inline('Base image', {
      reference: optional(text('Reference', 512)),
      digest: optional(text('Digest', 128)),
      layers: integer('Layers of it', '1'),
    }),
  ),
  labels: optional(labels('Labels of its configuration')),
  usedBy: list(OpaqueId, 'Workloads that run it', 5000),
  firstSeenAtMs: optional(instant('First seen')),
  lastSeenAtMs: optional(instant('Last seen')),
});
export type Image = Static<typeof Image>;

/** Whether code of a package was seen running. `not-seen` lowers the rank of a finding and never closes it. */
export const PACKAGE_USES = ['loaded', 'touched', 'not-seen'] as const;
export const PackageUse = inline('Whether a package is in use', {
  state: choice(
    PACKAGE_USES,
    'loaded: code executed, mapped or opened; touched: another file opened; not-seen: nothing',
  ),
  observedMs: integer('How long was watched', 'ms'),
  sinceMs: optional(instant('Watched without a gap since')),
  lastSeenAtMs: optional(instant('Last use')),
  coarse: optional(flag('Only the archive or program that holds it is known to be in use')),
});
export type PackageUse = Static<typeof PackageUse>;
