// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { plain } from '../output/width.ts';
import { ACCESS_TEXT } from './access.ts';
import { ACCESS_REQUEST_TEXT } from './access-requests.ts';
import { AUDIT_LOG_TEXT } from './audit-log.ts';
import { BOX_TEXT } from './box.ts';
import { CLUSTER_TEXT } from './cluster.ts';
import { COLUMN_TEXT } from './columns.ts';
import { COMMAND_TEXT } from './commands.ts';
import { COMPLIANCE_TEXT } from './compliance.ts';
import { COMPLIANCE_REPORT_TEXT } from './compliance-report.ts';
import { COVERAGE_TEXT } from './coverage.ts';
import { EVENT_TEXT } from './events.ts';
import { NATIVE_TEXT } from './native-policies.ts';
import { POLICY_TEXT } from './policies.ts';
import { REPORTS_TEXT } from './policy-reports.ts';
import { PREFLIGHT_TEXT } from './preflight.ts';
import { REGISTRY_TEXT } from './registries.ts';
import { SCAN_TEXT } from './scan.ts';
import { SETUP_TEXT } from './setup.ts';
import { SIGNATURE_TEXT } from './signatures.ts';
import { STATUS_TEXT } from './status.ts';
import { SUPPLY_CHAIN_TEXT } from './supply-chain.ts';

/** Languages of the product. */
export const LANGUAGES = ['en', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Sentences and labels by what they are about, in both languages: a key without one of them does not compile. */
const TABLES = [
  COMMAND_TEXT,
  COLUMN_TEXT,
  SETUP_TEXT,
  STATUS_TEXT,
  PREFLIGHT_TEXT,
  BOX_TEXT,
  SIGNATURE_TEXT,
  SCAN_TEXT,
  REGISTRY_TEXT,
  POLICY_TEXT,
  NATIVE_TEXT,
  REPORTS_TEXT,
  COVERAGE_TEXT,
  EVENT_TEXT,
  AUDIT_LOG_TEXT,
  SUPPLY_CHAIN_TEXT,
  CLUSTER_TEXT,
  ACCESS_TEXT,
  ACCESS_REQUEST_TEXT,
  COMPLIANCE_REPORT_TEXT,
  COMPLIANCE_TEXT,
] as const;
type KeyOf<Table> = Table extends unknown ? keyof Table : never;
export type TextKey = KeyOf<(typeof TABLES)[number]>;
type Texts = Readonly<Record<TextKey, Readonly<Record<Language, string>>>>;

/**
 * Every sentence and label of the CLI. Filled one by one, from an object without a prototype on: written as one of many
 * spreads, it is given a new shape for each of its keys, which takes a twentieth of the start of the program.
 */
export const TEXT = Object.assign(Object.create(null) as object, ...TABLES) as Texts;

/** Gives the text of a key, `{name}` replaced; values are made plain, since most come from what is looked at. */
export type Translate = (key: TextKey, values?: Readonly<Record<string, string | number>>) => string;

/** The texts of one language. */
export const translator =
  (language: Language): Translate =>
  (key, values = {}) =>
    TEXT[key][language].replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) =>
      plain(String(values[name] ?? whole)),
    );

/** The language of a user: --lang, then BARTIZAN_LANG, LC_ALL, LC_MESSAGES, LANG; English when none says Japanese. */
export function languageOf(env: Readonly<Record<string, string | undefined>>, flag?: string): Language {
  const wanted = [flag, env['BARTIZAN_LANG'], env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return wanted?.toLowerCase().startsWith('ja') === true ? 'ja' : 'en';
}
