// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ComplianceControl,
  DetectionRule,
  FileSignature,
  PostureCheck,
  SecretRule,
} from '@bartizan/contracts';
import { cell, type Language, pageOf } from './language.ts';

/** Tables beside the entries. */
const NO_ENTRIES: ReadonlySet<string> = new Set(['facts.json', 'known-files.json']);

/** Every entry of the JSON files of one folder of content/, by id. */
function entries<T extends { readonly id: string }>(root: string, folder: string): T[] {
  const path = join(root, 'content', folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith('.json') && !NO_ENTRIES.has(name))
    .flatMap((name): T[] => {
      const parsed: T | readonly T[] = JSON.parse(readFileSync(join(path, name), 'utf8'));
      return Array.isArray(parsed) ? [...parsed] : [parsed as T];
    })
    .sort((left, right) => left.id.localeCompare(right.id));
}

const WORDS = {
  en: {
    detections: 'Detection rules',
    detectionsIntro:
      'What the runtime detections look for. Each rule carries its own examples, which every build is held to.',
    checks: 'Posture checks',
    checksIntro:
      'What is checked on hosts, containers and images. A fact that cannot be read makes a check unknown, never passed.',
    controls: 'Controls',
    controlsIntro:
      'The OWASP Kubernetes Top 10 of both editions, what answers each item today, and what does not yet.',
    secrets: 'Rules for secrets',
    secretsIntro:
      'What `bartizan scan --scanners secret` looks for. Confidence says how sure the shape alone is: low ones count only where nothing speaks against them. Check is what the value itself proves, without the network.',
    signatures: 'Signatures of harmful files',
    signaturesIntro:
      'What `bartizan scan image --scanners hygiene` takes files for. Each signature carries its own examples, which every build is held to.',
    rule: 'Rule',
    finds: 'Finds',
    confidence: 'Confidence',
    check: 'Check',
    severity: 'Severity',
    technique: 'ATT&CK',
    harmless: 'Meaning',
    fix: 'What to do',
    why: 'Why',
    gaps: 'Not yet covered',
    goal: 'Goal',
    detects: 'Detects',
    prevents: 'Rules that prevent it, once enforced',
  },
  ja: {
    detections: '検知ルール',
    detectionsIntro: '実行時検知が調べる内容です。各ルールは自身の例を持ち、ビルドのたびに検証されます。',
    checks: '構成検査',
    checksIntro:
      'ホスト・コンテナー・イメージの検査項目です。読み取れない事実がある検査は「不明」となり、合格にはなりません。',
    controls: '管理策',
    controlsIntro:
      'OWASP Kubernetes Top 10（両版）の各項目について、現在対応していることと、まだ対応していないことを示します。',
    secrets: '秘密情報のルール',
    secretsIntro:
      '`bartizan scan --scanners secret` が探すものです。確信度は形だけでどこまで確実かを表し、low は否定する材料がない場合だけ数えます。検証は、ネットワークを使わずに値そのものから確かめられる内容です。',
    signatures: '有害なファイルのシグネチャ',
    signaturesIntro:
      '`bartizan scan image --scanners hygiene` がファイルの判定に使う特徴です。各シグネチャは自身の例を持ち、ビルドのたびに検証されます。',
    rule: 'ルール',
    finds: '検出対象',
    confidence: '確信度',
    check: '検証',
    severity: '深刻度',
    technique: 'ATT&CK',
    harmless: '意味',
    fix: '対処方法',
    why: '理由',
    gaps: '未対応',
    goal: '目標',
    detects: '検知',
    prevents: '強制した場合に防ぐルール',
  },
} as const;

const owaspText = (owasp: { readonly 2022: readonly string[]; readonly 2025: readonly string[] }): string =>
  `OWASP 2022: ${owasp[2022].join(', ') || '-'} · 2025: ${owasp[2025].join(', ') || '-'}`;

