// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionMode, type Failure, ok, type Result } from '@bartizan/contracts';
import type { AdmissionImport, ImportNote } from '../import-note.ts';
import { ruleFault } from '../rule-fault.ts';
import { convertRule } from './convert-rule.ts';
import { type NeuVectorRule, type NeuVectorSet, readNeuVector } from './read.ts';

const MODES: Readonly<Record<'monitor' | 'protect', AdmissionMode>> = {
  monitor: 'audit',
  protect: 'enforce',
};

/** Mode of a rule: its own, else that of the set; an export does not say the latter, and then nothing is refused. */
const modeOf = (rule: NeuVectorRule, set: NeuVectorSet): AdmissionMode => {
  const mode = rule.mode === '' ? set.mode : rule.mode;
  return mode === undefined ? 'audit' : MODES[mode];
};

const NO_MODE = {
  en: 'the export does not say in which mode the whole set was; the rule is imported to be recorded only',
  ja: 'エクスポートには全体のモードが含まれないため、記録のみのルールとして取り込みました',
};

/** A conversion all of whose rules compile; else nothing of it, with a note. */
function whole(source: string, converted: AdmissionImport): AdmissionImport {
  const fault = converted.rules.map(ruleFault).find((one) => one !== undefined);
  if (fault === undefined) return converted;
  const detail = { en: fault, ja: `取り込めません: ${fault}` };
  return { rules: [], notes: [...converted.notes, { source, part: '', effect: 'dropped', detail }] };
}

/**
 * Imports NeuVector's admission rules, from an export or a custom resource that was parsed before. What is not the same
 * afterwards is in the notes; a rule that cannot be expressed whole is left out with a note, never taken in part.
 * E_POLICY_IMPORT: the document has another form.
 */
export function importNeuVector(document: unknown): Result<AdmissionImport, Failure<'E_POLICY_IMPORT'>> {
  const read = readNeuVector(document);
  if (!read.ok) return read;
  const results = read.value.rules.map((rule) =>
    whole(rule.source, convertRule(rule, modeOf(rule, read.value))),
  );
  const unsaid = read.value.rules.filter(
    (rule) => rule.mode === '' && read.value.mode === undefined && !rule.disabled,
  );
  const notes: ImportNote[] = [
    ...results.flatMap((result) => result.notes),
    ...unsaid.map(({ source }): ImportNote => ({ source, part: '', effect: 'weaker', detail: NO_MODE })),
  ];
  return ok({ rules: results.flatMap((result) => result.rules), notes });
}
