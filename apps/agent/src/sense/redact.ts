// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { redactCommand } from '@bartizan/engine/audit-log';

/**
 * Replaces what looks like a secret in arguments that were read from /proc: the sensor does this itself for what it
 * sends, with more knowledge of programs.
 */
export const redactArguments = (
  words: readonly string[],
): { readonly arguments: string[]; readonly redacted: boolean } => {
  const replaced = redactCommand(words);
  return { arguments: replaced, redacted: replaced.some((word, index) => word !== words[index]) };
};
