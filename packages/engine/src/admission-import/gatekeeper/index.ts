// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionRule, err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { isObject, type Json, memberOf, textOf } from '../../foreign-json.ts';
import type { AdmissionImport, ImportNote } from '../import-note.ts';
import { ruleFault } from '../rule-fault.ts';
import { gatekeeperMatch } from './match.ts';
import { OTHER_TEMPLATES } from './others.ts';
import { POD_TEMPLATES } from './pods.ts';
import type { TemplateMeaning, TemplateReader } from './template.ts';

const TEMPLATES: Readonly<Record<string, TemplateReader>> = { ...POD_TEMPLATES, ...OTHER_TEMPLATES };
/** Kinds of templates whose constraints can be imported, or of which it is known why not. */
export const GATEKEEPER_TEMPLATES: readonly string[] = Object.keys(TEMPLATES).sort();

const CONSTRAINTS = 'constraints.gatekeeper.sh/';
const BOTH = ['CREATE', 'UPDATE'] as const;
const MODES: Readonly<Record<string, AdmissionRule['mode']>> = {
  '': 'enforce',
  deny: 'enforce',
  warn: 'warn',
  dryrun: 'audit',
};

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);

interface Constraint {
  readonly kind: string;
  readonly name: string;
  readonly spec: Json;
  readonly parameters: Json;
}

function ruleOf(
  { kind, name, spec, parameters }: Constraint,
  meaning: TemplateMeaning & { readonly condition: AdmissionRule['condition'] },
): Result<AdmissionRule, string> {
  const match = gatekeeperMatch(spec['match'], meaning.operations ?? BOTH);
  if (!match.ok) return match;
  const action = textOf(spec['enforcementAction']).toLowerCase();
  const mode = Object.hasOwn(MODES, action) ? MODES[action] : undefined;
  if (mode === undefined) return err(`enforcementAction ${action} has no equal`);
  const said = textOf(parameters['message']).replaceAll(/[{}]/g, '').slice(0, 500);
  const message = [said, meaning.message].filter((text) => text !== '').join(': ');
  return ok({
    id: `gatekeeper.${slug(kind) || 'constraint'}.${slug(name) || 'constraint'}`,
    title: { en: `Gatekeeper's constraint ${name} holds`, ja: `Gatekeeper の制約 ${name} に適合している` },
    description: {
      en: `Imported from Gatekeeper, template ${kind}.`,
      ja: `Gatekeeper から取り込みました (テンプレート ${kind})。`,
    },
    severity: 'medium',
    effect: 'deny',
    order: 10_000,
    stages: ['ci', 'admission', 'audit'],
    mode,
    match: match.value,
    condition: meaning.condition,
    whenUnknown: 'alert',
    message: { en: message, ja: `Gatekeeper の制約 ${name} の違反: ${message}` },
    control: ['k04-policy-enforcement'],
    owasp: { 2022: ['K04'], 2025: ['K04'] },
    attack: [],
    references: [],
    tests: { mustViolate: [], mustPass: [] },
  });
}

const isConstraint = (document: Json): boolean => textOf(document['apiVersion']).startsWith(CONSTRAINTS);

function note(source: string, effect: ImportNote['effect'], en: string, ja: string): ImportNote {
  return { source, part: '', effect, detail: { en, ja } };
}

/** What becomes of one constraint: a rule, that it asks for nothing, or why it cannot be taken. */
function taken(constraint: Constraint): Result<AdmissionRule | 'never', string> {
  const { kind } = constraint;
  const read = Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined;
  if (read === undefined)
    return err(
      `the template ${kind} is none of the library that we know; its program (Rego or CEL) is not run to import it`,
    );
  const meaning = read(constraint.parameters);
  if (!meaning.ok) return meaning;
  const { condition } = meaning.value;
  if (condition === 'never') return ok('never');
  const rule = ruleOf(constraint, { ...meaning.value, condition });
  if (!rule.ok) return rule;
  const fault = ruleFault(rule.value);
  return fault === undefined ? rule : err(fault);
}

/**
 * Imports a constraint of Gatekeeper whose template is of the well-known library: kind and parameters say what it
 * means, no program is evaluated. A constraint that says more is left out with the reason, never taken in part.
 * E_POLICY_IMPORT: the document has another form.
 */
export function importGatekeeper(document: unknown): Result<AdmissionImport, Failure<'E_POLICY_IMPORT'>> {
  if (!isObject(document)) return err(failure('E_POLICY_IMPORT', 'the document is not an object'));
  const kind = textOf(document['kind']);
  const name = textOf(memberOf(document, 'metadata', 'name'));
  if (kind === 'ConstraintTemplate') {
    const made = textOf(memberOf(document, 'spec', 'crd', 'spec', 'names', 'kind'));
    if (Object.hasOwn(TEMPLATES, made)) return ok({ rules: [], notes: [] });
    const why = `the template ${made || name} is a program in Rego or CEL, which is not imported`;
    return ok({
      rules: [],
      notes: [
        note(
          name,
          'dropped',
          why,
          `テンプレート ${made || name} は Rego または CEL のプログラムのため取り込めません`,
        ),
      ],
    });
  }
  if (!isConstraint(document) || kind === '')
    return err(failure('E_POLICY_IMPORT', `the document is no constraint of ${CONSTRAINTS}`));
  const spec = isObject(document['spec']) ? document['spec'] : {};
  const parameters = isObject(spec['parameters']) ? spec['parameters'] : {};
  const made = taken({ kind, name, spec, parameters });
  if (!made.ok) {
    const why = made.error.slice(0, 400);
    return ok({ rules: [], notes: [note(name, 'dropped', why, `取り込めません: ${why}`)] });
  }
  if (made.value !== 'never') return ok({ rules: [made.value], notes: [] });
  const en = 'with these parameters it asks for nothing: no rule was made';
  return ok({
    rules: [],
    notes: [note(name, 'different', en, 'このパラメーターでは何も要求しないため、ルールは作成しません')],
  });
}
