// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package, Severity, Vulnerability } from '@bartizan/contracts';
import type { AdvisoryPack } from '../advisories/pack.ts';
import type { AdvisoryRow } from '../advisories/row.ts';
import { isJudgeable, isKeyedBySource, schemeOf } from '../distribution/namespace.ts';
import { compareVersions } from '../versions/compare.ts';
import type { VersionScheme } from '../versions/scheme.ts';
import { canonicalId, foldAliases } from './identity.ts';
import { judgeVersion, type RangeVerdict } from './range.ts';
import { severityOf } from './severity.ts';

/** What the matcher needs of a package. */
export type MatchablePackage = Pick<
  Package,
  'name' | 'version' | 'ecosystem' | 'sourceName' | 'sourceVersion' | 'ownedBy'
>;

/** One step of the reasoning, as it is shown to people. */
export interface MatchStep {
  readonly step: 'package' | 'advisory' | 'comparator' | 'range' | 'severity' | 'fix';
  readonly detail: string;
}

/** State of the fix. `unknown`: the source does not say. */
export type FixState = 'fixed' | 'not-fixed' | 'wont-fix' | 'unknown';

/** A package that an advisory speaks against. */
export interface Match<P extends MatchablePackage = MatchablePackage> {
  readonly package: P;
  readonly kind: 'vulnerability' | 'malicious';
  /** `unknown`: the advisory names the package, but what it says cannot be held against a version. */
  readonly verdict: 'affected' | 'unknown';
  readonly vulnerability: Vulnerability;
  readonly fixState: FixState;
  readonly fixedVersion?: string;
  readonly comparator: VersionScheme;
  readonly why: readonly MatchStep[];
}

/** Whether the pack can judge a package. Only `assessed` without matches may be called clean. */
export type Assessment = 'assessed' | 'no-data' | 'not-covered' | 'owned-by-distribution';

/** What matching one package gives. */
export interface PackageVerdict<P extends MatchablePackage = MatchablePackage> {
  readonly package: P;
  readonly assessment: Assessment;
  readonly matches: readonly Match<P>[];
}

interface Judged {
  readonly row: AdvisoryRow;
  readonly verdict: RangeVerdict;
}

interface Subject<P extends MatchablePackage> {
  readonly package: P;
  readonly name: string;
  readonly version: string;
  readonly scheme: VersionScheme;
}

const FIX_STATES: Readonly<Record<string, FixState>> = {
  will_not_fix: 'wont-fix',
  fix_deferred: 'not-fixed',
  unfixed_at_snapshot: 'not-fixed',
  affected: 'not-fixed',
  open: 'not-fixed',
  end_of_life: 'wont-fix',
};

/** The lowest fix above the installed version; the fix of the matching range goes first. */
const chooseFix = (judged: readonly Judged[], subject: Subject<MatchablePackage>): string | undefined => {
  const fixes = judged.flatMap(({ row, verdict }) =>
    verdict.verdict === 'affected'
      ? verdict.fixedVersion === undefined
        ? (row.fixed ?? [])
        : [verdict.fixedVersion]
      : [],
  );
  const above = fixes.filter((fix) => compareVersions(subject.scheme, fix, subject.version) > 0);
  // Two feeds may name two fixes of one flaw: only the later one removes both.
  const isFromRange = judged.every(({ verdict }) => verdict.fixedVersion !== undefined);
  return above.reduce<string | undefined>((best, fix) => {
    if (best === undefined) return fix;
    const order = compareVersions(subject.scheme, fix, best);
    return (isFromRange ? order > 0 : order < 0) ? fix : best;
  }, undefined);
};

const explain = (judged: readonly Judged[], subject: Subject<MatchablePackage>): MatchStep[] => {
  const { package: found } = subject;
  const isBySource = subject.name !== found.name || subject.version !== found.version;
  return [
    {
      step: 'package',
      detail: isBySource
        ? `${found.name} ${found.version} is built from source package ${subject.name} ${subject.version}, by which ${found.ecosystem} keys its advisories`
        : `${found.name} ${found.version}, ecosystem ${found.ecosystem}`,
    },
    ...judged.flatMap(({ row, verdict }): MatchStep[] => [
      {
        step: 'advisory',
        detail: `${row.id} of ${row.source}${row.modified === undefined ? '' : `, changed ${row.modified}`}`,
      },
      { step: 'range', detail: `${subject.version}: ${verdict.by}` },
    ]),
    { step: 'comparator', detail: `versions in ${subject.scheme} order` },
  ];
};

