// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Readable } from 'node:stream';
import type { Result } from '@bartizan/contracts';
import type { JsonObject } from '../json/fields.ts';

/** How a layer is packed. */
export type LayerCompression = 'none' | 'gzip' | 'zstd';

/** One layer to read. */
export interface LayerSource {
  /** Digest of the bytes as they are stored, `sha256:...`, where it is stated. */
  readonly digest?: string;
  /** Digest of the bytes inflated, as the configuration of the image states it. */
  readonly diffId: string;
  readonly compression: LayerCompression;
  /** The stored bytes, from the start. Rejects or throws when they are not there. */
  open(): Readable | Promise<Readable>;
}

/** One image of a source: an index holds one for each platform. */
export interface ImageChoice {
  /** Digest of the manifest; of the configuration where there is no manifest (docker archive). */
  readonly digest: string;
  /** `os/architecture` or `os/architecture/variant`; empty where the source does not say. */
  readonly platform: string;
  /** Names the source knows it by. */
  readonly references: readonly string[];
}

/** What the configuration of an image says. Environment and labels are the image's own words: hostile until proven. */
export interface ImageConfig {
  readonly platform: string;
  readonly createdAt?: string;
  readonly user?: string;
  readonly environment: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** The command that made each layer, oldest first; one a layer that is not empty, where the history says so. */
  readonly history: readonly string[];
}

/** All that is needed to read one image. */
export interface ImagePlan {
  readonly digest: string;
  readonly config: ImageConfig;
  /** The configuration as it is stated, its digest checked and nothing else. */
  readonly document: JsonObject;
  /** Oldest first. */
  readonly layers: readonly LayerSource[];
}

/** Why there is no image that can be believed. */
export interface ImageError {
  readonly code: 'E_SCAN_TARGET' | 'E_IMAGE_DIGEST' | 'E_IMAGE_PLATFORM';
  readonly detail: string;
}

/** The port through which the scanner sees images: a layout, an archive, a registry, a content store. */
export interface ImageSource {
  /** What is scanned, for people. */
  readonly label: string;
  /** The images there are; at least one. */
  images(): Promise<Result<readonly ImageChoice[], ImageError>>;
  /** Reads manifest and configuration of one, their digests checked. */
  plan(choice: ImageChoice): Promise<Result<ImagePlan, ImageError>>;
  close(): void;
}

/** The platform of this machine, as images spell it. */
export const OWN_PLATFORM = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** Whether an image is for the platform asked for; `linux/arm` also finds `linux/arm/v7`. */
export const isForPlatform = (choice: ImageChoice, platform: string): boolean =>
  choice.platform === platform || choice.platform.startsWith(`${platform}/`);
