// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

type Kind = 'added' | 'removed' | 'place' | 'same';
const kindOf = (line: string): Kind =>
  line.startsWith('@@') || line.startsWith('---') || line.startsWith('+++')
    ? 'place'
    : line.startsWith('+')
      ? 'added'
      : line.startsWith('-')
        ? 'removed'
        : 'same';

/** Whether a repair is a unified diff, and not a command. */
export const isDiff = (text: string): boolean => /^(?:---|@@) /mu.test(text);

/** Lines of a diff with what becomes of each; signs carry what colour shows. */
export const diffLines = (
  text: string,
): readonly { readonly key: string; readonly kind: Kind; readonly line: string }[] =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, n) => ({ key: `${n}`, kind: kindOf(line), line }));
