// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createInstance } from 'i18next';
import { expect, it } from 'vitest';
import { INTERPOLATION } from './interpolation.ts';

it('puts names into texts as they are written, with direction marks shown', async () => {
  const texts = createInstance();
  const resources = { en: { translation: { ran: '{name} ran {count} times' } } };
  await texts.init({ lng: 'en', keySeparator: false, resources, interpolation: INTERPOLATION });
  expect(texts.t('ran', { name: 'a<b> & $t(ran) {name}', count: 2 })).toBe(
    'a<b> & $t(ran) {name} ran 2 times',
  );
  expect(texts.t('ran', { name: '\u202egnp.exe', count: 1 })).toBe('\\x202egnp.exe ran 1 times');
});
