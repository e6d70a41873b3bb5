// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { SEVERITIES } from '@bartizan/contracts';
import { columnOf, type FieldKind } from './fields.ts';

/** Expression that sorts a field: severities by rank, missing numbers before all others. */
export function sortExpression(field: {
  readonly name: string;
  readonly kind: FieldKind;
  readonly always?: true;
}): string {
  const column = columnOf(field.name);
  if (field.kind === 'severity') {
    const ranks = SEVERITIES.map((severity, rank) => `WHEN '${severity}' THEN ${rank}`).join(' ');
    return `CASE ${column} ${ranks} ELSE ${SEVERITIES.length} END`;
  }
  return field.kind === 'number' && field.always !== true ? `COALESCE(${column},-1)` : column;
}
