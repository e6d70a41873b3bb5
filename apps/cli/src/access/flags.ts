// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ManifestListFlags } from '../commands/flags.ts';
import type { Format } from '../output/render.ts';

export const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;

/** Where answers come from, and their form. */
export interface SourceFlags {
  readonly output: Format;
  /** Manifests to answer from; absent: the server answers. */
  readonly from?: readonly string[];
}
export interface WhoCanFlags extends SourceFlags {
  readonly namespace?: string;
  readonly name?: string;
}
export interface PathsFlags extends SourceFlags {
  readonly groups?: string;
}
export interface UnusedFlags extends ManifestListFlags {
  readonly groups?: string;
  readonly minimumHours?: number;
}
export interface ReachFlags extends SourceFlags {
  readonly port: number;
  readonly protocol: (typeof PROTOCOLS)[number];
}
