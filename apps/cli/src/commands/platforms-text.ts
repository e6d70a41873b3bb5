// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Registry } from '@bartizan/contracts';
import type { Language } from '../text/catalogue.ts';

const NO_NODE = { en: ' (no node is known)', ja: '（既知のノードなし）' } as const;
/** Platforms a run read, and that they are a guess where nobody said. */
export const platformsText = ({ platforms }: Registry['run'], language: Language): string =>
  platforms === undefined
    ? ''
    : `${platforms.names.join(',')}${platforms.from === 'fallback' ? NO_NODE[language] : ''}`;
