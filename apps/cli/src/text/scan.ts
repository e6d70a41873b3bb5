// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TextPart } from './entry.ts';

/** Texts of scans: gates, reports, sources. */
export const SCAN_TEXT = {
  'flag.report': {
    en: 'Write one more report; may be repeated',
    ja: 'レポートを追加で書き出す（複数指定可）',
  },
  'flag.exceptions': {
    en: 'Accepted risks with owner, reason and expiry (YAML or JSON)',
    ja: '担当者・理由・期限付きの受容リスク（YAML または JSON）',
  },
  'flag.baseline': {
    en: 'Only findings that are not in this file count',
    ja: 'このファイルにない検出事項だけを集計する',
  },
  'flag.write-baseline': {
    en: 'Write the findings that are open now as a baseline',
    ja: '現在の未対応の検出事項をベースラインとして書き出す',
  },
  'column.standing': { en: 'ANSWERED BY', ja: '扱い' },
  'scan.progress': {
    en: '[{at}/{of}] {name}: {packages} packages, {findings} findings',
    ja: '[{at}/{of}] {name}：パッケージ {packages}、検出事項 {findings}',
  },
  'scan.accepted': {
    en: '{count} findings are shown but not counted: exceptions accept them for a while',
    ja: '検出事項 {count} 件は表示のみで集計しません：期限付きの例外で受容されています',
  },
  'scan.known': {
    en: '{open} findings count; {count} are in the baseline of {date} and are shown only',
    ja: '集計対象 {open} 件。{date} のベースラインにある {count} 件は表示のみです',
  },
  'scan.expired': {
    en: 'expired exception, its findings count again: {what} ({expires}, {owner}): {reason}',
    ja: '期限切れの例外（検出事項は再び集計対象）：{what}（{expires}、{owner}）：{reason}',
  },
  'scan.unused': {
    en: 'exception that fits nothing: {what} ({owner})',
    ja: '該当のない例外：{what}（{owner}）',
  },
  'scan.baseline-written': {
    en: 'Baseline written: {path} ({count} findings)',
    ja: 'ベースラインを書き込みました：{path}（検出事項 {count} 件）',
  },
} as const satisfies TextPart;
