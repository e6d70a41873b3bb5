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
import {
  isOtherIncomplete,
  type OtherFindings,
  otherList,
  showOtherSummaries,
  showOthers,
} from './other-findings.ts';
import { type BaseFound, findBaseImage, judgeBase, showBase } from './scan-base.ts';
import type { ImageScanFlags, ScanFlags, ScanKind } from './scan-flags.ts';
import { scanImage } from './scan-image.ts';
import { judgeLicences, licencePolicy } from './scan-licences.ts';
import { isBomFormat, showFindings, showIncomplete, showPackages, showSummary } from './scan-output.ts';
import { findSecrets } from './scan-secrets.ts';
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
function judge(
  scanned: Scanned,
  pack: AdvisoryPack,
  { sets, base }: Pick<Found, 'base'> & { readonly sets: readonly VexSet[] },
): JudgedReport {
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
    ...(base === undefined
      ? {}
      : {
          originOfLayer: base.originOfLayer,
          base: judgeBase(base, scanned, {
            findings: matched.findings,
            match: (packages) => matchPackages(packages, pack).findings,
          }),
        }),
  };
}

/** Version of this program, for documents. */
const toolVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version;

type Flags = ScanFlags & Partial<ImageScanFlags>;
interface Target {
  readonly path: string;
  readonly kind: ScanKind;
}

/** What was found, before any advisory is asked. Without `scanned`, packages were not asked for. */
interface Found {
  readonly scanned?: Scanned;
  readonly others: OtherFindings;
  /** Of an image, where it was asked for or is stated. */
  readonly base?: BaseFound;
}

/** Secrets of a host or folder, where they were asked for. */
function secretsOf(
  context: CliContext,
  { path, kind }: Target,
  flags: Flags,
): Result<OtherFindings, ApiFailure> {
  if (flags.scanners?.includes('secret') !== true) return ok({});
  if (!existsSync(path) || !statSync(path).isDirectory()) return err(failure('E_SCAN_TARGET', path));
  const secrets = findSecrets(context, new DirectoryTree(path), kind === 'host');
  return secrets.ok ? ok({ secrets: secrets.value }) : secrets;
}

/** Looks for what was asked for. An image is read once for all of it. */
async function gather(context: CliContext, target: Target, flags: Flags): Promise<Result<Found, ApiFailure>> {
  const { path, kind } = target;
  if (kind === 'image') {
    if (!existsSync(path)) return err(failure('E_SCAN_TARGET', path));
    return gatherImage(context, path, {
      ...flags,
      scanners: flags.scanners ?? ['vuln'],
      malwareHashes: flags.malwareHashes ?? [],
      base: flags.base ?? [],
    });
  }
  const others = secretsOf(context, target, flags);
  if (!others.ok) return others;
  if (!asksPackages(flags)) return ok({ others: others.value });
  const scanned = scanTarget({ path, kind });
  return scanned.ok ? ok({ scanned: scanned.value, others: others.value }) : scanned;
}

async function gatherImage(
  context: CliContext,
  path: string,
  flags: ImageScanFlags,
): Promise<Result<Found, ApiFailure>> {
  const image = await scanImage(context, path, flags);
  if (!image.ok) return image;
  const base = await findBaseImage(image.value, flags);
  if (!base.ok) return base;
  const { scanned, secrets, hygiene } = image.value;
  return ok({
    scanned,
    others: {
      ...(secrets === undefined ? {} : { secrets }),
      ...(hygiene === undefined ? {} : { hygiene }),
    },
    ...(base.value === undefined ? {} : { base: base.value }),
  });
}

const asksPackages = ({ scanners }: Flags): boolean => scanners === undefined || scanners.includes('vuln');

/**
 * `scan host|dir|image|sbom`: exit 3 when a finding or a secret is at least as bad as --fail-on, 1 when the scan is not
 * complete.
 */
export function runScan(context: CliContext, target: Target, flags: Flags): Promise<void> {
  return perform(context, async () => {
    const statements = readStatements(flags);
    if (!statements.ok) return statements;
    const policy = licencePolicy(flags);
    if (!policy.ok) return policy;
    const gathered = await gather(context, target, flags);
    if (!gathered.ok) return gathered;
    const { scanned } = gathered.value;
    const others = {
      ...gathered.value.others,
      ...(scanned === undefined || policy.value === undefined
        ? {}
        : { licences: judgeLicences(scanned, policy.value) }),
    };
    if (scanned !== undefined) showIncomplete(context, scanned);
    if (scanned === undefined || !asksPackages(flags)) {
      showOthers(context, flags, others, true);
      showOtherSummaries(context, others);
      return ok(exitOf([], gateOf(flags, gathered.value), otherList(others)));
    }
    if (isBomFormat(flags.output)) {
      context.process.stdout.write(writeBom(toBom(scanned, toolVersion()), flags.output));
      showOtherSummaries(context, others);
      return ok(exitOf([], gateOf(flags, gathered.value), otherList(others)));
    }
    const work = mkdtempSync(join(tmpdir(), 'bartizan-scan-'));
    try {
      return show(context, flags, { ...gathered.value, scanned, others, sets: statements.value, work });
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

const gateOf = (flags: Flags, { scanned, others }: Found): Gate => ({
  ...flags,
  isIncomplete: (scanned?.incomplete.length ?? 0) > 0 || isOtherIncomplete(others),
});

function show(
  context: CliContext,
  flags: Flags,
  found: Found & {
    readonly scanned: Scanned;
    readonly sets: readonly VexSet[];
    readonly work: string;
  },
): Result<number, ApiFailure> {
  const { scanned, others } = found;
  const pack = findPack(context, flags, found.work);
  if (!pack.ok) return pack;
  const report = pack.value === undefined ? undefined : judge(scanned, pack.value, found);
  pack.value?.close();
  if (report === undefined) showPackages(context, flags, scanned.packages, others);
  else {
    showFindings(context, flags, report, others);
    showSummary(context, report);
    if (report.base !== undefined) showBase(context, report.base, flags.newBase !== undefined);
  }
  showOthers(context, flags, others, false);
  showOtherSummaries(context, others);
  if (report === undefined) {
    context.process.stderr.write(`${context.t('scan.no-pack')}\n`);
    return ok(flags.failOn === undefined ? EXIT.fine : EXIT.failed);
  }
  const explained = report.findings.filter(isExplained).length;
  if (explained > 0) context.process.stderr.write(`${context.t('scan.explained', { count: explained })}\n`);
  return ok(exitOf(report.findings, gateOf(flags, found), otherList(others)));
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
  others: readonly { severity: Severity }[] = [],
): number {
  const threshold = gate.failOn;
  if (threshold === undefined) return EXIT.fine;
  const severities = [
    ...findings.filter((item) => !isExplained(item)).map((item) => item.vulnerability.severity),
    ...others.map((item) => item.severity),
  ];
  if (severities.some((severity) => severityRank(severity) <= severityRank(threshold))) return EXIT.findings;
  return gate.isIncomplete && !gate.allowIncomplete ? EXIT.failed : EXIT.fine;
}
