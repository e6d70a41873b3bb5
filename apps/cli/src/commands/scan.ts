// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { err, failure, ok, type Result, type Severity, severityRank } from '@bartizan/contracts';
import {
  type AdvisoryPack,
  applyVex,
  buildPack,
  DirectoryTree,
  matchPackages,
  openPack,
  readVex,
  type VexSet,
  writeBom,
} from '@bartizan/scan';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, pathsOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findAdvisories } from '../setup/advisories.ts';
import type { Judged, JudgedReport } from './judged.ts';
import type { ScanFlags, ScanKind, TreeScanFlags } from './scan-flags.ts';
import { isBomFormat, showFindings, showIncomplete, showPackages, showSummary } from './scan-output.ts';
import { findSecrets, type SecretsFound, showSecrets, showSecretsSummary } from './scan-secrets.ts';
import { type Scanned, scanTarget, toBom } from './scan-target.ts';

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

/** Statements that the user names. They decide before those of anybody else. */
function readStatements(flags: ScanFlags): Result<VexSet[], ApiFailure> {
  const statements = [];
  for (const path of flags.vex) {
    if (!existsSync(path)) return err(failure('E_VEX_INVALID', path));
    const read = readVex(readFileSync(path));
    if (!read.ok) return err(failure(read.error.code, `${path}: ${read.error.detail}`));
    statements.push(...read.value.statements);
  }
  return ok([{ origin: 'user', statements }]);
}

/** Holds what was found against a pack, and says what statements say of it. */
function judge(scanned: Scanned, pack: AdvisoryPack, sets: readonly VexSet[]): JudgedReport {
  const matched = matchPackages(scanned.packages, pack);
  const { digest } = scanned.subject;
  return {
    ...matched,
    findings: applyVex(matched.findings, sets, digest === undefined ? {} : { imageDigest: digest }),
    distribution: scanned.distribution,
    packages: scanned.packages,
    incomplete: scanned.incomplete,
    pack: { sha256: pack.sha256, builtAt: pack.header.builtAt, kind: pack.header.kind },
    stats: scanned.stats,
  };
}

/** Version of this program, for documents. */
const toolVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;

type Flags = ScanFlags & Partial<TreeScanFlags>;
interface Target {
  readonly path: string;
  readonly kind: ScanKind;
}

/** Secrets of a host or folder, where they were asked for. */
function secretsOf(
  context: CliContext,
  { path, kind }: Target,
  flags: Flags,
): Result<SecretsFound | undefined, ApiFailure> {
  if (flags.scanners?.includes('secret') !== true) return ok(undefined);
  if (!existsSync(path) || !statSync(path).isDirectory()) return err(failure('E_SCAN_TARGET', path));
  return findSecrets(context, new DirectoryTree(path), kind === 'host');
}

/**
 * `scan host|dir|image|sbom`: exit 3 when a finding or a secret is at least as bad as --fail-on, 1 when the scan is not
 * complete.
 */
export function runScan(context: CliContext, target: Target, flags: Flags): Promise<void> {
  return perform(context, async () => {
    const statements = readStatements(flags);
    if (!statements.ok) return statements;
    const secrets = secretsOf(context, target, flags);
    if (!secrets.ok) return secrets;
    if (secrets.value !== undefined && flags.scanners?.includes('vuln') === false)
      return ok(showSecretsAlone(context, flags, secrets.value));
    const scanned = await scanTarget(target, flags);
    if (!scanned.ok) return scanned;
    showIncomplete(context, scanned.value);
    const found = { scanned: scanned.value, sets: statements.value, secrets: secrets.value };
    if (isBomFormat(flags.output)) {
      context.process.stdout.write(writeBom(toBom(scanned.value, toolVersion()), flags.output));
      if (secrets.value !== undefined) showSecretsSummary(context, secrets.value);
      return ok(exitOf([], gateOf(flags, found), secrets.value?.findings));
    }
    const work = mkdtempSync(join(tmpdir(), 'bartizan-scan-'));
    try {
      return show(context, flags, { ...found, work });
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

interface Found {
  readonly scanned: Scanned;
  readonly sets: readonly VexSet[];
  readonly secrets: SecretsFound | undefined;
}

const gateOf = (flags: Flags, { scanned, secrets }: Pick<Found, 'scanned' | 'secrets'>): Gate => ({
  ...flags,
  isIncomplete: scanned.incomplete.length > 0 || (secrets?.report.incomplete.length ?? 0) > 0,
});

function showSecretsAlone(context: CliContext, flags: Flags, secrets: SecretsFound): number {
  showSecrets(context, flags, secrets, true);
  showSecretsSummary(context, secrets);
  return exitOf([], { ...flags, isIncomplete: secrets.report.incomplete.length > 0 }, secrets.findings);
}

function show(
  context: CliContext,
  flags: Flags,
  found: Found & { readonly work: string },
): Result<number, ApiFailure> {
  const pack = findPack(context, flags, found.work);
  if (!pack.ok) return pack;
  const report = pack.value === undefined ? undefined : judge(found.scanned, pack.value, found.sets);
  pack.value?.close();
  if (report === undefined) showPackages(context, flags, found.scanned.packages, found.secrets);
  else {
    showFindings(context, flags, report, found.secrets);
    showSummary(context, report);
  }
  if (found.secrets !== undefined) {
    showSecrets(context, flags, found.secrets, false);
    showSecretsSummary(context, found.secrets);
  }
  if (report === undefined) {
    context.process.stderr.write(`${context.t('scan.no-pack')}\n`);
    return ok(flags.failOn === undefined ? EXIT.fine : EXIT.failed);
  }
  const explained = report.findings.filter(isExplained).length;
  if (explained > 0) context.process.stderr.write(`${context.t('scan.explained', { count: explained })}\n`);
  return ok(exitOf(report.findings, gateOf(flags, found), found.secrets?.findings));
}

/** Whether somebody answers for a finding doing no harm: it is shown, and holds nothing up. */
const isExplained = ({ vex }: Pick<Judged, 'vex'>): boolean =>
  vex?.status === 'not_affected' || vex?.status === 'fixed';

/** What decides the exit code besides the findings. */
type Gate = Pick<ScanFlags, 'failOn' | 'allowIncomplete'> & { readonly isIncomplete: boolean };

/** The exit code of a scan with a threshold. A scan that is not complete is never fine, unless that was allowed. */
export function exitOf(
  findings: readonly (Pick<Judged, 'vex'> & { vulnerability: { severity: Severity } })[],
  gate: Gate,
  secrets: readonly { severity: Severity }[] = [],
): number {
  const threshold = gate.failOn;
  if (threshold === undefined) return EXIT.fine;
  const severities = [
    ...findings.filter((item) => !isExplained(item)).map((item) => item.vulnerability.severity),
    ...secrets.map((item) => item.severity),
  ];
  if (severities.some((severity) => severityRank(severity) <= severityRank(threshold))) return EXIT.findings;
  return gate.isIncomplete && !gate.allowIncomplete ? EXIT.failed : EXIT.fine;
}
