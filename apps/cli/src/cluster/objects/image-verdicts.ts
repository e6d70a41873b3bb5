// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { IMAGE_VERDICTS } from '@bartizan/engine/admission-native';
import { type ClusterObject, labelsOf } from './object.ts';

/** A digest with its algorithm has 71 characters; a policy name at most 253. */
const SCHEMA = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['verdicts'],
      properties: {
        verdicts: {
          description: 'Refused digests, each with the names of the policies that refuse it.',
          type: 'object',
          maxProperties: 20000,
          additionalProperties: {
            type: 'array',
            maxItems: 512,
            items: { type: 'string', maxLength: 253 },
            'x-kubernetes-list-type': 'atomic',
          },
        },
      },
    },
  },
};

/** The kind of the objects that tell the API server which images are refused. */
export function imageVerdictKind(): ClusterObject {
  const { group, version, kind, plural } = IMAGE_VERDICTS;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: labelsOf('controller') },
    spec: {
      group,
      scope: 'Cluster',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: SCHEMA } }],
    },
  };
}
