// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding } from '@bartizan/contracts';
import type { CliContext } from '../context.ts';
import { renderValue } from '../output/render.ts';
import { toSarif } from './sarif.ts';
import type { ScanFlags } from './scan-flags.ts';
import { type HygieneFound, hygieneWhole, showHygiene, showHygieneSummary } from './scan-hygiene.ts';
import { type LicencesFound, showLicences, showLicencesSummary } from './scan-licences.ts';
import { type SecretsFound, secretsWhole, showSecrets, showSecretsSummary } from './scan-secrets.ts';

/** What a scan found besides vulnerabilities; undefined: not asked for. */
export interface OtherFindings {
  readonly secrets?: SecretsFound;
  readonly hygiene?: HygieneFound;
  readonly licences?: LicencesFound;
}

/** All of them in one list. */
export const otherList = ({ secrets, hygiene, licences }: OtherFindings): Finding[] => [
  ...(secrets?.findings ?? []),
  ...(hygiene?.findings ?? []),
  ...(licences?.findings ?? []),
];

/** What json and yaml show of them. */
export const otherWhole = ({ secrets, hygiene, licences }: OtherFindings) => ({
  ...(secrets === undefined ? {} : { secrets: secretsWhole(secrets) }),
  ...(hygiene === undefined ? {} : { hygiene: hygieneWhole(hygiene) }),
  ...(licences === undefined ? {} : { licences }),
});

/** Whether a part of them could not be looked for to the end. */
export const isOtherIncomplete = ({ secrets, hygiene }: OtherFindings): boolean =>
  (secrets?.report.incomplete.length ?? 0) + (hygiene?.incomplete.length ?? 0) > 0;

/** Their lists: alone, or after that of packages where the form is one for people. */
export function showOthers(
  context: CliContext,
  flags: ScanFlags,
  others: OtherFindings,
  isAlone: boolean,
): void {
  const { output } = flags;
  if (output === 'table' || output === 'csv') {
    if (others.secrets !== undefined) showSecrets(context, output, others.secrets);
    if (others.hygiene !== undefined) showHygiene(context, output, others.hygiene);
    if (others.licences !== undefined) showLicences(context, output, others.licences);
  } else if (isAlone) {
    if (output === 'sarif') renderValue(context.process, 'json', toSarif([], otherList(others)));
    else renderValue(context.process, output === 'yaml' ? 'yaml' : 'json', otherWhole(others));
  }
}

/** Their summaries, on stderr. */
export function showOtherSummaries(context: CliContext, { secrets, hygiene, licences }: OtherFindings): void {
  if (secrets !== undefined) showSecretsSummary(context, secrets);
  if (hygiene !== undefined) showHygieneSummary(context, hygiene);
  if (licences !== undefined) showLicencesSummary(context, licences);
}
