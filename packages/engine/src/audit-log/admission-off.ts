// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Facts } from '@bartizan/contracts';
import { entryOf, isObject, listOf, memberOf } from '../foreign-json.ts';

/** What an object of the kind must be for nothing to be refused by it. */
const OFF: Readonly<Record<string, (object: unknown) => boolean>> = {
  validatingwebhookconfigurations: (object) =>
    listOf(memberOf(object, 'webhooks')).every((one) => listOf(memberOf(one, 'rules')).length === 0),
  validatingadmissionpolicies: (object) =>
    listOf(memberOf(object, 'spec', 'validations')).every((one) => {
      const expression = memberOf(one, 'expression');
      return typeof expression === 'string' && expression.trim() === 'true';
    }),
  validatingadmissionpolicybindings: (object) =>
    !listOf(memberOf(object, 'spec', 'validationActions')).includes('Deny'),
};

/** Whether what was written refuses nothing. `object`: all of it; a patch alone does not say what is there. */
export function admissionFacts(resource: string, object: unknown): Facts {
  const isOff = entryOf(OFF, resource);
  return isOff === undefined || !isObject(object) ? {} : { 'audit.admission-off': isOff(object) };
}
