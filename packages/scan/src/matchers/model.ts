// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText, Package, Severity, Vulnerability } from '@bartizan/contracts';
import type { AdvisoryPack } from '../advisories/pack.ts';
import type { AdvisoryRow, Rating } from '../advisories/row.ts';
import type { Comparator, VersionScheme } from '../versions/scheme.ts';
import type { RangeVerdict } from './range.ts';

/** What the matcher needs of a package. */
export type MatchablePackage = Pick<
  Package,
  'name' | 'version' | 'ecosystem' | 'sourceName' | 'sourceVersion' | 'ownedBy' | 'module' | 'role'
> & { readonly purl?: string; readonly locations?: readonly string[] };

/** One step of the reasoning, as it is shown to people. `rule` is the id of the rule that spoke. */
export interface MatchStep {
  readonly step: 'package' | 'advisory' | 'comparator' | 'range' | 'severity' | 'fix' | 'facts' | 'standing';
  readonly detail: LocalText;
  readonly rule: string;
}

/**
 * State of the fix. `deferred`: the vendor put it off; `paid-channel`: only in a line that the machine is not attached
 * to; `unknown`: the source does not say.
 */
export type FixState = 'fixed' | 'not-fixed' | 'deferred' | 'wont-fix' | 'paid-channel' | 'unknown';

/** What somebody states about a flaw in a product (VEX). `by`: whose word goes first is the order of `STATEMENT_ORDER`. */
export interface ImpactStatement {
  readonly by: 'user' | 'image' | 'vendor' | 'feed';
  readonly author: string;
  readonly ids: readonly string[];
  readonly status: 'not_affected' | 'affected' | 'fixed' | 'under_investigation';
  /** Why, in words or as a label of the format. A `not_affected` without one is not followed. */
  readonly justification?: string;
  /** Package URL with or without version; each of its qualifiers must be the package's. */
  readonly purl?: string;
  /** Digest of the image it speaks about. */
  readonly imageDigest?: string;
}

/** A risk that somebody took, for a while. Each part of the scope that is given must fit. */
export interface UserDecision {
  readonly ids: readonly string[];
  readonly packageName?: string;
  readonly namespace?: string;
  /** Image reference; `*` stands for anything. */
  readonly imagePattern?: string;
  readonly author: string;
  readonly reason: string;
  readonly expiresAtMs: number;
}

/** What is known beside package and pack. All of it is optional: without it fewer rules have something to say. */
export interface MatchContext {
  /** CPEs of the content sets the image was built from (RHEL). */
  readonly contentSets?: readonly string[];
  /** Paid product lines the machine is attached to, as advisory namespaces, e.g. `Ubuntu:Pro:22.04:LTS`. */
  readonly attached?: readonly string[];
  /** Take advisories whose link to the package is a guess of the source; they are marked. */
  readonly takesGuesses?: boolean;
  readonly statements?: readonly ImpactStatement[];
  readonly decisions?: readonly UserDecision[];
  /** The image and namespace that statements and decisions are held against. */
  readonly place?: { readonly image?: string; readonly imageDigest?: string; readonly namespace?: string };
  readonly nowMs?: number;
  /** Names of the packages that a vendor's repository brought: no feed of the distribution judges their files. */
  readonly ofVendors?: ReadonlySet<string>;
}

/** Who answers for a finding that is not simply open. A finding is never deleted by a statement. */
export interface Standing {
  readonly state: 'explained' | 'accepted';
  readonly by: string;
  readonly reason: string;
  readonly expiresAtMs?: number;
}

/** A package as the advisories of its namespace see it. */
export interface Subject<P extends MatchablePackage = MatchablePackage> {
  readonly package: P;
  /** Name the advisories are keyed by. */
  readonly name: string;
  /** Version that is compared. */
  readonly version: string;
  readonly scheme: VersionScheme;
  readonly compare: Comparator;
  /** What the subject rules changed. */
  readonly steps: readonly MatchStep[];
}

/** A row that speaks about the subject, and what it says. */
export interface Judged {
  readonly row: AdvisoryRow;
  readonly verdict: RangeVerdict;
}

/** One flaw, with every row that speaks of it. */
export interface Flaw {
  readonly id: string;
  /** Other ids of the same flaw, sorted. */
  readonly aliases: readonly string[];
  /** Advisories that name it; one may bundle several flaws. */
  readonly advisories: readonly string[];
  readonly judged: readonly Judged[];
}

/** A row that was left out although it names the package; kept so that an old finding closes with a reason. */
export interface Dismissal {
  readonly ids: readonly string[];
  readonly rule: string;
  readonly reason: string;
}

/** A package that an advisory speaks against. */
export interface Match<P extends MatchablePackage = MatchablePackage> {
  readonly package: P;
  readonly kind: 'vulnerability' | 'malicious';
  /** `unknown`: the advisory names the package, but what it says cannot be held against a version. */
  readonly verdict: 'affected' | 'unknown';
  readonly vulnerability: Vulnerability;
  readonly fixState: FixState;
  readonly fixedVersion?: string;
  /** Product line or repository the fix is in, where the source says. */
  readonly fixChannel?: string;
  readonly comparator: VersionScheme;
  /** Set when the source only guesses that the advisory is about this package; never gates by default. */
  readonly confidence?: 'low';
  readonly standing?: Standing;
  readonly why: readonly MatchStep[];
}

/** Whether the pack can judge a package. Only `assessed` without matches may be called clean. */
export type Assessment = 'assessed' | 'no-data' | 'not-covered' | 'owned-by-distribution';

/** What matching one package gives. */
export interface PackageVerdict<P extends MatchablePackage = MatchablePackage> {
  readonly package: P;
  readonly assessment: Assessment;
  /** Why it is not assessed, where a rule says so. */
  readonly reason?: string;
  readonly matches: readonly Match<P>[];
  readonly dismissed: readonly Dismissal[];
}

/** A finding while the rules work on it. */
export interface Draft {
  readonly subject: Subject;
  readonly flaw: Flaw;
  kind: Match['kind'];
  verdict: Match['verdict'];
  fixState: FixState;
  fixedVersion?: string;
  fixChannel?: string;
  severity: Severity;
  severitySource?: string;
  score?: number;
  vectors: readonly string[];
  ratings: readonly Rating[];
  facts: Partial<Vulnerability>;
  confidence?: 'low';
  standing?: Standing;
  readonly why: MatchStep[];
}

/** What a rule may look at. */
export interface RuleInput {
  readonly pack: AdvisoryPack;
  readonly context: MatchContext;
}
