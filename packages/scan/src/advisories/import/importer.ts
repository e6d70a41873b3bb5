// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackBuilder } from '../pack-builder.ts';

/** One file to import. */
export interface ImportInput {
  readonly file: string;
  /** The content, inflated when it is gzip. */
  content(): Buffer;
  /** The bytes as they are. */
  raw(): Buffer;
  /** Counts records that could not be read. */
  refuse(count: number): void;
}

/** Reads one kind of file into a builder. */
export interface Importer {
  readonly id: string;
  /** Whether a file of this name is of this kind. */
  claims(file: string): boolean;
  read(input: ImportInput, builder: PackBuilder): void;
}
