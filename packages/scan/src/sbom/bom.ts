// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Package } from '@bartizan/contracts';

/** What a bill of materials is about. */
export interface BomSubject {
  readonly kind: 'image' | 'directory' | 'host' | 'sbom';
  /** Reference, path or name, for people. */
  readonly name: string;
  /** Digest of an image, `sha256:...`. */
  readonly digest?: string;
}

/** All that goes into a bill of materials. The same value gives the same bytes: nothing is drawn, no clock is read. */
export interface Bom {
  readonly subject: BomSubject;
  readonly packages: readonly Package[];
  readonly distribution: { readonly id: string; readonly versionId: string };
  /** RFC 3339, UTC, whole seconds; of an image, when it was made. */
  readonly createdAt: string;
  /** Version of the program that made it. */
  readonly toolVersion: string;
  /** Whether everything there is was looked at. */
  readonly isComplete: boolean;
}

/** Formats written. */
export const BOM_FORMATS = ['cyclonedx', 'cyclonedx-1.6', 'spdx', 'spdx-3.0'] as const;
export type BomFormat = (typeof BOM_FORMATS)[number];

/** A UUID (RFC 9562, version 5 form) that stands for a content: the same content has the same one. */
export const uuidOf = (content: string): string => {
  const hash = createHash('sha256').update(content).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

/** The identity of a document: of all that is in it. */
export const documentIdOf = (bom: Bom, format: string): string => uuidOf(JSON.stringify([format, bom]));

/** A reference for each package, unique in the document: its package URL, numbered where two packages share one. */
export const referencesOf = (packages: readonly Package[]): string[] => {
  const seen = new Map<string, number>();
  return packages.map(({ purl }) => {
    const count = (seen.get(purl) ?? 0) + 1;
    seen.set(purl, count);
    return count === 1 ? purl : `${purl}#${count}`;
  });
};

/** A time as RFC 3339 in UTC with whole seconds, as SPDX wants it; the epoch when it is no time. */
export const instantOf = (text: string | undefined): string => {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  // Year 1 stands for "unknown" in images built reproducibly, and no calendar of SPDX goes beyond four digits.
  const isUsable = Number.isFinite(time) && time >= 0 && time < Date.UTC(9999, 0);
  return `${new Date(isUsable ? time : 0).toISOString().slice(0, 19)}Z`;
};
