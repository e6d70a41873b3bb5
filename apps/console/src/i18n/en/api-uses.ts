// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** API versions in use. */
export const apiUses = {
  'api-uses.title': 'API versions in use',
  'api-uses.note':
    'Versions of the Kubernetes API that a release removes: who uses each, where, and what to use instead',
  'api-uses.version': 'Version',
  'api-uses.kind': 'Kind',
  'api-uses.by': 'Who',
  'api-uses.how': 'How',
  'api-uses.removed-in': 'Removed in',
  'api-uses.instead': 'Instead',
  'api-uses.last': 'Last seen',
  'api-uses.gone': '{release}, gone already',
  'api-uses.no-release': 'No release named',
  'api-uses.nothing': 'Nothing',
  'api-uses.own': 'Kubernetes',
  'api-uses.how.written': 'Writes',
  'api-uses.how.applied': 'Applied',
  'api-uses.how.manifest': 'In a manifest',
  'api-uses.how.requested': 'Asks',
  'api-uses.none': 'Nobody uses a version that goes',
  'api-uses.none-known': 'No use is known, and not all is known',
  'api-uses.none.note': 'Field managers, applied manifests and the audit log were looked at.',
  'api-uses.unknown.readers': 'Who only reads is unknown: no audit log came in within a day.',
  'api-uses.unknown.writers': 'Objects of these kinds are not all known: {kinds}',
} as const;