const toMatch = <P extends MatchablePackage>(
  id: string,
  judged: readonly Judged[],
  context: { subject: Subject<P>; pack: AdvisoryPack },
): Match<P> => {
  const { subject, pack } = context;
  const rows = judged.map(({ row }) => row);
  const isAffected = judged.some(({ verdict }) => verdict.verdict === 'affected');
  const isMalicious = rows.some((row) => row.kind === 'malicious');
  const aliases = foldAliases(id, rows);
  const facts = [id, ...aliases].flatMap((one) => (one.startsWith('CVE-') ? [pack.cve(one) ?? {}] : []));
  const severity: ReturnType<typeof severityOf> = isMalicious
    ? { severity: 'critical', source: 'malicious package' }
    : severityOf(rows, facts);
  const kev = facts.find((fact) => fact.kev !== undefined)?.kev;
  const epss = facts.reduce<number | undefined>(
    (most, fact) => (fact.epss === undefined ? most : Math.max(most ?? 0, fact.epss.probability)),
    undefined,
  );
  const fixedVersion = isAffected ? chooseFix(judged, subject) : undefined;
  const stated = rows.map((row) => FIX_STATES[row.status ?? '']).find((state) => state !== undefined);
  const fixState = fixedVersion === undefined ? (stated ?? 'unknown') : 'fixed';
  const summary = rows.find((row) => row.summary !== undefined)?.summary;
  const published = rows
    .map((row) => row.published ?? '')
    .filter((date) => date !== '')
    .sort()[0];
  return {
    package: subject.package,
    kind: isMalicious ? 'malicious' : 'vulnerability',
    verdict: isAffected ? 'affected' : 'unknown',
    vulnerability: {
      id,
      aliases: aliases.slice(0, 64),
      ...(summary === undefined ? {} : { summary }),
      severity: severity.severity satisfies Severity,
      ...(severity.source === undefined ? {} : { severitySource: severity.source.slice(0, 128) }),
      ...(severity.score === undefined ? {} : { score: severity.score }),
      cvss: (severity.vectors ?? []).slice(0, 8).map((vector) => vector.slice(0, 256)),
      cwe: [],
      knownExploited: kev !== undefined,
      ...(kev === undefined ? {} : { ransomware: kev.isRansomware }),
      ...(epss === undefined ? {} : { epss }),
      ...(published === undefined ? {} : { publishedAt: published }),
      references: [...new Set(rows.flatMap((row) => row.references ?? []))].slice(0, 16),
    },
    fixState,
    ...(fixedVersion === undefined ? {} : { fixedVersion }),
    comparator: subject.scheme,
    why: [
      ...explain(judged, subject),
      {
        step: 'severity',
        detail:
          severity.source === undefined ? 'no source rates it' : `${severity.severity} by ${severity.source}`,
      },
      {
        step: 'fix',
        detail:
          fixedVersion === undefined
            ? `no fixed version named (${fixState})`
            : `first fixed version above the installed one: ${fixedVersion}`,
      },
    ],
  };
};

const subjectOf = <P extends MatchablePackage>(found: P): Subject<P> => {
  const scheme = schemeOf(found.ecosystem);
  return isKeyedBySource(found.ecosystem)
    ? {
        package: found,
        name: found.sourceName ?? found.name,
        version: found.sourceVersion ?? found.version,
        scheme,
      }
    : { package: found, name: found.name, version: found.version, scheme };
};

const judge = <P extends MatchablePackage>(subject: Subject<P>, pack: AdvisoryPack): Match<P>[] => {
  const groups = new Map<string, Judged[]>();
  const cleared = new Set<string>();
  for (const row of pack.rows(subject.package.ecosystem, subject.name)) {
    if (row.withdrawn !== undefined || row.kind === 'notice' || row.confidence === 'low') continue;
    const verdict = judgeVersion(row, subject.version, subject.scheme);
    const id = canonicalId(row);
    if (verdict.verdict === 'not-affected') {
      // Rule: an explicit "not affected" clears every other id of the same flaw on this package.
      if (row.status === 'not_affected') for (const one of [row.id, ...(row.aliases ?? [])]) cleared.add(one);
      continue;
    }
    groups.set(id, [...(groups.get(id) ?? []), { row, verdict }]);
  }
  return [...groups]
    .filter(([id, judged]) => !cleared.has(id) && judged.some(({ row }) => !cleared.has(row.id)))
    .map(([id, judged]) => toMatch(id, judged, { subject, pack }));
};

const assess = (
  found: MatchablePackage,
  subject: Subject<MatchablePackage>,
  pack: AdvisoryPack,
): Assessment => {
  if (found.ownedBy !== undefined) return 'owned-by-distribution';
  if (!isJudgeable(found.ecosystem)) return 'not-covered';
  return pack.covers(found.ecosystem, subject.name) ? 'assessed' : 'no-data';
};

/** Holds one package against a pack. */
export const matchPackage = <P extends MatchablePackage>(found: P, pack: AdvisoryPack): PackageVerdict<P> => {
  const subject = subjectOf(found);
  const assessment = assess(found, subject, pack);
  // Files of a distribution package carry backported fixes: only the distribution's feed can judge them.
  const matches =
    assessment === 'owned-by-distribution' || assessment === 'not-covered' ? [] : judge(subject, pack);
  return { package: found, assessment, matches };
};
