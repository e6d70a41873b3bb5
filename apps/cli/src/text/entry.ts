// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** The same text in both languages. */
export interface TextEntry {
  readonly en: string;
  readonly ja: string;
}
/** A part of the catalogue. */
export type TextPart = Readonly<Record<string, TextEntry>>;
