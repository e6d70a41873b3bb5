// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DATABASES } from './databases.ts';
import type { Product } from './product.ts';
import { RUNTIMES } from './runtimes.ts';
import { SERVERS } from './servers.ts';
import { TOOLS } from './tools.ts';

/** Every product there is a classifier for. Forks stand before what they were forked from: the first match counts. */
export const PRODUCTS: readonly Product[] = [...RUNTIMES, ...SERVERS, ...DATABASES, ...TOOLS];
