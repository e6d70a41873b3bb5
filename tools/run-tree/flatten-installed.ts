// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { productionClosure } from './closure.ts';
import { flattenPackages } from './flatten.ts';
import { RUN_WORKSPACES } from './parts.ts';

/**
 * Program: flattens packages of the checkout as installed, as a release has them, so that commands started from a
 * checkout start as soon. Types stay where they are. Once an installation: tools/toolchain.sh keeps the mark.
 */
const checkout = resolve(import.meta.dirname, '../..');
flattenPackages(checkout, productionClosure(checkout, RUN_WORKSPACES).packages);
