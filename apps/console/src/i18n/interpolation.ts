// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { visibleText } from '@bartizan/contracts/words';

/** How values are put into texts. React escapes markup; a direction mark in a name would turn around the whole sentence. */
export const INTERPOLATION = { prefix: '{', suffix: '}', escapeValue: true, escape: visibleText };
