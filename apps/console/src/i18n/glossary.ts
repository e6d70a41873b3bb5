// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The words of the product in both languages. Where the English text uses the word, the Japanese one must use its
 * counterpart; the test of the catalogues enforces it.
 */
export const GLOSSARY = [
  { english: /\bdetects?\b/i, japanese: /検知/ },
  { english: /\bblocked\b/i, japanese: /遮断/ },
  { english: /\bDiscover\b/, japanese: /学習/ },
  { english: /\bMonitor\b/, japanese: /監視/ },
  { english: /\bProtect\b/, japanese: /保護/ },
  { english: /^Allowed$/, japanese: /許可/ },
  { english: /^Alerted$/, japanese: /警告/ },
  // Kinds and namespaces that rules look at are no share of answers.
  { english: /\bcoverage\b/i, japanese: /網羅率|対象範囲/ },
  { english: /\bseverity\b/i, japanese: /深刻度/ },
  { english: /^Controls?$/, japanese: /管理策/ },
  { english: /\bexceptions?\b/i, japanese: /例外/ },
  { english: /^ends?$/i, japanese: /期限/ },
  { english: /\bevidence\b/i, japanese: /証跡/ },
  { english: /\bblast radius\b/i, japanese: /影響範囲/ },
  { english: /^why$/i, japanese: /根拠/ },
  { english: /^(do next|what to do)$/i, japanese: /対応/ },
  { english: /\bcontainment\b/i, japanese: /封じ込め/ },
  { english: /\bfindings?\b/i, japanese: /検出事項|件/ },
  { english: /\bworkloads?\b/i, japanese: /ワークロード/ },
  { english: /\bvulnerabilit(y|ies)\b/i, japanese: /脆弱性/ },
  // Some vendors name one of their fields so; their own Japanese pages say シークレット.
  { english: /\bsecrets?\b/i, japanese: /秘密情報|シークレット/ },
] as const satisfies readonly { readonly english: RegExp; readonly japanese: RegExp }[];
