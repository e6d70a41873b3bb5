// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ROUTES, type Route } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';

/** Names of fields that say why something is as it is. */
const REASONS = new Set(['detail', 'incomplete', 'message', 'problem', 'reason', 'reasons', 'told', 'why']);

/** Those in one language: what a person wrote, or what a machine said. The console names the latter as English. */
const IN_ONE_LANGUAGE: Readonly<Record<string, 'person' | 'machine'>> = {
  'AccessRequest.detail': 'machine',
  'AccessRequest.reason': 'person',
  'AccessRequestDetail.detail': 'machine',
  'AccessRequestDetail.reason': 'person',
  'AdmissionException.reason': 'person',
  'AdmissionNative.detail': 'machine',
  'AdmissionReports.detail': 'machine',
  'AdmissionStatus.detail': 'machine',
  'AuditEntry.detail': 'machine',
  'Finding.reason': 'person',
  'FindingException.reason': 'person',
  'FrameworkAssessment.reason': 'person',
  'Image.reason': 'machine',
  'Node.reason': 'machine',
  'Registry.detail': 'machine',
  'SystemStatus.detail': 'machine',
  'registry.try.detail': 'machine',
};

type Schema = Readonly<Record<string, unknown>>;
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (schema: Schema): boolean =>
  schema['type'] === 'string' && schema['enum'] === undefined && schema['const'] === undefined;

/** Fields of a schema that tell a reason in one language: the object, then the field. */
export function plainReasons(schema: unknown, of: string): string[] {
  if (!isSchema(schema)) return [];
  const { properties, items, anyOf, title = of } = schema;
  const below = [items, ...(Array.isArray(anyOf) ? anyOf : [])].flatMap((one) => plainReasons(one, of));
  if (!isSchema(properties)) return below;
  return Object.entries(properties).flatMap(([name, field]) => {
    if (!isSchema(field)) return [];
    const told = isSchema(field['items']) ? field['items'] : field;
    return REASONS.has(name) && isText(told)
      ? [`${String(title)}.${name}`]
      : plainReasons(field, String(title));
  });
}

describe('reasons that an answer gives', () => {
  it('are in both languages, but for those that a person wrote or a machine said', () => {
    const routes: readonly Route[] = ROUTES;
    const found = new Set(routes.flatMap(({ id, response }) => plainReasons(response, id)));
    expect([...found].toSorted()).toEqual(Object.keys(IN_ONE_LANGUAGE).toSorted());
  });

  it('are searched: in lists and choices, too, and no value of a closed list is one', () => {
    const text = { type: 'string' };
    const both = { anyOf: [{ properties: { en: text, ja: text } }, text] };
    const schema = {
      title: 'Scan',
      properties: {
        reasons: { items: text },
        reason: { type: 'string', enum: ['a'] },
        detail: both,
        parts: { items: { properties: { detail: text } } },
      },
    };
    expect(plainReasons(schema, 'scan.show')).toEqual(['Scan.reasons', 'Scan.detail']);
  });
});
