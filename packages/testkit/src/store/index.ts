// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

export { anAccessRequest } from './access-request-records.ts';
export {
  anAdmissionDecision,
  anAdmissionRule,
  aStoredBinding,
  aStoredException,
  aStoredRule,
} from './admission-records.ts';
/**
 * What tests of and on the store share: the case table that every implementation passes, and builders of records. In:
 * nothing; out: cases and records. Serves the tests of all controls.
 */
export {
  all,
  codeOf,
  good,
  type StoreCase,
  type StoreCaseContext,
  term,
  where,
} from './case.ts';
export { STORE_CASES } from './cases.ts';
export {
  aCheck,
  aContainer,
  aFileEvent,
  aFinding,
  aFlow,
  aNode,
  anApiKey,
  anImage,
  aProcessEvent,
  aRegistry,
  aSecurityEvent,
  aUser,
  aWorkload,
  OWNER,
  type Owner,
  workloadRef,
} from './records.ts';
export { openStoreInPlace, openTestStore, type TestStore } from './test-store.ts';
