// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  AdmissionBinding,
  AdmissionException,
  AdmissionRule,
  POLICY_ITEM_REASONS,
  type PolicyKind,
} from '@bartizan/contracts';
import { POLICY_GROUP, POLICY_VERSION } from '@bartizan/engine/policy-objects';
import { type ClusterObject, KEPT_BY_HELM, labelsOf } from './object.ts';
import { structuralSchema } from './structural-schema.ts';

type Json = Readonly<Record<string, unknown>>;

interface PolicyKindForm {
  readonly kind: PolicyKind;
  readonly short: string;
  readonly spec: Json;
  readonly columns: readonly object[];
}

const propertiesOf = (schema: { readonly properties: object }): Record<string, unknown> => {
  const { id: _id, ...rest } = Object.fromEntries(
    Object.entries(schema.properties).map(([name, part]) => [name, structuralSchema(part)]),
  );
  return rest;
};

/** One sentence, or one in each language. */
const SENTENCE: Json = {
  description: 'One sentence for both languages, or an object with en and ja',
  'x-kubernetes-preserve-unknown-fields': true,
};

const rule = propertiesOf(AdmissionRule);
/** What somebody who writes a rule for himself has to say; the rest has ordinary values. */
const RULE: Json = {
  type: 'object',
  description: 'What may be created in the cluster: the condition says what violates the rule',
  required: ['title', 'match', 'condition'],
  properties: { ...rule, title: SENTENCE, description: SENTENCE, message: SENTENCE, fix: SENTENCE },
  'x-kubernetes-validations': [
    {
      rule: "!has(self.effect) || self.effect != 'allow' || !has(self.mode) || self.mode == 'enforce'",
      message: 'a rule of effect allow ends judging only in mode enforce',
    },
  ],
};

const BINDING: Json = {
  type: 'object',
  description: 'Where and how rules are in force; the first binding that fits decides',
  required: ['rules', 'mode'],
  properties: { ...propertiesOf(AdmissionBinding) },
  'x-kubernetes-validations': [
    { rule: 'size(self.rules) > 0', message: 'a binding names rules', fieldPath: '.rules' },
  ],
};

const { expiresAtMs: _expiresAtMs, ...exception } = propertiesOf(AdmissionException);
const EXCEPTION: Json = {
  type: 'object',
  description: 'Violations that somebody answers for until a date, at most a year ahead',
  required: ['rules', 'namespaces', 'owner', 'reason', 'expires'],
  properties: {
    ...exception,
    expires: { type: 'string', format: 'date-time', description: 'When it ends, e.g. 2027-01-31T00:00:00Z' },
  },
  'x-kubernetes-validations': [
    { rule: 'size(self.rules) > 0', message: 'an exception names rules', fieldPath: '.rules' },
    { rule: 'size(self.namespaces) > 0', message: 'an exception names namespaces', fieldPath: '.namespaces' },
  ],
};

const STATUS: Json = {
  type: 'object',
  description: 'What became of the object; written by the controller',
  properties: {
    observedGeneration: { type: 'integer', format: 'int64', description: 'Generation the status is about' },
    revision: { type: 'string', description: 'Content hash of the version that is in force' },
    violations: { type: 'integer', format: 'int64', description: 'Objects that violate the rule now' },
    unknown: { type: 'integer', format: 'int64', description: 'Objects the rule cannot judge' },
    notExpressible: {
      type: 'array',
      maxItems: 16,
      description: 'Why the API server cannot hold the rule by itself; empty: it can',
      items: { type: 'string' },
    },
    conditions: {
      type: 'array',
      maxItems: 8,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
        properties: {
          type: { type: 'string', maxLength: 316 },
          status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
          reason: {
            type: 'string',
            maxLength: 1024,
            description: `One of ${POLICY_ITEM_REASONS.join(', ')}`,
          },
          message: { type: 'string', maxLength: 32_768 },
          observedGeneration: { type: 'integer', format: 'int64' },
          lastTransitionTime: { type: 'string', format: 'date-time' },
        },
      },
    },
  },
};

const column = (name: string, jsonPath: string, type = 'string'): object => ({ name, jsonPath, type });
const READY = column('Ready', '.status.conditions[?(@.type=="Ready")].status');
const REASON = column('Reason', '.status.conditions[?(@.type=="Ready")].reason');
const AGE = column('Age', '.metadata.creationTimestamp', 'date');

const FORMS: readonly PolicyKindForm[] = [
  {
    kind: 'AdmissionRule',
    short: 'arule',
    spec: RULE,
    columns: [
      column('Mode', '.spec.mode'),
      column('Severity', '.spec.severity'),
      column('Violations', '.status.violations', 'integer'),
      READY,
      REASON,
      AGE,
    ],
  },
  {
    kind: 'AdmissionBinding',
    short: 'abind',
    spec: BINDING,
    columns: [column('Mode', '.spec.mode'), READY, REASON, AGE],
  },
  {
    kind: 'AdmissionException',
    short: 'aexc',
    spec: EXCEPTION,
    columns: [column('Owner', '.spec.owner'), column('Expires', '.spec.expires'), READY, REASON, AGE],
  },
];

/** An id of a policy object is its name; ids are shorter than names of Kubernetes may be. */
const NAME = {
  rule: 'size(self.metadata.name) <= 128',
  message: 'the name is the id of the object and has at most 128 characters',
};

function definition({ kind, short, spec, columns }: PolicyKindForm): ClusterObject {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${POLICY_GROUP}`,
      labels: labelsOf('controller'),
      annotations: KEPT_BY_HELM,
    },
    spec: {
      group: POLICY_GROUP,
      scope: 'Cluster',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [short] },
      versions: [
        {
          name: POLICY_VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec,
                status: STATUS,
              },
              'x-kubernetes-validations': [NAME],
            },
          },
        },
      ],
    },
  };
}

/** The kinds of policy objects that the controller follows, for `kubectl apply` and every tool of GitOps. */
export const policyKinds = (): ClusterObject[] => FORMS.map(definition);
/** Their names: an uninstall without --purge leaves them, and with them every policy. */
export const POLICY_KIND_NAMES: readonly string[] = FORMS.map(
  ({ kind }) => `${kind.toLowerCase()}s.${POLICY_GROUP}`,
);
