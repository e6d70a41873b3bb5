// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CoverageEntry, Package } from '@bartizan/contracts';
import type { ScanLimits, ScanProblem } from '../catalogers/cataloger.ts';
import type { Distribution } from '../distribution/os-release.ts';
import type { ImageError } from '../image/image-source.ts';
import type { Match } from '../matchers/model.ts';
import type { CatalogProgress } from '../scan/catalog-tree.ts';
import type { PendingUpdates } from '../updates/pending-updates.ts';

/** What a scan worker is asked to do. */
export interface ScanRequest {
  /** A directory that is the root of a system: `/`, `/proc/PID/root`, or a folder; or an image archive or layout. */
  readonly target: {
    readonly kind: 'directory' | 'image';
    readonly path: string;
    readonly label?: string;
    /** Of an image: `os/architecture[/variant]`. */
    readonly platform?: string;
  };
  /** Where what was read from image layers is kept, and how much of it. */
  readonly layerCache?: { readonly folder: string; readonly maxBytes: number };
  readonly exclude: readonly string[];
  readonly limits: ScanLimits;
  /** Without a pack the packages are listed and not judged (the agent does that). */
  readonly packPath?: string;
}

/** What a finished scan gives. Complete only when `incomplete` is empty. */
export interface ScanOutcome {
  readonly distribution: Distribution;
  readonly packages: readonly Package[];
  readonly incomplete: readonly ScanProblem[];
  readonly pendingUpdates: PendingUpdates;
  readonly files: number;
  readonly directories: number;
  readonly elapsedMs: number;
  /** Only with a pack. */
  readonly findings: readonly Match<Package>[];
  readonly coverage: readonly CoverageEntry[];
  readonly pack?: { readonly sha256: string; readonly builtAt: string; readonly kind: 'full' | 'sample' };
  /** The manifest digest of an image. */
  readonly imageDigest?: string;
}

/** Why a scan could not begin. */
export interface ScanFailure {
  readonly code: ImageError['code'] | 'E_PACK_MISSING' | 'E_PACK_INVALID';
  readonly detail: string;
}

/** What a worker sends. */
export type WorkerMessage =
  | { readonly type: 'progress'; readonly progress: CatalogProgress }
  | { readonly type: 'done'; readonly outcome: ScanOutcome }
  | { readonly type: 'failed'; readonly failure: ScanFailure };
