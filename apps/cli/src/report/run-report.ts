// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Severity, severityRank } from '@bartizan/contracts';
import type { ScanProblem } from '@bartizan/scan';
import type { StoodItem } from '../gate/standing.ts';
import { type UnjudgedPackages, unjudgedText } from './unjudged.ts';

/** What a signature policy says of an image, and why where it is not fulfilled. */
export interface SignatureStanding {
  readonly outcome: 'fulfilled' | 'refused' | 'unknown';
  readonly reasons: readonly string[];
}

/** One thing that was scanned, as reports show it. */
export interface TargetReport {
  readonly kind: 'image' | 'directory' | 'host' | 'sbom' | 'container';
  readonly name: string;
  readonly digest?: string;
  readonly platform?: string;
  readonly operatingSystem: string;
  /** Worst first. */
  readonly items: readonly StoodItem[];
  /** Why it is not all that was looked at. */
  readonly incomplete: readonly Pick<ScanProblem, 'code' | 'path' | 'detail'>[];
  /** Whether there were advisories to hold it against: without them no vulnerability is known, which is not none. */
  readonly isJudged: boolean;
  /** What the advisories say nothing about. */
  readonly unjudged: readonly UnjudgedPackages[];
  /** Of an image that was held against a signature policy. Nobody answers for it by an exception or a baseline. */
  readonly signature?: SignatureStanding;
}

/** Something that could not be scanned at all. */
export interface FailedTarget {
  readonly name: string;
  readonly code: string;
  readonly detail: string;
}

/** One call of the scanner. Times are milliseconds since the Unix epoch. */
export interface RunReport {
  readonly toolVersion: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly failOn?: Severity;
  readonly targets: readonly TargetReport[];
  readonly failures: readonly FailedTarget[];
}

/** Whether an item counts: nobody answers for it, and it is at least as bad as the threshold (any, without one). */
export const counts = (item: StoodItem, failOn: Severity | undefined): boolean =>
  item.standing.state === 'open' &&
  (failOn === undefined || severityRank(item.severity) <= severityRank(failOn));

/** Name of a target that tells platforms of one image apart. */
export const targetTitle = ({ name, platform }: Pick<TargetReport, 'name' | 'platform'>): string =>
  platform === undefined || platform === '' ? name : `${name} (${platform})`;

/** Rule of an image that a signature policy refuses. */
export const REFUSED_SIGNATURE = {
  id: 'signature.refused',
  title: 'the signature policy refuses the image',
} as const;

/** Why a target is not accepted by its signature policy, in one text. */
export const signatureText = ({ reasons }: SignatureStanding): string => reasons.join(' | ');

/** Targets that a signature policy refuses. */
export const refusedTargets = ({
  targets,
}: RunReport): readonly (TargetReport & { readonly signature: SignatureStanding })[] =>
  targets.flatMap((target) => {
    const { signature } = target;
    return signature?.outcome === 'refused' ? [{ ...target, signature }] : [];
  });

/** What nobody can judge, whatever the advisories: told in every report, and no failure of the run. */
export const remarks = ({ targets }: RunReport): readonly string[] =>
  targets.flatMap((target) =>
    target.unjudged
      .filter(({ isGap }) => !isGap)
      .map((one) => `${targetTitle(target)}: ${unjudgedText(one)}`),
  );

/** Everything that is wrong with the run itself: what could not be read, judged or scanned. */
export function shortcomings(report: RunReport): readonly string[] {
  return [
    ...report.targets.flatMap((target) => [
      ...target.incomplete.map(
        ({ code, path, detail }) => `${targetTitle(target)}: ${code} ${path}: ${detail}`,
      ),
      ...(target.isJudged ? [] : [`${targetTitle(target)}: no advisories, vulnerabilities are unknown`]),
      ...target.unjudged
        .filter(({ isGap }) => isGap)
        .map((one) => `${targetTitle(target)}: ${unjudgedText(one)}`),
      ...(target.signature?.outcome === 'unknown'
        ? [`${targetTitle(target)}: signature policy: unknown: ${signatureText(target.signature)}`]
        : []),
    ]),
    ...report.failures.map(({ name, code, detail }) => `${name}: ${code}: ${detail}`),
  ];
}
