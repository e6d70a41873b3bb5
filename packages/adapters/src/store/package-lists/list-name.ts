// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ListName } from '../ports.ts';
import { type Cells, numberOf, textOf } from '../sqlite/database.ts';

/** The name of a list, from its columns cluster, tenant, subject, of_image. */
export const listNameOf = (row: Cells): ListName => ({
  cluster: textOf(row[0]),
  tenant: textOf(row[1]),
  subject: textOf(row[2]),
  of: numberOf(row[3]) === 1 ? 'image' : 'workload',
});
