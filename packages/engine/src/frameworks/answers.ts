// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessRisk, CheckResult, Finding, LocalText, Severity } from '@bartizan/contracts';
import type { BenchmarkResult, ComplianceAnswer, ComplianceRun } from '@bartizan/contracts/compliance';
import { CLUSTER_CHECKS } from '../cluster-posture/index.ts';
import { isBenchmarkCheck } from '../compliance/benchmark-verdicts.ts';
import { findingId } from '../posture/finding.ts';
import { breaksACheck, vulnerabilityChecks } from '../posture/vulnerability-checks.ts';
import { contentHash } from '../revision/index.ts';

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;
const both = (text: string): LocalText => ({ en: cut(text, 1000), ja: cut(text, 1000) });

interface Seen {
  readonly ref: string;
  readonly subject: string;
  readonly node?: string | undefined;
  readonly outcome: ComplianceAnswer['outcome'];
  readonly severity: Severity;
  readonly at: number;
  readonly detail: LocalText;
  readonly fix?: string | undefined;
  /** What the hash is made over. */
  readonly evidence: unknown;
  readonly accepted?: ComplianceAnswer['accepted'];
}

function answer({ evidence, node, fix, accepted, ...seen }: Seen): ComplianceAnswer {
  return {
    ...seen,
    subject: cut(seen.subject, 640),
    ...(node === undefined ? {} : { node }),
    ...(fix === undefined ? {} : { fix }),
    ...(accepted === undefined ? {} : { accepted }),
    evidenceSha256: contentHash(evidence),
  };
}

/** Answers where not all was read that they are judged by: what was not seen to fail is not known to pass. */
export const withoutPasses = (answers: readonly ComplianceAnswer[]): ComplianceAnswer[] =>
  answers.map((one) =>
    one.outcome === 'pass'
      ? {
          ...one,
          outcome: 'unknown',
          detail: {
            en: 'There is more to judge this by than is read at once; not all of it was read',
            ja: '判定に必要な記録が一度に読み取れる件数を超えたため、一部を読み取っていません',
          },
          evidenceSha256: contentHash({ ref: one.ref, subject: one.subject, isWhole: false }),
        }
      : one,
  );

const nameOf = ({ workload, namespace, name }: CheckResult['subject']): string =>
  name === '' ? workload : namespace === '' ? name : `${namespace}/${name}`;

const acceptedOf = (finding: Finding | undefined): ComplianceAnswer['accepted'] =>
  finding?.state === 'accepted' && finding.acceptance !== undefined
    ? {
        owner: finding.acceptance.owner,
        reason: finding.acceptance.reason,
        until: finding.acceptance.expiresAtMs,
      }
    : undefined;

/** Checks whose ids are patterns of access are referred to as access, all others as posture. */
const refOfCheck = (check: string): string =>
  check.startsWith('access.') ? `access:${check}` : `posture:${check}`;

/** Kinds of findings that a failed check can be: of hosts and containers, and of the objects of a cluster. */
export const FAILURE_KINDS = ['posture', 'end-of-life', 'policy'] as const;

/** Answers of posture checks; a check that does not apply says nothing. `findings` tells which failures are accepted. */
export function answersOfChecks(
  checks: readonly CheckResult[],
  findings: readonly Finding[] = [],
): ComplianceAnswer[] {
  const byId = new Map(findings.map((finding) => [finding.id, finding]));
  return checks.flatMap((result) => {
    // What benchmarks say stands in their runs.
    if (result.outcome === 'not-applicable' || isBenchmarkCheck(result.check)) return [];
    const failed = result.outcome === 'fail';
    const key = { workload: result.subject.workload, cause: result.check };
    const finding = failed
      ? FAILURE_KINDS.map((kind) => byId.get(findingId({ ...key, kind }))).find((one) => one !== undefined)
      : undefined;
    return [
      answer({
        ref: refOfCheck(result.check),
        subject: nameOf(result.subject),
        outcome: result.outcome,
        severity: result.severity,
        at: result.checkedAtMs,
        detail: result.evidence.length === 0 ? result.title : both(result.evidence.join('; ')),
        fix: failed ? result.fix?.command : undefined,
        evidence: { check: result.check, outcome: result.outcome, evidence: result.evidence },
        accepted: acceptedOf(finding),
      }),
    ];
  });
}

const EXPOSURE = [CLUSTER_CHECKS.surface, CLUSTER_CHECKS.unguarded] as const;

/** Checks of what is exposed are asked of each such thing: where all is read and nothing is, they pass. */
export function answersOfNoExposure(
  checks: readonly CheckResult[],
  { isWhole, at }: { readonly isWhole: boolean; readonly at: number },
): ComplianceAnswer[] {
  const asked = new Set(checks.map(({ check }) => check));
  return EXPOSURE.filter(({ id }) => !asked.has(id)).map(({ id, severity }) =>
    answer({
      ref: `posture:${id}`,
      subject: 'cluster',
      outcome: isWhole ? 'pass' : 'unknown',
      severity,
      at,
      detail: isWhole
        ? { en: 'Nothing is reachable from outside', ja: '外部から到達できるものはありません' }
        : { en: 'Not everything could be read', ja: '一部を読み取れませんでした' },
      evidence: { id, exposed: 0, isWhole },
    }),
  );
}

