// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { emptyWords } from './empty-words.ts';

it('an empty list about access says that all was read only where it was', () => {
  expect(emptyWords('risks', [])).toEqual({ title: 'access.risks.none', note: 'access.risks.none.note' });
  for (const word of ['risks', 'unused', 'exposure'] as const)
    expect(emptyWords(word, ['ClusterRoleBinding'])).toEqual({
      ...{ title: 'access.none-known', note: 'access.none-known.note' },
    });
});
