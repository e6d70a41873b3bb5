// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Bounds on what one advisory may bring into a pack. */
export const PROPERTY_LIMITS = {
  textLength: 400,
  listItems: 5_000,
  rangeEvents: 2_000,
  references: 3,
} as const;

/** Bounds on the material a pack is built from. */
export const IMPORT_LIMITS = {
  /** Inflated bytes of one compressed file. */
  inflatedBytes: 1024 * 1024 * 1024,
  /** One line of a JSON-lines file, one entry of a zip file. */
  recordBytes: 8 * 1024 * 1024,
  /** Advisory rows in all. */
  rows: 5_000_000,
} as const;

/** Bounds on a pack that is opened. */
export const PACK_LIMITS = {
  headerBytes: 4 * 1024 * 1024,
  fileBytes: 4 * 1024 * 1024 * 1024 - 1,
  groupBytes: 64 * 1024 * 1024,
  /** What a bundle or delta may inflate to. */
  carriedBytes: 1024 * 1024 * 1024,
} as const;
