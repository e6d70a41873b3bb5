// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { choice, inline, list, text } from './schema.ts';

/** OWASP Kubernetes Top 10, edition of 2022 (ids kept, titles in our words are in the controls). */
export const OWASP_2022 = ['K01', 'K02', 'K03', 'K04', 'K05', 'K06', 'K07', 'K08', 'K09', 'K10'] as const;
/** OWASP Kubernetes Top 10, edition of 2025. */
export const OWASP_2025 = ['K01', 'K02', 'K03', 'K04', 'K05', 'K06', 'K07', 'K08', 'K09', 'K10'] as const;

export type Owasp2022 = (typeof OWASP_2022)[number];
export type Owasp2025 = (typeof OWASP_2025)[number];

/** The folders of `controls/`: one per risk, named after the 2022 list and extended by what is new in 2025. */
export const CONTROL_IDS = [
  'k01-workload-configuration',
  'k02-supply-chain',
  'k03-rbac',
  'k04-policy-enforcement',
  'k05-logging-and-monitoring',
  'k06-authentication',
  'k07-network-segmentation',
  'k08-secrets',
  'k09-cluster-components',
  'k10-vulnerable-components',
  'x25-06-exposed-components',
  'x25-08-cluster-to-cloud',
  'x-other-risks',
] as const;
export type ControlId = (typeof CONTROL_IDS)[number];

/** The items of both editions that a record is evidence for. */
export const OwaspItems = inline('OWASP Kubernetes Top 10 items this is evidence for', {
  2022: list(choice(OWASP_2022, 'item of the 2022 edition'), 'Items of the 2022 edition', 10),
  2025: list(choice(OWASP_2025, 'item of the 2025 edition'), 'Items of the 2025 edition', 10),
});

/** MITRE ATT&CK technique ids. */
export const AttackTechniques = list(
  text('Technique id', 16, { pattern: '^T[0-9]{4}(\\.[0-9]{3})?$' }),
  'MITRE ATT&CK techniques this is evidence for',
  20,
);
