// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import { expressionOf, readExpression, writeExpression } from '../licences/expression.ts';
import { type Bom, documentIdOf, referencesOf } from './bom.ts';

type Property = { readonly name: string; readonly value: string };

const properties = (pairs: readonly (readonly [string, string | undefined])[]): Property[] =>
  pairs.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [{ name: `bartizan:${name}`, value }],
  );

const propertiesOf = (one: Package): Property[] =>
  properties([
    ['architecture', one.architecture],
    ['cataloger', one.cataloger],
    ['ecosystem', one.ecosystem],
    ['layer', one.layer],
    // As it is declared: an expression of the list may say the same in other words.
    ...(one.licenses ?? []).map((licence) => ['license', licence] as const),
    ...one.locations.map((location) => ['location', location] as const),
    ['module', one.module],
    ['ownedBy', one.ownedBy],
    ['role', one.role],
    ['sourceName', one.sourceName],
    ['sourceVersion', one.sourceVersion],
  ]);

/** npm scopes and the like belong into `group`; the package URL says it all, so only Maven, whose name needs it, is split. */
const namesOf = (one: Package): { group?: string; name: string } => {
  const colon = one.purl.startsWith('pkg:maven/') ? one.name.indexOf(':') : -1;
  return colon <= 0
    ? { name: one.name }
    : { group: one.name.slice(0, colon), name: one.name.slice(colon + 1) };
};

/** An expression where all licences are known to SPDX and one of them is more than an id, else each by its id or name. */
const licencesOf = ({ licenses = [] }: Package): { readonly licenses?: readonly object[] } => {
  if (licenses.length === 0) return {};
  const whole = expressionOf(licenses);
  const each = licenses.map((name) => {
    const expression = readExpression(name);
    const isId = expression !== undefined && 'id' in expression && expression.exception === undefined;
    return isId && !expression.id.startsWith('LicenseRef-') ? { id: expression.id } : { name };
  });
  return whole === undefined || each.every((licence) => 'id' in licence)
    ? { licenses: each.map((license) => ({ license })) }
    : { licenses: [{ expression: writeExpression(whole) }] };
};

const componentOf = (one: Package, reference: string): object => ({
  type: one.purl.startsWith('pkg:generic/') && one.cataloger === 'binaries' ? 'application' : 'library',
  'bom-ref': reference,
  ...namesOf(one),
  version: one.version,
  ...licencesOf(one),
  ...(one.cpe === undefined ? {} : { cpe: one.cpe }),
  purl: one.purl,
  properties: propertiesOf(one),
});

const subjectOf = (bom: Bom): object => ({
  type: bom.subject.kind === 'image' ? 'container' : bom.subject.kind === 'host' ? 'device' : 'application',
  'bom-ref': 'subject',
  name: bom.subject.name,
  ...(bom.subject.digest === undefined ? {} : { version: bom.subject.digest }),
  ...(bom.subject.digest?.startsWith('sha256:') === true
    ? { hashes: [{ alg: 'SHA-256', content: bom.subject.digest.slice(7) }] }
    : {}),
});

/** The system the packages belong to, which readers need to choose its advisories. */
const systemOf = (bom: Bom): object[] =>
  bom.distribution.id === 'unknown'
    ? []
    : [
        {
          type: 'operating-system',
          'bom-ref': 'system',
          name: bom.distribution.id,
          ...(bom.distribution.versionId === '' ? {} : { version: bom.distribution.versionId }),
        },
      ];

/** A CycloneDX document (ECMA-424), version 1.6 or 1.7, as an object with its keys in a fixed order. */
export const toCycloneDx = (bom: Bom, specVersion: '1.6' | '1.7'): object => {
  const references = referencesOf(bom.packages);
  return {
    $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion,
    serialNumber: `urn:uuid:${documentIdOf(bom, `cyclonedx-${specVersion}`)}`,
    version: 1,
    metadata: {
      timestamp: bom.createdAt,
      tools: { components: [{ type: 'application', name: 'bartizan', version: bom.toolVersion }] },
      component: subjectOf(bom),
    },
    components: [
      ...systemOf(bom),
      ...bom.packages.map((one, at) => componentOf(one, references[at] ?? one.purl)),
    ],
    compositions: [{ aggregate: bom.isComplete ? 'unknown' : 'incomplete', assemblies: ['subject'] }],
  };
};