/** States of findings that fail: a risk that somebody accepted is still there. */
export const STANDING_STATES: readonly Finding['state'][] = ['open', 'accepted'];

/** The acceptance of what makes a workload fail: the one that ends first, where every flaw there is accepted. */
function acceptedOfAll(findings: readonly Finding[]): ComplianceAnswer['accepted'] {
  const all = findings.map(acceptedOf).filter((one) => one !== undefined);
  if (all.length < findings.length) return undefined;
  return all.toSorted((one, two) => one.until - two.until)[0];
}

/**
 * Answers about vulnerabilities: one a scanned workload, failing when a critical or high flaw there has a repair, also
 * when all of them are accepted.
 */
export function answersOfVulnerabilities(input: {
  readonly findings: readonly Finding[];
  /** Whether `findings` are all there are; an open one may be among what is missing. */
  readonly isWhole: boolean;
  readonly scanned: readonly {
    readonly workload: string;
    readonly name: string;
    /** Absent: it runs, and nobody read its packages. */
    readonly judged?: boolean;
    readonly at: number;
  }[];
}): ComplianceAnswer[] {
  const places = new Map(input.scanned.map((place) => [place.workload, place]));
  const scanned = input.scanned.map(({ workload, judged = false }) => ({ workload, judged }));
  const checked = vulnerabilityChecks({ findings: input.findings, scanned, states: STANDING_STATES });
  const results = Map.groupBy(checked, ({ subject }) => subject.workload);
  const broken = Map.groupBy(
    input.findings.filter((finding) => STANDING_STATES.includes(finding.state) && breaksACheck(finding)),
    ({ subject }) => subject.workload,
  );
  return [...results].map(([workload, checks]) => {
    const failing = checks.filter(({ outcome }) => outcome === 'fail');
    const evidence = failing.flatMap((check) => check.evidence);
    const outcome =
      failing.length > 0 ? 'fail' : checks.some((check) => check.outcome === 'unknown') ? 'unknown' : 'pass';
    const isRead = places.get(workload)?.judged !== undefined;
    const words = {
      pass: { en: 'No critical or high flaw with a repair', ja: '修正可能な重大・高の欠陥なし' },
      unknown: isRead
        ? { en: 'The advisories could not judge every package', ja: '判定できないパッケージがあります' }
        : { en: 'It runs and was not scanned', ja: '実行中ですが、スキャンされていません' },
      fail: both(evidence.join('; ')),
    } as const;
    return answer({
      ref: 'vulnerability',
      subject: places.get(workload)?.name ?? workload,
      outcome,
      severity: failing[0]?.severity ?? 'high',
      at: places.get(workload)?.at ?? 0,
      detail: words[outcome],
      evidence: { workload, outcome, evidence },
      accepted: input.isWhole ? acceptedOfAll(broken.get(workload) ?? []) : undefined,
    });
  });
}

/** Answers about secrets: a place where one lies fails; one that was looked through to the end and has none passes. */
export function answersOfSecrets(
  findings: readonly Finding[],
  places: readonly { readonly subject: string; readonly searched: boolean; readonly at: number }[],
): ComplianceAnswer[] {
  const found = findings.filter(
    ({ kind, state }) => kind === 'secret' && state !== 'fixed' && state !== 'explained',
  );
  const bad = new Set(found.map(({ subject }) => nameOf(subject)));
  const failing = found.map((finding) =>
    answer({
      ref: 'secret',
      subject: nameOf(finding.subject),
      node: finding.node,
      outcome: 'fail',
      severity: finding.severity,
      at: finding.lastSeenAtMs,
      detail: {
        en: cut(`${finding.title.en} (${finding.location?.path ?? ''})`, 1000),
        ja: cut(`${finding.title.ja}（${finding.location?.path ?? ''}）`, 1000),
      },
      evidence: { id: finding.id, fingerprint: finding.secret?.fingerprint ?? '' },
      accepted: acceptedOf(finding),
    }),
  );
  const others = places
    .filter(({ subject }) => !bad.has(subject))
    .map(({ subject, searched, at }) =>
      answer({
        ref: 'secret',
        subject,
        outcome: searched ? 'pass' : 'unknown',
        severity: 'high',
        at,
        detail: searched
          ? { en: 'Searched, nothing found', ja: '検索済み、検出なし' }
          : {
              en: 'It runs and was not searched to the end',
              ja: '実行中ですが、検索が完了していません',
            },
        evidence: searched ? { subject, found: 0 } : { subject, searched },
      }),
    );
  return [...failing, ...others];
}

