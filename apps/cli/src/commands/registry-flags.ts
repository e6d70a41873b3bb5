// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LookFlags } from './scan-flags.ts';

/** How registries are reached. */
export interface RegistryFlags {
  /** Speak HTTP without encryption. */
  readonly plainHttp?: boolean;
  readonly dockerConfig?: string;
  /** Certificates to trust instead of the built-in ones, PEM. */
  readonly ca?: string;
}

/** Where `scan image` looks for an image. */
export const IMAGE_SOURCES = ['auto', 'archive', 'registry', 'containerd'] as const;

/** Options of `scan image`. */
export interface ImageScanFlags extends LookFlags, RegistryFlags {
  readonly source?: (typeof IMAGE_SOURCES)[number];
  /** Socket of containerd. */
  readonly socket?: string;
  /** Namespace of containerd. */
  readonly namespace?: string;
  /** File with the signatures that images have to carry. */
  readonly policy?: string;
}

/** Options of `scan registry`. */
export interface RegistryScanFlags extends LookFlags, RegistryFlags {
  readonly tag?: readonly string[];
  readonly excludeTag?: readonly string[];
  readonly newest?: number;
  readonly policy?: string;
}
