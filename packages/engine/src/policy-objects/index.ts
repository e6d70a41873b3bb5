// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Policy objects as files and clusters hold them. In: a parsed document. Out: a rule, a binding or an exception, or what
 * is wrong with it; and back, in one form. Serves control k04.
 */

export { type PolicyDocument, policyDocument } from './canonical.ts';
export {
  type DocumentFault,
  ENABLED,
  type OtherDocument,
  POLICY_API,
  POLICY_GROUP,
  POLICY_VERSION,
  type PolicyItem,
  readPolicyDocument,
} from './document.ts';