/** Answers about permissions: who holds a pattern fails it; with the whole cluster read, a pattern nobody holds passes. */
export function answersOfAccess(input: {
  readonly patterns: readonly {
    readonly id: string;
    readonly severity: Severity;
    readonly title: LocalText;
  }[];
  readonly risks: readonly AccessRisk[];
  readonly isWhole: boolean;
  readonly at: number;
}): ComplianceAnswer[] {
  const held = Map.groupBy(
    input.risks.filter(({ origin }) => origin === 'given'),
    ({ pattern }) => pattern,
  );
  return input.patterns.flatMap(({ id, severity, title }) => {
    const risks = held.get(id) ?? [];
    if (risks.length === 0)
      return [
        answer({
          ref: `access:${id}`,
          subject: 'cluster',
          outcome: input.isWhole ? 'pass' : 'unknown',
          severity,
          at: input.at,
          detail: input.isWhole
            ? { en: 'Nobody but parts of Kubernetes', ja: 'Kubernetes の構成要素以外に該当者なし' }
            : { en: 'Not everything could be read', ja: '一部を読み取れませんでした' },
          evidence: { id, holders: 0, isWhole: input.isWhole },
        }),
      ];
    return risks.map((risk) =>
      answer({
        ref: `access:${id}`,
        subject: risk.subject,
        outcome: 'fail',
        severity: risk.severity,
        at: input.at,
        detail: { en: `${title.en} (${risk.scope})`, ja: `${title.ja}（${risk.scope}）` },
        evidence: { id, subject: risk.subject, scope: risk.scope, bindings: risk.bindings },
      }),
    );
  });
}

/** Answers of admission rules asked of the objects there are now; a rule that is switched off says nothing. */
export function answersOfAdmission(
  rules: readonly {
    readonly id: string;
    readonly severity: Severity;
    readonly violations: number;
    readonly unknown: number;
    /** How much of what exists it was asked of: no violation of what nobody asked is no pass. */
    readonly reach: 'all' | 'some' | 'none';
  }[],
  at: number,
): ComplianceAnswer[] {
  return rules.map(({ id, severity, violations, unknown, reach }) => {
    const counted = {
      en: `${violations} objects violate it, ${unknown} could not be judged`,
      ja: `違反 ${violations} 件、判定不能 ${unknown} 件`,
    };
    const details = {
      all: counted,
      some: {
        en: `${counted.en}; not all of what it is about was asked: some is not readable, not followed, or left out by a binding`,
        ja: `${counted.ja}（対象の一部は、読み取れない、監視していない、または適用設定でオフのため、判定していません）`,
      },
      none: {
        en: 'It is not asked of what exists',
        ja: '既存のオブジェクトには適用していません',
      },
    };
    return answer({
      ref: `admission:${id}`,
      subject: 'cluster',
      outcome: violations > 0 ? 'fail' : unknown > 0 || reach !== 'all' ? 'unknown' : 'pass',
      severity,
      at,
      detail: details[violations > 0 && reach === 'none' ? 'all' : reach],
      evidence: { id, violations, unknown, reach },
    });
  });
}

/** Answers of detections in the audit log: what happened fails; what did not, passes only where the log is received. */
export function answersOfDetections(
  rules: readonly { readonly id: string; readonly severity: Severity }[],
  counts: ReadonlyMap<string, number>,
  { at, isReceived, days }: { readonly at: number; readonly isReceived: boolean; readonly days: number },
): ComplianceAnswer[] {
  return rules.flatMap(({ id, severity }) => {
    const count = counts.get(id) ?? 0;
    if (count === 0 && !isReceived) return [];
    return [
      answer({
        ref: `audit:${id}`,
        subject: 'cluster',
        outcome: count > 0 ? 'fail' : 'pass',
        severity,
        at,
        detail: { en: `${count} times in ${days} days`, ja: `${days} 日間に ${count} 件` },
        evidence: { id, count },
      }),
    ];
  });
}

const OUTCOMES: Readonly<Record<BenchmarkResult['status'], ComplianceAnswer['outcome'] | undefined>> = {
  pass: 'pass',
  fail: 'fail',
  unknown: 'unknown',
  manual: 'unknown',
  'not-applicable': undefined,
};

/** Answers of a run of benchmarks; what people have to judge is unknown, what does not apply says nothing. */
export function answersOfRun(
  run: ComplianceRun,
  severityOf: (benchmark: string, check: string) => Severity = () => 'medium',
): ComplianceAnswer[] {
  const evidence = new Map(run.evidence.map((one) => [one.id, one]));
  const nodes = new Map(run.nodes.map(({ node, name }) => [node, name]));
  return run.results.flatMap((result) => {
    const outcome = OUTCOMES[result.status];
    if (outcome === undefined) return [];
    const seen = result.evidence.flatMap((id) => evidence.get(id) ?? []);
    const node = result.node === undefined ? undefined : (nodes.get(result.node) ?? result.node);
    return [
      answer({
        ref: `benchmark:${result.benchmark}/${result.check}`,
        subject: node ?? 'cluster',
        node,
        outcome,
        severity: severityOf(result.benchmark, result.check),
        at: seen.reduce((oldest, one) => Math.min(oldest, one.collectedAt), run.at),
        detail: result.reason,
        fix: result.fix,
        evidence: seen.map(({ id, sha256 }) => [id, sha256]),
      }),
    ];
  });
}
