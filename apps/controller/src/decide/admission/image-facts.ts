// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Finding, type Image, inLanguage, type Package } from '@bartizan/contracts';
import {
  type ImageBaseFacts,
  type ImageFacts,
  type ImageVulnerability,
  isUnknown,
  type Unknown,
} from '@bartizan/engine/admission';
import type { BaseDesk, BuiltImage } from '../../ports.ts';

/** What is known of one image beside its record. */
export interface Judged {
  /** Open findings; undefined: more than can be held. */
  readonly findings: readonly Finding[] | undefined;
  /** Its packages were held against the advisories: no finding means that nothing is known to be wrong. */
  readonly isMatched: boolean;
  /** What its package list says, where it is whole. */
  readonly packages?: PackageFacts;
}

/** What rules may ask of all packages of an image together. */
export type PackageFacts = Pick<ImageFacts, 'licences' | 'undeclaredLicences'>;

/** Different licences of one image; with more than that none is told, rather than a part of them. */
const LICENCES_MAX = 512;

/** Licences of a package list. */
export function packageFacts(packages: readonly Pick<Package, 'licenses'>[]): PackageFacts {
  const licences = new Set<string>();
  let undeclaredLicences = 0;
  for (const { licenses = [] } of packages) {
    if (licenses.length === 0) undeclaredLicences += 1;
    for (const licence of licenses) licences.add(licence);
  }
  return licences.size > LICENCES_MAX ? {} : { licences: [...licences].sort(), undeclaredLicences };
}

const FACTS_MAX = 512;

/** Whether an image is in line to be read, or is being read. */
const isUnderWay = ({ scan }: Pick<Image, 'scan'>): boolean =>
  scan?.state === 'queued' || scan?.state === 'scanning';

/** The facts that rules may ask for, but for signatures: those depend on where it is taken from. What nobody looked at is left out, and so unknown; it never counts as clean. */
export function imageFacts(
  image: Image,
  judged: Judged,
  before?: ImageFacts | Unknown,
): ImageFacts | Unknown {
  const { scan } = image;
  // What the last scan said holds until the next one has ended.
  if (isUnderWay(image) && before !== undefined && !isUnknown(before) && before.scanned)
    return { ...before, ...identity(image) };
  if (isUnderWay(image)) return { unknown: 'the image is being scanned' };
  if (scan?.state === 'incomplete')
    return {
      unknown: `the image could be read only in part: ${inLanguage(scan.reasons[0] ?? 'no reason given', 'en')}`,
    };
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
    ...judged.packages,
    ...identity(image),
  };
}

/** Advisory namespaces of packages. */
export const namespaces = (packages: readonly Package[]): string[] => [
  ...new Set(packages.map(({ ecosystem }) => ecosystem)),
];

/** What an image is built on, and whether the name of that leads elsewhere by now. */
export function baseFacts(bases: BaseDesk, image: BuiltImage): ImageBaseFacts | undefined {
  const base = bases.baseOf(image);
  if (base === undefined) return undefined;
  const newer = bases.newerOf(image, base);
  return {
    ...(base.reference === undefined ? {} : { name: base.reference }),
    ...(base.digest === undefined ? {} : { digest: base.digest }),
    ...(newer.state === 'unknown' ? {} : { isOutdated: newer.state === 'newer' }),
  };
}

/** What others than the image decide: other images, and the pack in use. */
export interface Surroundings {
  readonly base: ImageBaseFacts | undefined;
  readonly supportEndsAtMs: number | undefined;
}

/** The facts of an image with what is known around it now. */
export function placed(facts: ImageFacts | Unknown, around: Surroundings): ImageFacts | Unknown {
  const { base, supportEndsAtMs } = around;
  if (isUnknown(facts)) return facts;
  return {
    ...facts,
    ...(base === undefined ? {} : { base }),
    ...(base?.name === undefined ? {} : { baseImages: [base.name] }),
    ...(supportEndsAtMs === undefined ? {} : { supportEndsAtMs }),
  };
}

/** What is known without looking into it. */
function identity({ createdAtMs, labels, base }: Image): Partial<ImageFacts> {
  return {
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(labels === undefined ? {} : { labels }),
    ...(base?.reference === undefined ? {} : { baseImages: [base.reference] }),
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
    ...worsePackages(one, other),
    ...(one.base === undefined || other.base === undefined ? {} : { base: worseBase(one.base, other.base) }),
  };
}

const either = (one: boolean | undefined, other: boolean | undefined): boolean | undefined =>
  one === true || other === true ? true : one === undefined || other === undefined ? undefined : false;

function worseBase(one: ImageBaseFacts, other: ImageBaseFacts): ImageBaseFacts {
  const isOutdated = either(one.isOutdated, other.isOutdated);
  return {
    ...(one.name !== undefined && one.name === other.name ? { name: one.name } : {}),
    ...(isOutdated === undefined ? {} : { isOutdated }),
  };
}

function worsePackages(one: ImageFacts, other: ImageFacts): Partial<ImageFacts> {
  const ends = [one.supportEndsAtMs, other.supportEndsAtMs].filter((end) => end !== undefined);
  const areTold = one.licences !== undefined && other.licences !== undefined;
  return {
    ...(areTold
      ? {
          licences: [...new Set([...one.licences, ...other.licences])].sort(),
          undeclaredLicences: (one.undeclaredLicences ?? 0) + (other.undeclaredLicences ?? 0),
        }
      : {}),
    ...(ends.length === 2 ? { supportEndsAtMs: Math.min(...ends) } : {}),
  };
}
