// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isPlausible } from './package.ts';

/** As many, and as long, as the contract holds. */
const MAX_LICENCES = 32;
const MAX_LENGTH = 256;

/** Licences as a package declares them, in bounds; a field to spread. Anything that is no short text is left out. */
export const declared = (values: readonly unknown[]): { readonly licenses?: readonly string[] } => {
  const texts = values.flatMap((value) =>
    typeof value === 'string' && isPlausible(value.trim()) && value.trim().length <= MAX_LENGTH
      ? [value.trim()]
      : [],
  );
  const licenses = [...new Set(texts)].slice(0, MAX_LICENCES);
  return licenses.length === 0 ? {} : { licenses };
};
