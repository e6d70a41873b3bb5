// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';
import type { AccessCheck } from '../access/index.ts';
import type { PodEndpoint, Reachability } from '../reachability/index.ts';
import type { ApiKnowledge } from './api-use.ts';
import type { ClusterComponent } from './components.ts';
import type { ExposurePoint } from './exposure.ts';
import type { Probe } from './probe.ts';
import type { ProbeOutcome } from './probes.ts';
import type { PostureObjects } from './read-objects.ts';
import type { SecretUse } from './secret-use.ts';

/** What one check says about one object of the cluster. */
export interface ClusterClaim {
  readonly check: AccessCheck;
  /** `Namespace/x`, `Service/namespace/x`, `Node/x` ... */
  readonly about: string;
  readonly namespace: string;
  readonly outcome: 'pass' | 'fail' | 'unknown' | 'not-applicable';
  readonly said: LocalText;
  readonly evidence: readonly string[];
  readonly action: LocalText;
}

/** A probe, and what it proved. */
export interface ProbeResult {
  readonly probe: Probe;
  readonly outcome: ProbeOutcome;
  /** Status of HTTP, or the code of the fault. */
  readonly said: string;
}

/** Everything that claims are made from. */
export interface ClaimSource {
  readonly objects: PostureObjects;
  readonly namespaces: readonly string[];
  readonly endpoints: readonly PodEndpoint[];
  readonly reachability: Reachability;
  readonly exposure: readonly ExposurePoint[];
  readonly secrets: readonly SecretUse[];
  readonly components: readonly ClusterComponent[];
  /** What probes proved last; none: nobody asked for probes. */
  readonly probes: readonly ProbeResult[];
  /** Kinds that could not be read whole: what they would show is unknown, not absent. */
  readonly unreadable: readonly string[];
  readonly unreadPolicies: readonly string[];
  /** Kinds without which nobody knows which secrets there are and what may take them. */
  readonly unreadUses: readonly string[];
  /** Versions of the API in use; absent: nobody asked. */
  readonly apis?: ApiKnowledge;
  readonly nowMs: number;
}

export const NONE: LocalText = { en: '', ja: '' };
const EVIDENCE_MAX = 32;

/** What a check found about one object. */
export interface Judged {
  readonly about: string;
  readonly namespace: string;
  /** Whether there is anything to ask about. */
  readonly applies: boolean;
  readonly bad: readonly string[];
  /** What could not be read for it; none: the answer is whole. */
  readonly missing: readonly string[];
  readonly said: LocalText;
  readonly action: LocalText;
}

/** The claim that follows: what is bad counts even when something is missing; what is missing is never good. */
export function claim(check: AccessCheck, judged: Judged): ClusterClaim {
  const { about, namespace, applies, bad, missing, said, action } = judged;
  const base = { check, about, namespace };
  if (bad.length > 0) return { ...base, outcome: 'fail', said, evidence: bad.slice(0, EVIDENCE_MAX), action };
  if (missing.length > 0)
    return {
      ...{ ...base, outcome: 'unknown', said: check.title, action: NONE },
      evidence: [`unread: ${missing.join(', ')}`],
    };
  return {
    ...base,
    outcome: applies ? 'pass' : 'not-applicable',
    said: check.title,
    evidence: [],
    action: NONE,
  };
}

/** Of some kinds, those that could not be read whole. */
export const missingOf = ({ unreadable }: ClaimSource, kinds: readonly string[]): string[] =>
  kinds.filter((kind) => unreadable.includes(kind));
