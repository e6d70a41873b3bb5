// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isObject, type Json } from '../../foreign-json.ts';

/** Whether the value of a key leaves what a rule refuses as it is. */
type Harmless = (value: unknown) => boolean;

/** A key that is there without a value says nothing. */
const saysNothing: Harmless = (value) =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);
const read: Harmless = () => true;

/** The first key that is not known, or whose value is not; a rule with one would be taken in part. */
function strangerIn(value: Json, known: Readonly<Record<string, Harmless>>): string | undefined {
  return Object.keys(value).find((key) => {
    const isHarmless = Object.hasOwn(known, key) ? known[key] : undefined;
    return !saysNothing(value[key]) && isHarmless?.(value[key]) !== true;
  });
}

/** How Kyverno runs its webhook, reports, and treats what is there already. */
const WEBHOOK = { failurePolicy: read, timeoutSeconds: read };
const SPEC = {
  ...{ rules: read, validationFailureAction: read },
  ...{ background: read, emitWarning: read, failurePolicy: read, webhookTimeoutSeconds: read },
  ...{ schemaValidation: read, useServerSideApply: read },
  ...{ generateExisting: read, generateExistingOnPolicyUpdate: read },
  ...{ mutateExistingOnPolicyUpdate: read },
  admission: (value: unknown) => value === true,
  applyRules: (value: unknown) => value === 'All',
  webhookConfiguration: (value: unknown) => isObject(value) && strangerIn(value, WEBHOOK) === undefined,
};
const RULE = {
  ...{ name: read, match: read, exclude: read, preconditions: read, context: read, validate: read },
  ...{ skipBackgroundRequests: read, reportProperties: read },
};
const VALIDATE = { message: read, failureAction: read, allowExistingViolations: read };

/** What of a policy is not read; undefined: nothing. */
export function specFault(spec: Json): string | undefined {
  const stranger = strangerIn(spec, SPEC);
  return stranger === undefined ? undefined : `spec.${stranger} is not read`;
}

/** What of a rule is not read. */
export function ruleKeyFault(rule: Json): string | undefined {
  const stranger = strangerIn(rule, RULE);
  return stranger === undefined ? undefined : `${stranger} of a rule is not read`;
}

/** By what a rule validates: keys that say more than a message and an action. */
export const waysOf = (validate: Json): string[] =>
  Object.keys(validate).filter((key) => !Object.hasOwn(VALIDATE, key) && !saysNothing(validate[key]));
