// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { CONTAINER_FIELDS } from './container.ts';
import type { AdmissionField } from './field.ts';
import { IMAGE_FIELDS } from './image.ts';
import { ITEM_FIELDS } from './items.ts';
import { OTHER_KIND_FIELDS } from './other-kinds.ts';
import { POD_FIELDS } from './pod.ts';
import { REQUEST_FIELDS } from './request.ts';

/** Every field that a condition can ask for; there are no others but the paths of `fieldAtPath`. */
export const ADMISSION_FIELDS: readonly AdmissionField[] = [
  ...REQUEST_FIELDS,
  ...POD_FIELDS,
  ...CONTAINER_FIELDS,
  ...IMAGE_FIELDS,
  ...ITEM_FIELDS,
  ...OTHER_KIND_FIELDS,
];

/** The fields by name. */
export const ADMISSION_FIELDS_BY_NAME: ReadonlyMap<string, AdmissionField> = new Map(
  ADMISSION_FIELDS.map((field) => [field.name, field]),
);
