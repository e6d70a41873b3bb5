// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Package } from '@bartizan/contracts';
import { expressionOf, writeExpression } from '../licences/expression.ts';
import { type Bom, documentIdOf, referencesOf } from './bom.ts';

const NONE = 'NOASSERTION';

/** Element ids may hold letters, digits, dots and hyphens only: the rest of a package's identity goes into a hash. */
const idOf = (one: Package, reference: string): string => {
  const name = one.name.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 64);
  return `SPDXRef-Package-${name}-${createHash('sha256').update(reference).digest('hex').slice(0, 16)}`;
};

const purlReference = (purl: string): object => ({
  referenceCategory: 'PACKAGE-MANAGER',
  referenceType: 'purl',
  referenceLocator: purl,
});

/** What SPDX 2.3 has no field for, as `key=value` lines that our own reader takes back. */
const commentOf = (one: Package): string =>
  [
    ['architecture', one.architecture],
    ['cataloger', one.cataloger],
    ['ecosystem', one.ecosystem],
    ['layer', one.layer],
    ...(one.licenses ?? []).map((licence) => ['license', licence]),
    ['module', one.module],
    ['ownedBy', one.ownedBy],
    ['role', one.role],
    ['sourceName', one.sourceName],
    ['sourceVersion', one.sourceVersion],
  ]
    .flatMap(([key, value]) => (value === undefined ? [] : [`bartizan:${key}=${value}`]))
    .join('\n');

/** The declared licences as an expression of the list; what is not on it stands in the comment only. */
const declaredOf = (one: Package): string => {
  const expression = expressionOf(one.licenses);
  const text = expression === undefined ? NONE : writeExpression(expression);
  return text.includes('LicenseRef-') ? NONE : text;
};

const packageOf = (one: Package, id: string): object => ({
  name: one.name,
  SPDXID: id,
  versionInfo: one.version,
  supplier: NONE,
  downloadLocation: NONE,
  filesAnalyzed: false,
  sourceInfo: one.locations.join('\n'),
  licenseConcluded: NONE,
  licenseDeclared: declaredOf(one),
  copyrightText: NONE,
  ...(one.licenses === undefined || one.licenses.length === 0
    ? {}
    : { licenseComments: `declared: ${one.licenses.join(', ')}` }),
  externalRefs: [
    ...(one.cpe === undefined
      ? []
      : [{ referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: one.cpe }]),
    purlReference(one.purl),
  ],
  comment: commentOf(one),
});

const systemOf = (bom: Bom): object[] =>
  bom.distribution.id === 'unknown'
    ? []
    : [
        {
          name: bom.distribution.id,
          SPDXID: 'SPDXRef-OperatingSystem',
          ...(bom.distribution.versionId === '' ? {} : { versionInfo: bom.distribution.versionId }),
          downloadLocation: NONE,
          filesAnalyzed: false,
          licenseConcluded: NONE,
          licenseDeclared: NONE,
          copyrightText: NONE,
          primaryPackagePurpose: 'OPERATING_SYSTEM',
        },
      ];

const subjectOf = (bom: Bom): object => ({
  name: bom.subject.name,
  SPDXID: 'SPDXRef-Subject',
  ...(bom.subject.digest === undefined ? {} : { versionInfo: bom.subject.digest }),
  downloadLocation: NONE,
  filesAnalyzed: false,
  ...(bom.subject.digest?.startsWith('sha256:') === true
    ? { checksums: [{ algorithm: 'SHA256', checksumValue: bom.subject.digest.slice(7) }] }
    : {}),
  licenseConcluded: NONE,
  licenseDeclared: NONE,
  copyrightText: NONE,
  primaryPackagePurpose: bom.subject.kind === 'image' ? 'CONTAINER' : 'OTHER',
});

/** An SPDX 2.3 document (ISO/IEC 5962 and its successor), JSON form, as an object with its keys in a fixed order. */
export const toSpdx = (bom: Bom): object => {
  const references = referencesOf(bom.packages);
  const ids = bom.packages.map((one, at) => idOf(one, references[at] ?? one.purl));
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: bom.subject.name,
    documentNamespace: `urn:uuid:${documentIdOf(bom, 'spdx-2.3')}`,
    creationInfo: {
      created: bom.createdAt,
      creators: [`Tool: bartizan-${bom.toolVersion}`],
      ...(bom.isComplete ? {} : { comment: 'incomplete: some content could not be read' }),
    },
    packages: [
      subjectOf(bom),
      ...systemOf(bom),
      ...bom.packages.map((one, at) => packageOf(one, ids[at] ?? '')),
    ],
    relationships: [
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relatedSpdxElement: 'SPDXRef-Subject',
        relationshipType: 'DESCRIBES',
      },
      ...[...(bom.distribution.id === 'unknown' ? [] : ['SPDXRef-OperatingSystem']), ...ids].map((id) => ({
        spdxElementId: 'SPDXRef-Subject',
        relatedSpdxElement: id,
        relationshipType: 'CONTAINS',
      })),
    ],
  };
};
