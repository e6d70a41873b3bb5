// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Package } from '@bartizan/contracts';
import { expressionOf, writeExpression } from '../licences/expression.ts';
import { type Bom, documentIdOf, referencesOf } from './bom.ts';

const CREATION = '_:creation';
const CONTEXT = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

const identifier = (externalIdentifierType: 'packageUrl' | 'cpe23', value: string): object => ({
  type: 'ExternalIdentifier',
  externalIdentifierType,
  identifier: value,
});

/** What the model has no property for, as `key=value` lines that our own reader takes back. */
const commentOf = (one: Package): string =>
  [
    ['architecture', one.architecture],
    ['cataloger', one.cataloger],
    ['ecosystem', one.ecosystem],
    ['layer', one.layer],
    ...(one.licenses ?? []).map((licence) => ['license', licence]),
    ...one.locations.map((location) => ['location', location]),
    ['module', one.module],
    ['ownedBy', one.ownedBy],
    ['role', one.role],
    ['sourceName', one.sourceName],
    ['sourceVersion', one.sourceVersion],
  ]
    .flatMap(([key, value]) => (value === undefined ? [] : [`bartizan:${key}=${value}`]))
    .join('\n');

const packageOf = (one: Package, spdxId: string): object => ({
  type: 'software_Package',
  spdxId,
  creationInfo: CREATION,
  name: one.name,
  comment: commentOf(one),
  externalIdentifier: [
    ...(one.cpe === undefined ? [] : [identifier('cpe23', one.cpe)]),
    identifier('packageUrl', one.purl),
  ],
  software_packageVersion: one.version,
  software_packageUrl: one.purl,
  software_primaryPurpose: 'library',
});

/** One element for each expression, and one relationship for each of them from the packages that declare it. */
const licenceElements = (base: string, bom: Bom, ids: readonly string[]): object[] => {
  const users = new Map<string, string[]>();
  for (const [at, one] of bom.packages.entries()) {
    const expression = expressionOf(one.licenses);
    const id = ids[at];
    if (expression === undefined || id === undefined) continue;
    const text = writeExpression(expression);
    const known = users.get(text);
    if (known === undefined) users.set(text, [id]);
    else known.push(id);
  }
  return [...users]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([text, packages]) => {
      const spdxId = `${base}#licence-${hashOf(text)}`;
      return [
        {
          type: 'simplelicensing_LicenseExpression',
          spdxId,
          creationInfo: CREATION,
          simplelicensing_licenseExpression: text,
        },
        ...packages.map((from) => ({
          type: 'Relationship',
          spdxId: `${spdxId}-${hashOf(from)}`,
          creationInfo: CREATION,
          from,
          relationshipType: 'hasDeclaredLicense',
          to: [spdxId],
        })),
      ];
    });
};

/** An SPDX 3.0.1 document as JSON-LD: core and software profiles, as an object with its keys in a fixed order. */
export const toSpdx3 = (bom: Bom): object => {
  const base = `urn:uuid:${documentIdOf(bom, 'spdx-3.0')}`;
  const references = referencesOf(bom.packages);
  const ids = references.map((reference) => `${base}#package-${hashOf(reference)}`);
  const subject = `${base}#subject`;
  const system = bom.distribution.id === 'unknown' ? [] : [`${base}#system`];
  const element = (type: string, id: string, rest: object): object => ({
    type,
    spdxId: `${base}#${id}`,
    creationInfo: CREATION,
    ...rest,
  });
  return {
    '@context': CONTEXT,
    '@graph': [
      {
        type: 'CreationInfo',
        '@id': CREATION,
        specVersion: '3.0.1',
        created: bom.createdAt,
        createdBy: [`${base}#agent`],
      },
      element('SoftwareAgent', 'agent', { name: `bartizan ${bom.toolVersion}` }),
      element('SpdxDocument', 'document', {
        name: bom.subject.name,
        ...(bom.isComplete ? {} : { comment: 'incomplete: some content could not be read' }),
        profileConformance: ['core', 'software', 'simpleLicensing'],
        rootElement: [`${base}#sbom`],
      }),
      element('software_Sbom', 'sbom', {
        rootElement: [subject],
        software_sbomType: [bom.subject.kind === 'directory' ? 'source' : 'analyzed'],
      }),
      element('software_Package', 'subject', {
        name: bom.subject.name,
        ...(bom.subject.digest === undefined ? {} : { software_packageVersion: bom.subject.digest }),
        software_primaryPurpose: bom.subject.kind === 'image' ? 'container' : 'other',
      }),
      ...system.map(() =>
        element('software_Package', 'system', {
          name: bom.distribution.id,
          ...(bom.distribution.versionId === ''
            ? {}
            : { software_packageVersion: bom.distribution.versionId }),
          software_primaryPurpose: 'operatingSystem',
        }),
      ),
      ...bom.packages.map((one, at) => packageOf(one, ids[at] ?? '')),
      ...licenceElements(base, bom, ids),
      ...(ids.length + system.length === 0
        ? []
        : [
            element('Relationship', 'contains', {
              from: subject,
              relationshipType: 'contains',
              to: [...system, ...ids],
              completeness: bom.isComplete ? 'noAssertion' : 'incomplete',
            }),
          ]),
    ],
  };
};
