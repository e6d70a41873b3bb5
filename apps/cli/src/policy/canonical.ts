// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { type PolicyDocument, policyDocument } from '@bartizan/engine/policy-objects';
import { toYaml } from '../output/yaml.ts';
import type { PolicyFiles } from './policy-files.ts';

/** A rule as a document; one that is kept and not asked says so in an annotation. */
export const ruleDocument = (rule: AdmissionRule, isEnabled = true): PolicyDocument =>
  policyDocument({ kind: 'AdmissionRule', id: rule.id, rule, enabled: isEnabled });

/** First line of files that an export wrote; only such files are ever taken away again. */
export const WRITTEN = '# Written by `bartizan policy export`.\n';

/** The files of a set, by path: one object each. A binding's number is its place, since the first that fits decides. */
export function canonicalFiles(files: Omit<PolicyFiles, 'others'>): ReadonlyMap<string, string> {
  const off = new Set(files.disabled);
  const byId = <T extends { readonly id: string }>(items: readonly T[]): T[] =>
    items.toSorted((one, two) => (one.id < two.id ? -1 : 1));
  const documents: (readonly [string, PolicyDocument])[] = [
    ...files.bindings.map(
      (one, at) =>
        [
          `bindings/${String(at + 1).padStart(3, '0')}-${one.id}.yaml`,
          policyDocument({ kind: 'AdmissionBinding', id: one.id, binding: one }),
        ] as const,
    ),
    ...byId(files.exceptions).map(
      (one) =>
        [
          `exceptions/${one.id}.yaml`,
          policyDocument({ kind: 'AdmissionException', id: one.id, exception: one }),
        ] as const,
    ),
    ...byId(files.rules).map((one) => [`rules/${one.id}.yaml`, ruleDocument(one, !off.has(one.id))] as const),
  ];
  return new Map(documents.map(([path, document]) => [path, `${WRITTEN}${toYaml(document)}`]));
}
