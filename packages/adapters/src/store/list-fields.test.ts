// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { LIST_FIELDS, ROUTES, STORED_LIST_FIELDS } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { PACKAGE_KEYS } from './package-lists/package-search.ts';
import { eventFilterFields } from './slices/event-fields.ts';
import { ACCESS_REQUESTS } from './sqlite/access-request-noun.ts';
import { ADMISSION_DECISIONS, ADMISSION_EXCEPTIONS } from './sqlite/admission-nouns.ts';
import { COMPLIANCE_RUNS } from './sqlite/compliance-noun.ts';
import { filterFields, type KnownField } from './sqlite/fields.ts';
import { CONTAINERS, IMAGES, NODES, WORKLOADS } from './sqlite/inventory-nouns.ts';
import { API_KEYS, AUDIT, CHECKS, EXCEPTIONS, FINDINGS, USERS } from './sqlite/nouns.ts';
import { PACKAGE_FIELDS } from './sqlite/package-filter.ts';
import { REGISTRIES } from './sqlite/registry-noun.ts';
import { VEX_DOCUMENTS } from './sqlite/vex-noun.ts';

/** What the store takes behind each route. */
const STORED: Readonly<Record<keyof typeof STORED_LIST_FIELDS, readonly KnownField[]>> = {
  'node.list': filterFields(NODES),
  'workload.list': filterFields(WORKLOADS),
  'map.show': filterFields(WORKLOADS),
  'workload.processes': eventFilterFields('process'),
  'workload.connections': eventFilterFields('flow'),
  'workload.packages': PACKAGE_FIELDS,
  'container.list': filterFields(CONTAINERS),
  'image.list': filterFields(IMAGES),
  'image.packages': PACKAGE_FIELDS,
  'package.list': filterFields(PACKAGE_KEYS),
  'finding.list': filterFields(FINDINGS),
  'finding.groups': filterFields(FINDINGS),
  'exception.list': filterFields(EXCEPTIONS),
  'vex.list': filterFields(VEX_DOCUMENTS),
  'check.list': filterFields(CHECKS),
  'event.list': eventFilterFields('security'),
  'event.histogram': eventFilterFields('security'),
  'process-event.list': eventFilterFields('process'),
  'file-event.list': eventFilterFields('file'),
  'flow.list': eventFilterFields('flow'),
  'admission.exceptions': filterFields(ADMISSION_EXCEPTIONS),
  'admission.decisions': filterFields(ADMISSION_DECISIONS),
  'access.requests': filterFields(ACCESS_REQUESTS),
  'registry.list': filterFields(REGISTRIES),
  'compliance.runs': filterFields(COMPLIANCE_RUNS),
  'user.list': filterFields(USERS),
  'api-key.list': filterFields(API_KEYS),
  'audit.list': filterFields(AUDIT),
};

describe('the fields of a list', () => {
  it.each(Object.entries(STORED_LIST_FIELDS))('of %s are those that the store takes', (route, fields) => {
    const stored = Object.entries(STORED).find(([id]) => id === route)?.[1] ?? [];
    expect([...fields].sort()).toEqual(stored.map(({ name }) => name).sort());
  });

  it('are said of every list, but for the one that takes no filter', () => {
    const lists = ROUTES.filter((route) => 'list' in route).map(({ id }) => id);
    expect(lists.filter((id) => !(id in LIST_FIELDS))).toEqual(['package.places']);
  });
});
