// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  err,
  type Finding,
  failure,
  ok,
  type Package,
  type Result,
  type Severity,
  severityRank,
} from '@bartizan/contracts';
import {
  type AdvisoryPack,
  buildPack,
  catalogTree,
  DEFAULT_LIMITS,
  DirectoryTree,
  type FileTree,
  HOST_EXCLUSIONS,
  type Match,
  openImage,
  openPack,
  packagesOf,
  type ScanReport,
  scanTree,
} from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, pathsOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderList, renderValue } from '../output/render.ts';
import { plain } from '../output/width.ts';
import { findAdvisories } from '../setup/advisories.ts';
import { toSarif } from './sarif.ts';
import type { ScanFlags, TreeScanFlags } from './scan-flags.ts';
import { findSecrets, type SecretsFound, secretColumns, showSecretsSummary } from './scan-secrets.ts';

/** What a scan without advisories still knows. */
type Outcome =
  | { readonly kind: 'judged'; readonly report: ScanReport }
  | { readonly kind: 'listed'; readonly packages: readonly Package[]; readonly distribution: string };

/** The pack in use: named, of the local instance, or made from the advisories beside the checkout. */
function findPack(
  context: CliContext,
  flags: ScanFlags,
  work: string,
): Result<AdvisoryPack | undefined, ApiFailure> {
  const named = flags.pack ?? localPack(context) ?? findAdvisories(context.checkout);
  if (named === undefined) return ok(undefined);
  if (!existsSync(named)) return err(failure('E_PACK_MISSING', named));
  let file = named;
  if (statSync(named).isDirectory()) {
    file = join(work, 'advisories.pack');
    const built = buildPack({ from: named, to: file, nowMs: Date.now() });
    if (!built.ok) return err(failure(built.error.code, built.error.detail));
  }
  const opened = openPack(file);
  return opened.ok ? ok(opened.value) : err(failure(opened.error.code, opened.error.detail));
}

/** The pack of the instance on this machine, when this user may read it. */
function localPack(context: CliContext): string | undefined {
  const paths = pathsOf(context);
  if (!paths.ok) return undefined;
  try {
    const folder = join(paths.value.controller, 'advisories');
    const name = readdirSync(folder).find((file) => file.endsWith('.pack'));
    return name === undefined ? undefined : join(folder, name);
  } catch {
    return undefined;
  }
}

/** Catalogues a tree, and judges it where there is a pack. */
function scan(tree: FileTree, pack: AdvisoryPack | undefined, isHost: boolean): Outcome {
  const options = {
    tree,
    limits: DEFAULT_LIMITS,
    now: Date.now,
    ...(isHost ? { exclude: HOST_EXCLUSIONS, isOneFileSystem: true } : {}),
  };
  if (pack !== undefined) return { kind: 'judged', report: scanTree({ ...options, pack }) };
  const catalog = catalogTree(options);
  return { kind: 'listed', packages: packagesOf(catalog), distribution: catalog.distribution.id };
}

/** What to scan: a folder, or the merged layers of an image. */
async function treeOf(
  context: CliContext,
  target: { readonly path: string; readonly kind: 'host' | 'dir' | 'image' },
): Promise<Result<FileTree, ApiFailure>> {
  if (target.kind !== 'image') return ok(new DirectoryTree(target.path));
  const image = await openImage(target.path, DEFAULT_LIMITS);
  if (!image.ok) return image;
  for (const problem of image.value.problems.slice(0, 10))
    context.process.stderr.write(
      `${plain(context.t('scan.incomplete', { reason: `${problem.code} ${problem.path}` }))}\n`,
    );
  return ok(image.value.tree);
}

/** What json and yaml show of secrets: the findings, and what bounds them. Never a value. */
const secretsWhole = ({ report, findings }: SecretsFound) => ({
  findings,
  incomplete: report.incomplete,
  suppressed: report.suppressed,
  suppressedCount: report.suppressedCount,
  stats: report.stats,
});

function showFindings(
  context: CliContext,
  flags: ScanFlags,
  report: ScanReport,
  secrets: SecretsFound | undefined,
): void {
  const { t } = context;
  if (flags.output === 'sarif') {
    renderValue(context.process, 'json', toSarif(report.findings, secrets?.findings));
    return;
  }
  renderList<Match<Package>>(context.process, flags.output, {
    items: report.findings,
    whole: {
      ...report,
      verdicts: undefined,
      ...(secrets === undefined ? {} : { secrets: secretsWhole(secrets) }),
    },
    columns: [
      { field: 'severity', heading: t('column.severity'), value: (item) => item.vulnerability.severity },
      { field: 'advisory', heading: t('column.advisory'), value: (item) => item.vulnerability.id },
      {
        field: 'package',
        heading: t('column.package'),
        value: (item) => `${item.package.name} ${item.package.version}`,
      },
      { field: 'fix', heading: t('column.fix'), value: (item) => item.fixedVersion ?? item.fixState },
      { field: 'title', heading: t('column.title'), value: (item) => item.vulnerability.summary ?? '' },
    ],
  });
}