/** The page of detection rules. */
export function detectionsPage(language: Language, root: string): string {
  const words = WORDS[language];
  const rules = entries<DetectionRule>(root, 'detections').flatMap((rule) => [
    '',
    `## ${rule.title[language]}`,
    '',
    `\`${rule.id}\` · ${words.severity}: ${rule.severity} · ${owaspText(rule.owasp)} · ${words.technique}: ${rule.attack.join(', ') || '-'}`,
    '',
    `**${words.harmless}** ${cell(rule.description[language])}`,
    '',
    `**${words.fix}** ${cell(rule.fix[language])}`,
  ]);
  return pageOf(language, words.detections, [words.detectionsIntro, ...rules]);
}

/** The page of posture checks. */
export function checksPage(language: Language, root: string): string {
  const words = WORDS[language];
  const checks = entries<PostureCheck>(root, 'posture').flatMap((check) => [
    '',
    `## ${check.title[language]}`,
    '',
    `\`${check.id}\` · ${words.severity}: ${check.severity} · ${check.subjects.join(', ')} · ${owaspText(check.owasp)}`,
    '',
    `**${words.why}** ${cell(check.description[language])}`,
    '',
    `**${words.fix}** ${cell(check.fix.action[language])}`,
  ]);
  return pageOf(language, words.checks, [words.checksIntro, ...checks]);
}

/** The page of rules for secrets: a table, since there are hundreds. */
export function secretsPage(language: Language, root: string): string {
  const words = WORDS[language];
  const rows = entries<SecretRule>(root, 'secrets').map(
    (rule) =>
      `| \`${rule.id}\` | ${cell(rule.title[language])} | ${rule.severity} | ${rule.confidence} | ${rule.check} |`,
  );
  return pageOf(language, words.secrets, [
    words.secretsIntro,
    '',
    `| ${words.rule} | ${words.finds} | ${words.severity} | ${words.confidence} | ${words.check} |`,
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ]);
}

/** The page of signatures of harmful files. */
export function signaturesPage(language: Language, root: string): string {
  const words = WORDS[language];
  const signatures = entries<FileSignature>(root, 'malware').flatMap((one) => [
    '',
    `## ${one.title[language]}`,
    '',
    `\`${one.id}\` · ${words.severity}: ${one.severity} · ${one.kinds.join(', ')} · ${owaspText(one.owasp)} · ${words.technique}: ${one.attack.join(', ') || '-'}`,
    '',
    `**${words.harmless}** ${cell(one.description[language])}`,
    '',
    `**${words.fix}** ${cell(one.fix[language])}`,
  ]);
  return pageOf(language, words.signatures, [words.signaturesIntro, ...signatures]);
}

/** The page of controls, honest about gaps. */
export function controlsPage(language: Language, root: string): string {
  const words = WORDS[language];
  const path = join(root, 'content/frameworks/owasp-kubernetes.json');
  const parsed: { controls?: ComplianceControl[] } | ComplianceControl[] = existsSync(path)
    ? JSON.parse(readFileSync(path, 'utf8'))
    : [];
  const controls = Array.isArray(parsed) ? parsed : (parsed.controls ?? []);
  const sections = controls.flatMap((control) => [
    '',
    `## ${control.title[language]}`,
    '',
    `\`${control.id}\` · ${owaspText(control.owasp)}`,
    '',
    `**${words.goal}** ${cell(control.goal[language])}`,
    '',
    ...(control.prevents.length > 0
      ? [`**${words.prevents}** ${control.prevents.map((id) => `\`${id}\``).join(', ')}`, '']
      : []),
    `**${words.detects}** ${control.detects.map((id) => `\`${id}\``).join(', ') || '-'}`,
    '',
    `**${words.gaps}**`,
    '',
    ...(control.notYetCovered.length > 0 ? control.notYetCovered.map((gap) => `- ${gap[language]}`) : ['-']),
  ]);
  return pageOf(language, words.controls, [words.controlsIntro, ...sections]);
}
