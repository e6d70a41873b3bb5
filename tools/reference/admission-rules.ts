// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdmissionRule, FactValue } from '@bartizan/contracts';
import { explainAdmissionCondition } from '@bartizan/engine/admission';
import { cell, type Language, pageOf } from './language.ts';

const WORDS = {
  en: {
    title: 'Admission rules',
    intro:
      'The built-in rules about what may be created in a cluster. None refuses anything until a binding sets its mode to `enforce`. Each rule carries its own examples, which every build is held to.',
    severity: 'Severity',
    mode: 'Mode',
    technique: 'ATT&CK',
    when: 'Violated when',
    why: 'Why',
    fix: 'What to do',
    parameters: 'Parameters',
    resources: 'Asked of',
    unknown: 'When facts are missing',
    patch: 'repairs itself by a patch',
  },
  ja: {
    title: 'アドミッションルール',
    intro:
      'クラスターに何を作成してよいかを定める組み込みルールです。バインディングでモードを `enforce` にするまで、何も拒否しません。各ルールは自身の例を持ち、ビルドのたびに検証されます。',
    severity: '深刻度',
    mode: 'モード',
    technique: 'ATT&CK',
    when: '違反の条件',
    why: '理由',
    fix: '対処方法',
    parameters: 'パラメーター',
    resources: '対象',
    unknown: '事実が不明な場合',
    patch: 'パッチで修正可能',
  },
} as const;

function rulesOf(root: string): AdmissionRule[] {
  const path = join(root, 'content/admission');
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name): AdmissionRule => JSON.parse(readFileSync(join(path, name), 'utf8')));
}

const shown = (value: FactValue): string =>
  Array.isArray(value) ? value.map((item) => `\`${item}\``).join(', ') || '-' : `\`${value}\``;

/** The condition in words; names of parameters and patterns with stars are no markup. */
const conditionOf = (rule: AdmissionRule, language: Language): string =>
  explainAdmissionCondition(rule.condition)
    [language].replaceAll(/<([A-Za-z0-9]+)>/g, '`$1`')
    .replaceAll('*', '\\*')
    .replaceAll('_', '\\_');

/** The page of built-in admission rules. */
export function admissionRulesPage(language: Language, root: string): string {
  const words = WORDS[language];
  const sections = rulesOf(root).flatMap((rule) => [
    '',
    `## ${rule.title[language]}`,
    '',
    `\`${rule.id}\` · ${words.severity}: ${rule.severity} · ${words.mode}: ${rule.mode} · OWASP 2022: ${rule.owasp[2022].join(', ')} · 2025: ${rule.owasp[2025].join(', ')} · ${words.technique}: ${rule.attack.join(', ') || '-'}`,
    '',
    `**${words.resources}** ${rule.match.operations.join(', ')}: ${rule.match.resources.map((name) => `\`${name}\``).join(', ')} · **${words.unknown}** \`${rule.whenUnknown}\`${rule.fix?.patch === undefined ? '' : ` · ${words.patch}`}`,
    '',
    `**${words.when}** ${cell(conditionOf(rule, language))}`,
    '',
    `**${words.why}** ${cell(rule.description[language])}`,
    '',
    `**${words.fix}** ${cell(rule.fix?.action[language] ?? '-')}`,
    ...(rule.parameters ?? []).flatMap((parameter, at) => [
      ...(at === 0 ? ['', `**${words.parameters}**`, ''] : []),
      `- \`${parameter.name}\`: ${cell(parameter.description[language])} (${shown(parameter.default)})`,
    ]),
  ]);
  return pageOf(language, words.title, [words.intro, ...sections]);
}
