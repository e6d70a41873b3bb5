// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Finding, Image } from '@bartizan/contracts';
import {
  type ImageFacts,
  type ImageVulnerability,
  isUnknown,
  type Unknown,
} from '@bartizan/engine/admission';

/** What is known of one image beside its record. */
export interface Judged {
  /** Open findings; undefined: more than can be held. */
  readonly findings: readonly Finding[] | undefined;
  /** Its packages were held against the advisories: no finding means that nothing is known to be wrong. */
  readonly isMatched: boolean;
}

const FACTS_MAX = 512;

/** The facts that rules may ask for. What nobody looked at is left out, and so unknown; it never counts as clean. */
export function imageFacts(
  image: Image,
  judged: Judged,
  before?: ImageFacts | Unknown,
): ImageFacts | Unknown {
  const { scan } = image;
  const isUnderWay = scan?.state === 'queued' || scan?.state === 'scanning';
  // What the last scan said holds until the next one has ended.
  if (isUnderWay && before !== undefined && !isUnknown(before) && before.scanned)
    return { ...before, ...identity(image) };
  if (isUnderWay) return { unknown: 'the image is being scanned' };
  if (scan?.state === 'incomplete')
    return { unknown: `the image could be read only in part: ${scan.reasons[0] ?? 'no reason given'}` };
  if (scan?.state !== 'done') return { scanned: false, ...identity(image) };
  const of = (kind: Finding['kind']) => judged.findings?.filter((finding) => finding.kind === kind);
  const vulnerabilities = judged.isMatched ? of('vulnerability')?.flatMap(vulnerabilityOf) : undefined;
  const secrets = scan.rulesVersion === undefined ? undefined : of('secret')?.length;
  return {
    scanned: true,
    ...(scan.scannedAtMs === undefined ? {} : { scannedAtMs: scan.scannedAtMs }),
    ...(image.distribution === undefined ? {} : { os: image.distribution.replace(' ', ':') }),
    ...(vulnerabilities === undefined ? {} : { vulnerabilities }),
    ...(secrets === undefined ? {} : { secrets }),
    ...identity(image),
  };
}

/** What is known without looking into it. */
function identity({ createdAtMs, labels, base, signature }: Image): Partial<ImageFacts> {
  const isSigned = signature === undefined || signature.state === 'unknown' ? undefined : signature.state;
  return {
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(labels === undefined ? {} : { labels }),
    ...(base?.reference === undefined ? {} : { baseImages: [base.reference] }),
    ...(isSigned === undefined ? {} : { signed: isSigned === 'signed' }),
    ...(signature?.state === 'signed' ? { verifiers: signature.signers } : {}),
  };
}

function vulnerabilityOf(finding: Finding): ImageVulnerability[] {
  const { vulnerability, severity, fix, package: found } = finding;
  if (vulnerability === undefined) return [];
  const publishedAtMs = Date.parse(vulnerability.publishedAt ?? '');
  return [
    {
      id: vulnerability.id,
      aliases: vulnerability.aliases,
      severity,
      fixable: fix.state === 'fixed',
      exploited: vulnerability.knownExploited,
      ...(vulnerability.score === undefined ? {} : { score: vulnerability.score }),
      ...(vulnerability.epss === undefined ? {} : { epss: vulnerability.epss }),
      ...(Number.isNaN(publishedAtMs) ? {} : { publishedAtMs }),
      ...(found === undefined ? {} : { package: found.name }),
    },
  ];
}

/** A name that leads to several images, one for each platform: any of them may run, so the worst of each counts. */
export function worstOf(all: readonly (ImageFacts | Unknown)[]): ImageFacts | Unknown {
  const [first, ...more] = all.slice(0, FACTS_MAX);
  if (first === undefined) return { unknown: 'no image has this name' };
  return more.reduce<ImageFacts | Unknown>(worse, first);
}

function worse(one: ImageFacts | Unknown, other: ImageFacts | Unknown): ImageFacts | Unknown {
  if (isUnknown(one)) return one;
  if (isUnknown(other)) return other;
  const least = (a: number | undefined, b: number | undefined) =>
    a === undefined || b === undefined ? undefined : Math.min(a, b);
  const sum = (a: number | undefined, b: number | undefined) =>
    a === undefined || b === undefined ? undefined : a + b;
  const scannedAtMs = least(one.scannedAtMs, other.scannedAtMs);
  const createdAtMs = least(one.createdAtMs, other.createdAtMs);
  const secrets = sum(one.secrets, other.secrets);
  const signed =
    one.signed === undefined || other.signed === undefined ? undefined : one.signed && other.signed;
  const vulnerabilities =
    one.vulnerabilities === undefined || other.vulnerabilities === undefined
      ? undefined
      : [...one.vulnerabilities, ...other.vulnerabilities];
  return {
    scanned: one.scanned && other.scanned,
    ...(scannedAtMs === undefined ? {} : { scannedAtMs }),
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(signed === undefined ? {} : { signed }),
    ...(vulnerabilities === undefined ? {} : { vulnerabilities }),
    // The rest is said only where both say the same.
    ...(one.os !== undefined && one.os === other.os ? { os: one.os } : {}),
  };
}
