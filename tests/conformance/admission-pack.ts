// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { loadAdmissionRules } from '@bartizan/adapters/content';
import type { AdmissionBinding, AdmissionViolation } from '@bartizan/contracts';
import {
  type AdmissionContext,
  type AdmissionRuleSet,
  compileAdmissionPolicy,
  judgeAdmission,
  type PodPath,
} from '@bartizan/engine/admission';
import { requestFor } from '../content/admission-request.ts';

const CONTENT = resolve(import.meta.dirname, '../../content');
const NOW_MS = 1_790_000_000_000;
/** Custom kinds with pod templates: those that outside cases have. */
const POD_PATHS: readonly PodPath[] = [
  {
    group: 'apps.openshift.io',
    resource: 'deploymentconfigs',
    kind: 'DeploymentConfig',
    template: ['spec', 'template'],
  },
  {
    group: 'extensions.agents.x-k8s.io',
    resource: 'sandboxtemplates',
    kind: 'SandboxTemplate',
    template: ['spec', 'podTemplate'],
  },
];

/** The rules that come with the product, compiled; bindings set their parameters. */
export function builtInRules(bindings: readonly AdmissionBinding[] = []): AdmissionRuleSet {
  const loaded = loadAdmissionRules(CONTENT);
  if (!loaded.ok) throw new Error(loaded.error.detail);
  const set = compileAdmissionPolicy({ rules: loaded.value.rules, bindings, podPaths: POD_PATHS });
  if (!set.ok) throw new Error(set.error.detail);
  return set.value;
}

/** A violation and the object it is on, as `Kind/namespace/name`. */
export interface Found extends AdmissionViolation {
  readonly on: string;
}

/** What the rules find in objects of a repository: violations that are certain, each with its object. */
export function violatedRules(
  set: AdmissionRuleSet,
  objects: readonly unknown[],
  context: AdmissionContext = {},
): Found[] {
  return objects.flatMap((object) => {
    const request = requestFor(object);
    const on = `${request.kind}/${request.namespace}/${request.name}`;
    return judgeAdmission(set, request, context, NOW_MS, 'ci')
      .violations.filter(({ state }) => state === 'violated')
      .map((violation) => ({ ...violation, on }));
  });
}
