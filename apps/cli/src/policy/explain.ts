// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { statSync } from 'node:fs';
import type { AdmissionRule, Result } from '@bartizan/contracts';
import { ok } from '@bartizan/contracts/result';
import { explainAdmissionRule } from '@bartizan/engine/admission';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import type { Language } from '../text/catalogue.ts';
import type { ExplainFlags } from './flags.ts';
import { readPolicyFiles } from './policy-files.ts';
import { compileRules, ruleNamed, rulesOf } from './rule-sources.ts';
import { conditionWords, matchWords } from './words.ts';

/** A rule in words. */
function explain(rule: AdmissionRule, language: Language): object {
  const { id, title, description, severity, mode, stages, effect, whenUnknown, message, fix, references } =
    rule;
  const inWords = (words: readonly { en: string; ja: string }[]): string[] =>
    words.map((one) => one[language]);
  return {
    id,
    title: title[language],
    description: description[language],
    severity,
    effect,
    mode,
    stages,
    inWords: explainAdmissionRule(rule)[language],
    askedAbout: inWords(matchWords(rule)),
    violatedWhen: inWords(conditionWords(rule.condition)),
    whenUnknown,
    message: message[language],
    ...(fix === undefined ? {} : { fix: fix.action[language], patch: fix.patch ?? [] }),
    references,
  };
}

function lines(rule: AdmissionRule, { t, language }: CliContext): string[] {
  const { id, title, description, severity, mode, stages, whenUnknown, fix, references } = rule;
  const block = (words: readonly { en: string; ja: string }[]): string[] =>
    words.map((one) => `  ${one[language]}`);
  return [
    `${id}: ${title[language]}`,
    `  ${description[language]}`,
    `  ${explainAdmissionRule(rule)[language]}`,
    t('explain.severity', { severity: t(`severity.${severity}`), mode, stages: stages.join(', ') }),
    t('explain.asked'),
    ...block(matchWords(rule)),
    t(rule.effect === 'deny' ? 'explain.violated' : 'explain.allowed'),
    ...block(conditionWords(rule.condition)),
    t('explain.unknown', { whenUnknown }),
    ...(fix === undefined ? [] : [t('explain.fix'), `  ${fix.action[language]}`]),
    ...(fix?.patch ?? []).map((step) => `  ${JSON.stringify(step)}`),
    ...(references.length === 0 ? [] : [`${t('explain.references')} ${references.join(', ')}`]),
  ];
}

const isPath = (text: string): boolean => statSync(text, { throwIfNoEntry: false }) !== undefined;

/** The rules of a file, or the one of an id. */
async function asked(
  context: CliContext,
  target: string,
  flags: ExplainFlags,
): Promise<Result<readonly AdmissionRule[], ApiFailure>> {
  if (isPath(target)) {
    const files = readPolicyFiles([target]);
    if (!files.ok) return files;
    // What cannot be compiled must not be explained as if it were in force.
    const set = await compileRules(files.value);
    return set.ok ? ok(files.value.rules) : set;
  }
  const files = rulesOf(context.checkout, flags);
  if (!files.ok) return files;
  const rule = ruleNamed(files.value, target);
  return rule.ok ? ok([rule.value]) : rule;
}

/** `policy explain RULE|FILE`. */
export function runExplain(context: CliContext, target: string, flags: ExplainFlags): Promise<void> {
  return perform(context, async (): Promise<Result<number, ApiFailure>> => {
    const rules = await asked(context, target, flags);
    if (!rules.ok) return rules;
    const { language } = context;
    if (flags.output === 'table') {
      const blocks = rules.value.map((rule) => lines(rule, context).map(keepIndent).join('\n'));
      context.process.stdout.write(`${blocks.join('\n\n')}\n`);
    } else
      renderValue(
        context.process,
        flags.output,
        rules.value.map((rule) => explain(rule, language)),
      );
    return ok(EXIT.fine);
  });
}

const keepIndent = (line: string): string => {
  const text = line.trimStart();
  return line.slice(0, line.length - text.length) + plain(text);
};