function showSummary(context: CliContext, report: ScanReport): void {
  const { t, process } = context;
  const write = (text: string): unknown => process.stderr.write(`${plain(text)}\n`);
  write(
    t('scan.summary', {
      packages: report.packages.length,
      findings: report.findings.length,
      distribution: report.distribution.prettyName,
    }),
  );
  for (const entry of report.coverage) {
    if (entry.state === 'covered') continue;
    write(
      t('scan.not-covered', {
        ecosystem: entry.ecosystem,
        packages: entry.packages,
        reason: entry.reason ?? entry.state,
      }),
    );
  }
  for (const problem of report.incomplete.slice(0, 10))
    write(t('scan.incomplete', { reason: `${problem.code} ${problem.path}` }));
}

/** The list of secrets: alone, or after that of packages where the form is one for people. */
function showSecrets(context: CliContext, flags: ScanFlags, secrets: SecretsFound, isAlone: boolean): void {
  if (flags.output === 'sarif' || flags.output === 'json' || flags.output === 'yaml') {
    if (!isAlone) return;
    if (flags.output === 'sarif') renderValue(context.process, 'json', toSarif([], secrets.findings));
    else renderValue(context.process, flags.output, { secrets: secretsWhole(secrets) });
    return;
  }
  renderList<Finding>(context.process, flags.output, {
    items: secrets.findings,
    columns: secretColumns(context),
  });
}

function showPackages(
  context: CliContext,
  flags: ScanFlags,
  packages: readonly Package[],
  secrets: SecretsFound | undefined,
): void {
  if (flags.output === 'sarif') {
    renderValue(context.process, 'json', toSarif([], secrets?.findings));
    return;
  }
  renderList<Package>(context.process, flags.output, {
    items: packages,
    ...(secrets === undefined ? {} : { whole: { packages, secrets: secretsWhole(secrets) } }),
    columns: [
      { field: 'package', heading: context.t('column.package'), value: (item) => item.name },
      { field: 'version', heading: context.t('column.revision'), value: (item) => item.version },
      { field: 'ecosystem', heading: context.t('column.kind'), value: (item) => item.ecosystem },
    ],
  });
}

/** `scan host`, `scan dir PATH`, `scan image FILE`: exit 3 when a finding is at least as bad as --fail-on. */
export function runScan(
  context: CliContext,
  target: { readonly path: string; readonly kind: 'host' | 'dir' | 'image' },
  flags: ScanFlags & Partial<TreeScanFlags>,
): Promise<void> {
  return perform(context, async () => {
    const threshold = flags.failOn;
    if (!existsSync(target.path)) return err(failure('E_SCAN_TARGET', target.path));
    if (target.kind !== 'image' && !statSync(target.path).isDirectory())
      return err(failure('E_SCAN_TARGET', target.path));
    const work = mkdtempSync(join(tmpdir(), 'bartizan-scan-'));
    try {
      const tree = await treeOf(context, target);
      if (!tree.ok) return tree;
      const secrets = flags.scanners?.includes('secret')
        ? findSecrets(context, tree.value, target.kind === 'host')
        : undefined;
      if (secrets?.ok === false) return secrets;
      if (flags.scanners?.includes('vuln') === false && secrets !== undefined) {
        showSecrets(context, flags, secrets.value, true);
        showSecretsSummary(context, secrets.value);
        return ok(exitOf([], threshold, secrets.value.findings));
      }
      const pack = findPack(context, flags, work);
      if (!pack.ok) return pack;
      return ok(
        showAll(context, flags, scan(tree.value, pack.value, target.kind === 'host'), secrets?.value),
      );
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

/** Shows packages or vulnerabilities, and secrets where they were asked for; gives the exit code. */
function showAll(
  context: CliContext,
  flags: ScanFlags,
  outcome: Outcome,
  secrets: SecretsFound | undefined,
): number {
  if (outcome.kind === 'listed') showPackages(context, flags, outcome.packages, secrets);
  else {
    showFindings(context, flags, outcome.report, secrets);
    showSummary(context, outcome.report);
  }
  if (secrets !== undefined) {
    showSecrets(context, flags, secrets, false);
    showSecretsSummary(context, secrets);
  }
  if (outcome.kind === 'judged') return exitOf(outcome.report.findings, flags.failOn, secrets?.findings);
  context.process.stderr.write(`${context.t('scan.no-pack')}\n`);
  return flags.failOn === undefined ? EXIT.fine : EXIT.failed;
}

/** The exit code of a scan with a threshold. */
export function exitOf(
  findings: readonly { vulnerability: { severity: Severity } }[],
  threshold: Severity | undefined,
  secrets: readonly { severity: Severity }[] = [],
): number {
  if (threshold === undefined) return EXIT.fine;
  const all = [
    ...findings.map((item) => item.vulnerability.severity),
    ...secrets.map((item) => item.severity),
  ];
  const isBad = all.some((severity) => severityRank(severity) <= severityRank(threshold));
  return isBad ? EXIT.findings : EXIT.fine;
}
