// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Readable } from 'node:stream';
import { ok } from '@bartizan/contracts';
import { DEFAULT_LIMITS, type ScanLimits } from '../catalogers/cataloger.ts';
import type { ImageSource } from '../image/image-source.ts';
import { digestOf, readConfig } from '../image/manifest.ts';
import { type ImageOptions, type OpenedImage, openImageFrom } from '../image/open-image.ts';
import type { JsonObject } from '../json/fields.ts';
import { type TarFile, tarOf } from './trees.ts';

/** An image in memory: what a registry or content store looks like to the scanner. `chunkBytes` splits the layers. */
export const memoryImage = (
  layers: readonly (readonly TarFile[])[],
  more: { readonly document?: JsonObject; readonly chunkBytes?: number } = {},
): ImageSource & { readonly opens: () => number } => {
  const document = more.document ?? {};
  let opens = 0;
  const piecesOf = (tar: Buffer): Buffer[] => {
    const size = more.chunkBytes ?? tar.length;
    return Array.from({ length: Math.ceil(tar.length / size) }, (_, at) =>
      tar.subarray(at * size, (at + 1) * size),
    );
  };
  return {
    label: 'memory',
    opens: () => opens,
    images: async () => ok([{ digest: 'sha256:0', platform: 'linux/amd64', references: ['r:1'] }]),
    plan: async (choice) =>
      ok({
        digest: choice.digest,
        config: readConfig(document),
        document,
        layers: layers.map((files) => {
          const tar = tarOf(files);
          const open = async (): Promise<Readable> => {
            opens += 1;
            return Readable.from(piecesOf(tar));
          };
          return { diffId: digestOf(tar), compression: 'none', open } as const;
        }),
      }),
    close: () => undefined,
  };
};

/** Opens an image that must open. */
export const openedMemoryImage = async (
  source: ImageSource,
  options: ImageOptions = {},
  limits: Partial<ScanLimits> = {},
): Promise<OpenedImage> => {
  const image = await openImageFrom(source, { ...DEFAULT_LIMITS, ...limits }, options);
  if (!image.ok) throw new Error(`${image.error.code} ${image.error.detail}`);
  return image.value;
};
