// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Knowledge from `content/`: detection rules, posture checks, signatures of files, controls and support windows, each checked against its
 * schema. In: a folder. Out: everything valid, and what was refused with its file and place. Serves all controls.
 */

export {
  type BenchmarkContent,
  type Content,
  type ContentFault,
  loadAdmissionRules,
  loadBenchmarks,
  loadContent,
  loadFrameworks,
  loadMalware,
  loadSecretRules,
  type MalwareContent,
} from './load-content.ts';
