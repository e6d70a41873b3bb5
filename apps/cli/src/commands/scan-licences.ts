// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, type Finding, LOCAL_CLUSTER, ok, type Result } from '@bartizan/contracts';
import { type LicencePolicy, licenceFindings, readExpression, readLicencePolicy } from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import type { CliContext } from '../context.ts';
import type { StoodItem } from '../gate/standing.ts';
import type { Column } from '../output/render.ts';
import { plain } from '../output/width.ts';
import type { Offenders } from '../report/item.ts';
import { withStandings } from './finding-list.ts';
import type { ScanFlags } from './scan-flags.ts';
import type { Scanned } from './scan-target.ts';

/** What the policy refuses. */
export interface LicencesFound {
  readonly findings: readonly Finding[];
  readonly packages: number;
  /** Packages without a licence that can be read. */
  readonly unknown: number;
}

/** The policy of a call; undefined when none is stated. */
export function licencePolicy(flags: ScanFlags): Result<LicencePolicy | undefined, ApiFailure> {
  const { denyLicense: deny = [], allowLicense: allow = [] } = flags;
  return deny.length + allow.length === 0 ? ok(undefined) : readLicencePolicy({ deny, allow });
}

const isRead = (text: string): boolean => readExpression(text) !== undefined;

/** Holds packages against a policy. */
export function judgeLicences({ packages, subject }: Scanned, policy: LicencePolicy): LicencesFound {
  const place = {
    cluster: LOCAL_CLUSTER,
    tenant: DEFAULT_TENANT,
    subject: { workload: 'scan', kind: 'Container', namespace: '', name: subject.name.slice(0, 253) },
    nowMs: Date.now(),
  } as const;
  return {
    findings: licenceFindings(packages, policy, place),
    packages: packages.length,
    unknown: packages.filter(({ licenses = [] }) => !licenses.some(isRead)).length,
  };
}

const GROUP_MAX = 512;
/** What is refused of a package: the same name may be in several ecosystems, and stand under another licence one day. */
export function refusedIn({ package: found, groupKey }: Finding): Offenders {
  const ids = groupKey.replace(/^licence:/, '').split(',');
  // A key that was cut does not say all of them.
  return { names: ids.map((id) => `${found?.ecosystem ?? ''} ${id}`), isAll: groupKey.length < GROUP_MAX };
}

/** Columns of a list of refused packages. */
export const licenceColumns = ({ t, language }: CliContext): Column<Finding>[] => [
  { field: 'severity', heading: t('column.severity'), value: (item) => item.severity },
  { field: 'rule', heading: t('column.rule'), value: (item) => item.check ?? '' },
  { field: 'place', heading: t('column.place'), value: (item) => item.package?.locations[0] ?? '' },
  { field: 'title', heading: t('column.title'), value: (item) => item.title[language] },
];

/** What json and yaml show. */
export const licencesWhole = (found: LicencesFound, items: readonly StoodItem[]) => ({
  ...found,
  findings: withStandings(found.findings, items),
});

/** One line about what was judged. */
export function showLicencesSummary({ t, process }: CliContext, found: LicencesFound): void {
  const { findings, packages, unknown } = found;
  const text = t('scan.licences-summary', { findings: findings.length, packages, unknown });
  process.stderr.write(`${plain(text)}\n`);
}
