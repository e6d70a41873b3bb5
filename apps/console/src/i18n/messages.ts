// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { en } from './en.ts';

type Bare<Key> = Key extends `${infer Stem}_one` | `${infer Stem}_other` | `${infer Stem}_zero` ? Stem : Key;
type Other<Key> = Key extends `${string}_one` ? never : Key;

/** A text of the console, by name; plural forms share one name. */
export type MessageKey = Bare<keyof typeof en>;
/** What a language must have: every English key; forms for "one" only where the language has them. */
export type Catalogue = Readonly<Record<Other<keyof typeof en>, string>>;
export type MessageValues = Readonly<Record<string, string | number>>;
/** Gives the text of a key in the language of the reader; `count` chooses the plural form. */
export type Translate = (key: MessageKey, values?: MessageValues) => string;
