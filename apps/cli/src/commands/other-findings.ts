// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanProblem } from '@bartizan/scan';
import type { CliContext } from '../context.ts';
import type { StoodItem } from '../gate/standing.ts';
import type { Terminal } from '../output/terminal.ts';
import type { ScanFinding } from '../report/item.ts';
import { showFindingList } from './finding-list.ts';
import { type HygieneFound, hygieneColumns, hygieneWhole, showHygieneSummary } from './scan-hygiene.ts';
import {
  type LicencesFound,
  licenceColumns,
  licencesWhole,
  refusedIn,
  showLicencesSummary,
} from './scan-licences.ts';
import { type SecretsFound, secretColumns, secretsWhole, showSecretsSummary } from './scan-secrets.ts';

/** What a scan found besides vulnerabilities; undefined: not asked for. */
export interface OtherFindings {
  readonly secrets?: SecretsFound;
  readonly hygiene?: HygieneFound;
  readonly licences?: LicencesFound;
}

/** All of them in one list. */
export const otherList = ({ secrets, hygiene, licences }: OtherFindings): ScanFinding[] => [
  ...(secrets?.findings ?? []),
  ...(hygiene?.findings ?? []).map((finding) => {
    const offenders = hygiene?.offenders.get(finding.check ?? '');
    return offenders === undefined ? finding : { ...finding, offenders };
  }),
  ...(licences?.findings ?? []).map((finding) => ({ ...finding, offenders: refusedIn(finding) })),
];

/** Whether anything of the kind was asked for. */
export const hasOthers = (others: OtherFindings): boolean => Object.keys(others).length > 0;

/** Items of `otherList`, divided as it was put together. */
function divide({ secrets, hygiene }: OtherFindings, items: readonly StoodItem[]) {
  const hygieneAt = secrets?.findings.length ?? 0;
  const licencesAt = hygieneAt + (hygiene?.findings.length ?? 0);
  return {
    secrets: items.slice(0, hygieneAt),
    hygiene: items.slice(hygieneAt, licencesAt),
    licences: items.slice(licencesAt),
  };
}

/** What json and yaml show of them. `items` are those of `otherList`. */
export function otherWhole(others: OtherFindings, items: readonly StoodItem[]) {
  const { secrets, hygiene, licences } = others;
  const of = divide(others, items);
  return {
    ...(secrets === undefined ? {} : { secrets: secretsWhole(secrets, of.secrets) }),
    ...(hygiene === undefined ? {} : { hygiene: hygieneWhole(hygiene, of.hygiene) }),
    ...(licences === undefined ? {} : { licences: licencesWhole(licences, of.licences) }),
  };
}

/** What could not be looked at to the end. */
export const otherProblems = ({ secrets, hygiene }: OtherFindings): readonly ScanProblem[] => [
  ...(secrets?.report.incomplete ?? []),
  ...(hygiene?.incomplete ?? []),
];

/** Their lists for people, after that of packages. */
export function showOthers(
  place: { readonly context: CliContext; readonly terminal: Terminal; readonly format: 'table' | 'csv' },
  others: OtherFindings,
  items: readonly StoodItem[],
): void {
  const { context } = place;
  const { secrets, hygiene, licences } = others;
  const of = divide(others, items);
  if (secrets !== undefined)
    showFindingList(place, { findings: secrets.findings, items: of.secrets }, secretColumns(context));
  if (hygiene !== undefined)
    showFindingList(place, { findings: hygiene.findings, items: of.hygiene }, hygieneColumns(context));
  if (licences !== undefined)
    showFindingList(place, { findings: licences.findings, items: of.licences }, licenceColumns(context));
}

/** Their summaries, on stderr. */
export function showOtherSummaries(context: CliContext, { secrets, hygiene, licences }: OtherFindings): void {
  if (secrets !== undefined) showSecretsSummary(context, secrets);
  if (hygiene !== undefined) showHygieneSummary(context, hygiene);
  if (licences !== undefined) showLicencesSummary(context, licences);
}
