// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Last word of the texts of a list about access. */
export type AccessWord = 'risks' | 'unused' | 'exposure' | 'secrets' | 'components' | 'probes' | 'requests';

/** What an empty list says. Where not all was read, nothing found is not nothing there. */
export const emptyWords = (word: AccessWord, unreadable: readonly string[]) =>
  unreadable.length === 0
    ? ({ title: `access.${word}.none`, note: `access.${word}.none.note` } as const)
    : ({ title: 'access.none-known', note: 'access.none-known.note' } as const);
