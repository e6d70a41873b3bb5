// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Package } from '@bartizan/contracts';
import { ecosystemOf, isDistributionType } from '../distribution/namespace.ts';
import { type Purl, parsePurl, typeOfPurl } from '../sbom/parse-purl.ts';
import { distributionOfCpe } from './platform.ts';
import type { VexProduct, VexStatement, VexStatus } from './statement.ts';

/** What is looked at: a finding about a package, wherever it came from. */
export interface VexSubject {
  readonly package: Package;
  readonly vulnerability: { readonly id: string; readonly aliases: readonly string[] };
}

/** Where the packages are. */
export interface VexPlace {
  /** Manifest digest of the image; absent for folders and hosts. */
  readonly imageDigest?: string;
}

/** The statement that holds for a finding. The finding stays: this says what somebody answers for. */
export interface AppliedVex {
  readonly status: VexStatus;
  readonly statement: VexStatement;
  /** Why it holds, for people: which product matched how. */
  readonly why: string;
  /** Statements of others about the same that say something else. */
  readonly contradictedBy: readonly VexStatement[];
}

/** Origins, the one that decides first: what the user says, what came with the image, its vendor, a feed. */
export const VEX_ORIGINS = ['user', 'image', 'vendor', 'feed'] as const;
export type VexOrigin = (typeof VEX_ORIGINS)[number];

/** Statements of one origin. */
export interface VexSet {
  readonly origin: VexOrigin;
  readonly statements: readonly VexStatement[];
}

/** Of two statements that are otherwise equal, the one that promises less. */
const CAUTION: Readonly<Record<VexStatus, number>> = {
  affected: 0,
  under_investigation: 1,
  fixed: 2,
  not_affected: 3,
};

/** A statement that a product is not affected must say why (rule 22): otherwise nobody can check it, and it does not count. */
export const isJustified = (statement: VexStatement): boolean =>
  statement.status !== 'not_affected' ||
  statement.justification !== undefined ||
  statement.detail !== undefined;

/** Qualifiers that say where a package lies and not which one it is. */
const ASIDE = ['repository_url', 'distro'];

/** Whether the version and the qualifiers that a statement gives are those of a package. */
const holdsFor = (stated: Purl, version: string, actual: Purl, aside: readonly string[] = ASIDE): boolean =>
  (stated.version === '' || stated.version === version) &&
  [...stated.qualifiers].every(([key, value]) => aside.includes(key) || actual.qualifiers.get(key) === value);

/** Whether a package URL of a statement means a package: same type and name, and every version and qualifier it states. */
export const meansPackage = (stated: string, actual: string): boolean => {
  const left = parsePurl(stated);
  const right = parsePurl(actual);
  if (left === undefined || right === undefined) return false;
  if (left.type !== right.type || left.namespace !== right.namespace || left.name !== right.name)
    return false;
  return holdsFor(left, right.version, right);
};

/**
 * Whether a package URL that a distribution states of its own release means a package of that release. Its namespace is
 * the vendor's name (`redhat`), ours the `ID` of os-release (`rhel`); with `arch=src` it means all that is built from it.
 */
const meansOfRelease = (stated: string, { purl, sourceName, sourceVersion }: Package): boolean => {
  const left = parsePurl(stated);
  const right = parsePurl(purl);
  if (left === undefined || right === undefined || left.type !== right.type) return false;
  if (left.qualifiers.get('arch') !== 'src')
    return left.name === right.name && holdsFor(left, right.version, right);
  return (
    left.name === (sourceName ?? right.name) &&
    holdsFor(left, sourceVersion ?? right.version, right, [...ASIDE, 'arch'])
  );
};

/**
 * Why a part of a product means this package: the product is the release of the distribution that the package is of, as
 * Red Hat names openssl in RHEL 9. Any other product that has the package in it is none of ours.
 */
const matchPlatform = (product: VexProduct, subject: VexSubject): string | undefined => {
  const { ecosystem } = subject.package;
  const part = product.parts.find((stated) => meansOfRelease(stated, subject.package));
  const found = part === undefined ? undefined : parsePurl(part);
  if (part === undefined || found === undefined || product.cpe === undefined) return undefined;
  const type = typeOfPurl(found);
  const platform = isDistributionType(type) ? distributionOfCpe(product.cpe) : undefined;
  if (platform === undefined || ecosystemOf(type, found.name, platform) !== ecosystem) return undefined;
  return `package ${part} of ${ecosystem}`;
};

/** Why a product of a statement means this package here; undefined when it does not. */
const matchProduct = (product: VexProduct, subject: VexSubject, place: VexPlace): string | undefined => {
  const { purl } = subject.package;
  const isThisImage = product.digest !== undefined && product.digest === place.imageDigest;
  if (isThisImage) {
    if (product.parts.length === 0) return `image ${product.digest}`;
    const part = product.parts.find((stated) => meansPackage(stated, purl));
    return part === undefined ? undefined : `image ${product.digest}, ${part}`;
  }
  // A statement about another image, or about a part of another product, says nothing about this one.
  if (product.digest !== undefined) return undefined;
  if (product.parts.length > 0) return matchPlatform(product, subject);
  return product.purl !== undefined && meansPackage(product.purl, purl)
    ? `package ${product.purl}`
    : undefined;
};

const isAbout = (statement: VexStatement, { vulnerability }: VexSubject): boolean => {
  const ours = [vulnerability.id, ...vulnerability.aliases];
  return ours.includes(statement.vulnerability) || statement.aliases.some((alias) => ours.includes(alias));
};

interface Candidate {
  readonly rank: number;
  readonly statement: VexStatement;
  readonly why: string;
}

const timeOf = (candidate: Candidate): number => Date.parse(candidate.statement.source.timestamp) || 0;

/** By origin, then the newest, then the one that promises less. */
const byWeight = (a: Candidate, b: Candidate): number =>
  a.rank - b.rank || timeOf(b) - timeOf(a) || CAUTION[a.statement.status] - CAUTION[b.statement.status];

/** What VEX documents say of one finding; undefined when nothing. */
export const vexFor = (
  subject: VexSubject,
  sets: readonly VexSet[],
  place: VexPlace,
): AppliedVex | undefined => {
  const candidates: Candidate[] = [];
  for (const { origin, statements } of sets) {
    for (const statement of statements) {
      if (!isAbout(statement, subject) || !isJustified(statement)) continue;
      const why = statement.products
        .map((product) => matchProduct(product, subject, place))
        .find((text) => text !== undefined);
      if (why !== undefined) candidates.push({ rank: VEX_ORIGINS.indexOf(origin), statement, why });
    }
  }
  const [first, ...others] = candidates.sort(byWeight);
  if (first === undefined) return undefined;
  return {
    status: first.statement.status,
    statement: first.statement,
    why: first.why,
    contradictedBy: others
      .filter(({ statement }) => statement.status !== first.statement.status)
      .map(({ statement }) => statement),
  };
};

/** Every finding with what is said of it. The list is as long as before: a statement explains, and removes nothing. */
export const applyVex = <T extends VexSubject>(
  findings: readonly T[],
  sets: readonly VexSet[],
  place: VexPlace,
): (T & { readonly vex?: AppliedVex })[] =>
  findings.map((finding) => {
    const vex = vexFor(finding, sets, place);
    return vex === undefined ? finding : { ...finding, vex };
  });
