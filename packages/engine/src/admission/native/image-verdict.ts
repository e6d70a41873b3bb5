// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionCondition,
  type AdmissionRule,
  type FactValue,
  type Failure,
  ok,
  type Result,
} from '@bartizan/contracts';
import { COLLECTIONS } from '../fields/collections.ts';
import { fieldNamed } from '../fields/named.ts';
import type { ImageFacts, Unknown } from '../request.ts';
import { judgeAdmission } from '../rules/judge.ts';
import { compileAdmissionPolicy } from '../rules/rule-set.ts';
import { literal } from './cel-text.ts';
import type { ConditionText } from './condition.ts';

/** Where verdicts on images stand for the API server: objects of ours that policies take as parameters. */
export const IMAGE_VERDICTS = {
  group: 'policy.bartizan.dev',
  version: 'v1alpha1',
  kind: 'ImageVerdictSet',
  plural: 'imageverdictsets',
} as const;

/** Whether nothing but what is known of the image decides. */
function isOfImage(condition: AdmissionCondition): boolean {
  if ('all' in condition) return condition.all.every(isOfImage);
  if ('any' in condition) return condition.any.every(isOfImage);
  if ('not' in condition) return isOfImage(condition.not);
  if ('cel' in condition) return false;
  if ('field' in condition) return fieldNamed(condition.field)?.outside === 'image';
  const name =
    'some' in condition ? condition.some : 'every' in condition ? condition.every : condition.count;
  return COLLECTIONS[name].outside === 'image' && isOfImage(condition.where);
}

/** Whether a rule refuses a container by nothing but its image: then a digest that was judged stands for the condition. */
export const asksImagesOnly = ({ condition }: AdmissionRule): boolean =>
  'some' in condition && condition.some === 'containers' && isOfImage(condition.where);

/** That some container names a digest which the verdicts refuse to this policy. */
export function verdictText(policy: string): ConditionText {
  const refused = `params.?spec.?verdicts[?parts[1]].optMap(names, ${literal(policy)} in names).orValue(false)`;
  return {
    text: `allContainers.exists(container, container.?image.optMap(image, string(image).split("@", 2)).optMap(parts, parts.size() == 2 && ${refused}).orValue(false))`,
    reads: ['allContainers.map(container, [dyn(container.?image)])'],
    about: { ofAsking: false, ofObject: true, ofContent: true },
  };
}

/** Whether a rule refuses an image, by what is known of it. */
export type ImageJudge = (facts: ImageFacts | Unknown, nowMs: number) => boolean;

const POD = {
  operation: 'CREATE',
  group: '',
  resource: 'pods',
  subResource: '',
  kind: 'Pod',
  namespace: 'default',
  name: 'judged',
  object: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'judged' },
    spec: { containers: [{ name: 'judged', image: 'judged' }] },
  },
} as const;

/** The closure of a rule that asks images only, for one image at a time. */
export function imageJudge(
  rule: AdmissionRule,
  values: Readonly<Record<string, FactValue>>,
): Result<ImageJudge, Failure> {
  const alone: AdmissionRule = {
    ...rule,
    mode: 'enforce',
    stages: ['admission'],
    match: { resources: ['/pods'], operations: ['CREATE'] },
    ...(rule.parameters === undefined
      ? {}
      : { parameters: rule.parameters.map((one) => ({ ...one, default: values[one.name] ?? one.default })) }),
  };
  const set = compileAdmissionPolicy({ rules: [alone] });
  if (!set.ok) return set;
  return ok(
    (facts, nowMs) =>
      judgeAdmission(set.value, POD, { image: () => facts }, nowMs).decision.verdict === 'deny',
  );
}
