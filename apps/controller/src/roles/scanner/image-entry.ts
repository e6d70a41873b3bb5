// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  cutText,
  ERRORS,
  type Image,
  type LocalText,
  type PostureCheck,
  type Registry,
} from '@bartizan/contracts';
import { CATALOGUE_VERSION } from '@bartizan/scan';
import type { ScannedImage } from '../../decide/image-ledger.ts';
import { judgeImage } from '../../decide/judge-image.ts';
import type { ImageAnswer, ReadImage, ReadLayer } from '../../sense/registries/image-messages.ts';

const NAMES_MAX = 64;
const LAYERS_MAX = 512;
const COMMAND_MAX = 4096;

/** Where an image was found. */
interface Place {
  readonly digest: string;
  readonly platform: string;
  readonly references: readonly string[];
}

/**
 * An image as it is entered before it was read: where it is, and what was known of it. Without what was said of signatures:
 * that may be taken back while the image waits in line.
 */
export function entryOf(registry: Registry, place: Place, known: Image | undefined): Image {
  const references = new Set([...place.references, ...(known?.references ?? [])]);
  const registries = new Set([registry.id, ...(known?.registries ?? [])]);
  const { signature: _shown, signatures: _all, ...rest } = known ?? {};
  return {
    ...rest,
    digest: place.digest,
    cluster: registry.cluster,
    tenant: registry.tenant,
    ...(place.platform === '' ? {} : { platform: place.platform.slice(0, 64) }),
    references: [...references].slice(0, NAMES_MAX),
    registries: [...registries].slice(0, NAMES_MAX),
    usedBy: known?.usedBy ?? [],
  };
}

/** Why an image was not read: the catalogue has the Japanese of what went wrong, the detail is of the registry. */
export const reasonOf = (answer: Extract<ImageAnswer, { readonly detail: string }>): LocalText =>
  cutText(
    {
      en: answer.detail,
      ja: answer.kind === 'failed' ? ERRORS[answer.code].title.ja : 'スキャンの処理が途中で終了しました',
    },
    512,
  );

/** Packages that each layer brought and that are still there. */
function layerOf(layer: ReadLayer, packages: ReadImage['packages']): NonNullable<Image['layers']>[number] {
  const { diffId, digest, sizeBytes, command } = layer;
  return {
    diffId,
    ...(digest === undefined ? {} : { digest }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(command === undefined ? {} : { command: command.slice(0, COMMAND_MAX) }),
    packages: packages.filter((one) => one.layer === diffId).length,
    openFindings: 0,
  };
}

/** Labels in the bounds of the contract. */
const labelsOf = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels)
      .filter(([key]) => key.length > 0 && key.length <= 317)
      .map(([key, value]) => [key, value.slice(0, 1024)]),
  );

/** How an image was searched beside its packages. */
interface Searched {
  readonly rulesVersion: string;
  readonly checks: readonly PostureCheck[];
}

/** An image with what reading it gave. */
export function scannedOf(
  read: ReadImage,
  entry: Image,
  { nowMs, searched }: { readonly nowMs: number; readonly searched?: Searched },
): ScannedImage {
  const createdMs = read.createdAt === undefined ? Number.NaN : Date.parse(read.createdAt);
  const sizes = read.layers.map(({ sizeBytes }) => sizeBytes);
  const image: Image = {
    ...entry,
    ...(read.platform === '' ? {} : { platform: read.platform.slice(0, 64) }),
    ...(read.distribution === '' ? {} : { distribution: read.distribution.slice(0, 128) }),
    ...(sizes.includes(undefined)
      ? {}
      : { sizeBytes: sizes.reduce<number>((sum, one) => sum + (one ?? 0), 0) }),
    ...(Number.isFinite(createdMs) && createdMs >= 0 ? { createdAtMs: createdMs } : {}),
    packages: read.packages.length,
    layers: read.layers.slice(0, LAYERS_MAX).map((layer) => layerOf(layer, read.packages)),
    labels: labelsOf(read.labels),
  };
  return {
    image,
    packages: read.packages,
    distribution: read.distribution,
    incomplete: read.incomplete,
    catalogueVersion: CATALOGUE_VERSION,
    scannedAtMs: nowMs,
    ...(searched === undefined || read.found === undefined
      ? {}
      : {
          rulesVersion: searched.rulesVersion,
          found: judgeImage(image, read.found, { checks: searched.checks, nowMs }),
        }),
  };
}
