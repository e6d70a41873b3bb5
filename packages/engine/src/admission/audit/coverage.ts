// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionMode, AdmissionStage } from '@bartizan/contracts';
import type { AdmissionRequest } from '../request.ts';
import type { AdmissionRuleSet, PlannedRule } from '../rules/rule-set.ts';

/** A kind of object in a cluster. */
export interface CoveredKind {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
}
/** How one kind is covered in one namespace. */
export interface Coverage {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  /** Rules of effect deny by the mode they are in. */
  readonly rules: Readonly<Record<AdmissionMode, number>>;
  /** Rules that are in force only for some users, labels, or labels of the namespace. */
  readonly conditional: number;
}
/** What no rule looks at. */
export interface CoverageReport {
  readonly covered: readonly Coverage[];
  /** Kinds that no rule asks about in any namespace. */
  readonly uncoveredKinds: readonly CoveredKind[];
  /** Namespaces in which no rule is in force for any kind. */
  readonly uncoveredNamespaces: readonly string[];
  /** Kind and namespace pairs with no rule, though the kind is covered elsewhere. */
  readonly gaps: readonly { readonly group: string; readonly resource: string; readonly namespace: string }[];
}

const isConditional = ({ compiled, variants }: PlannedRule): boolean => {
  const { labels, namespaceLabels, users, excludeUsers, groups } = compiled.rule.match;
  return (
    [labels, namespaceLabels, users, excludeUsers, groups].some(
      (part) => part !== undefined && Object.keys(part).length > 0,
    ) || variants[0]?.namespaceLabels !== undefined
  );
};

function coverageOf(set: AdmissionRuleSet, request: AdmissionRequest, stage: AdmissionStage): Coverage {
  const rules: Record<AdmissionMode, number> = { audit: 0, warn: 0, enforce: 0 };
  let conditional = 0;
  for (const planned of set.planFor(request, stage)) {
    const mode = planned.variants[0]?.mode;
    if (planned.compiled.rule.effect === 'allow' || mode === undefined || mode === 'off') continue;
    rules[mode] += 1;
    if (isConditional(planned)) conditional += 1;
  }
  const { group, resource, namespace } = request;
  return { group, resource, namespace, rules, conditional };
}

const total = ({ rules }: Coverage): number => rules.audit + rules.warn + rules.enforce;

/** Which kinds and namespaces the rules look at when an object is created, and which they do not. */
export function admissionCoverage(
  set: AdmissionRuleSet,
  cluster: { readonly kinds: readonly CoveredKind[]; readonly namespaces: readonly string[] },
  stage: AdmissionStage = 'admission',
): CoverageReport {
  const all = cluster.kinds.flatMap(({ group, resource, kind }) =>
    cluster.namespaces.map((namespace) =>
      coverageOf(
        set,
        { operation: 'CREATE', group, resource, subResource: '', kind, namespace, name: '' },
        stage,
      ),
    ),
  );
  const covered = all.filter((one) => total(one) > 0);
  const kinds = new Set(covered.map(({ group, resource }) => `${group}/${resource}`));
  const namespaces = new Set(covered.map(({ namespace }) => namespace));
  return {
    covered,
    uncoveredKinds: cluster.kinds.filter(({ group, resource }) => !kinds.has(`${group}/${resource}`)),
    uncoveredNamespaces: cluster.namespaces.filter((namespace) => !namespaces.has(namespace)),
    gaps: all
      .filter(
        (one) =>
          total(one) === 0 && kinds.has(`${one.group}/${one.resource}`) && namespaces.has(one.namespace),
      )
      .map(({ group, resource, namespace }) => ({ group, resource, namespace })),
  };
}
