// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { WalkedFile } from './cataloger.ts';

/** No program built by Go or Rust is smaller; most executables of a distribution are. */
const MIN_BYTES = 256 * 1024;
const EXECUTABLE_BITS = 0o111;
/** Anything with an extension made of letters is no program, but for these. */
const EXTENSION = /\.(?!(?:exe|bin|test|elf)$)[A-Za-z][\w+-]*$/;

/** Whether a file may be a large executable, by name, size and mode. */
export const isProgram = (file: WalkedFile): boolean => {
  if (EXTENSION.test(file.name)) return false;
  const stat = file.stat();
  return stat !== undefined && stat.sizeBytes >= MIN_BYTES && (stat.mode & EXECUTABLE_BITS) !== 0;
};
