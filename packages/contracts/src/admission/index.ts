// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * What judging admission needs of the contracts while it runs, and nothing else: a command that reads files and ends
 * does not first build the schemas of all records, routes and messages. Types come from the contracts as a whole.
 */
export { isOfController, OPERATORS, TRIGGERS } from '../detection-rule.ts';
export { parser } from '../parser.ts';
export { err, failure, ok } from '../result.ts';
export { SEVERITIES, severityRank } from '../severity-order.ts';
export { ADMISSION_COLLECTIONS } from './condition.ts';
export {
  ADMISSION_MODES,
  ADMISSION_OPERATIONS,
  AdmissionBinding,
  AdmissionException,
  AdmissionRule,
} from './rule.ts';
