// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Importers of foreign admission policies: pure functions from parsed documents to rules of ours.
 * In: JSON. Out: rules, and notes on everything that is not the same afterwards. Serves control k04.
 */

export { GATEKEEPER_TEMPLATES, importGatekeeper } from './gatekeeper/index.ts';
export type { AdmissionImport, ImportEffect, ImportNote } from './import-note.ts';
export { importKyverno } from './kyverno/index.ts';
export { importNeuVector } from './neuvector/index.ts';
