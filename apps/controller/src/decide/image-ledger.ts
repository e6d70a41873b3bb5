// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, Image, ImageScan, Package, Result } from '@bartizan/contracts';
import type { ApiFailure, Owner } from '../ports.ts';

/** What a scanner knows of an image once it has read it. */
export interface ScannedImage {
  /** Without what only the ledger knows: `usedBy`, `scan`, first and last seen are not taken from it. */
  readonly image: Image;
  /** Packages of the merged file system, each with the layer that brought it. */
  readonly packages: readonly Package[];
  /** Id and release of the distribution, e.g. `debian 12`; empty where there is none. */
  readonly distribution: string;
  /** Why not everything could be read; empty = everything was. */
  readonly incomplete: readonly string[];
  readonly catalogueVersion: string;
  readonly scannedAtMs: number;
  /**
   * What the scanner found beside packages (secrets, hygiene), with this image as subject. It replaces what was found
   * before of `kinds`; absent = nobody looked, so what is known stays.
   */
  readonly found?: { readonly kinds: readonly Finding['kind'][]; readonly findings: readonly Finding[] };
}

/** How far an image is known already, by digest. */
export interface KnownImage {
  readonly image: Image;
  /** Version of the catalogue it was scanned with; absent = it never was. */
  readonly catalogueVersion?: string;
  /** Its content was read to the end with that catalogue: reading it again would give the same. */
  readonly isComplete: boolean;
}

/** Where scanners leave images. All of it is idempotent: the same image twice is one image. */
export interface ImageIntake {
  /** Keeps a scanned image and puts its packages in line to be judged. */
  put(owner: Owner, scanned: ScannedImage): Promise<Result<void, ApiFailure>>;
  /** What is known of a digest; undefined = nothing. */
  known(owner: Owner, digest: string): Promise<Result<KnownImage | undefined, ApiFailure>>;
  /** Says how far the scan of an image is. With `image`, one that nobody knew yet is entered first. */
  mark(owner: Owner, digest: string, scan: ImageScan, image?: Image): Promise<Result<void, ApiFailure>>;
}
