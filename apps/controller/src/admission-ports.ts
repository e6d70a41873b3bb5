// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionBinding,
  AdmissionException,
  AdmissionNative,
  AdmissionReports,
  AdmissionRule,
  AdmissionViolation,
  BodyOf,
  ORIGINS,
  PolicySet,
  PolicySource,
  PolicySync,
  ResponseOf,
  Result,
  StoredAdmissionBinding,
  StoredAdmissionException,
} from '@bartizan/contracts';
import type { ApiFailure, Owner } from './ports.ts';

/** Where a rule in force came from. */
export type RuleOrigin = (typeof ORIGINS)[number] | 'built-in';

/** A rule that is known, whether it is asked or not. */
export interface KnownRule {
  readonly rule: AdmissionRule;
  readonly revision: string;
  readonly origin: RuleOrigin;
  readonly enabled: boolean;
  /** Why it cannot be asked; absent: it can. */
  readonly refused?: string;
}

/** What is in force for one owner, as one immutable value. */
export interface KnownPolicy {
  /** Content hash over everything that judges. */
  readonly revision: string;
  readonly rules: readonly KnownRule[];
  readonly bindings: readonly StoredAdmissionBinding[];
  /** Revision of the bindings alone: a change names the one it was made from. */
  readonly bindingsRevision: string;
  readonly exceptions: readonly StoredAdmissionException[];
}

/** Who changes policies: its name goes into the record. */
export interface PolicyAuthor {
  readonly owner: Owner;
  readonly name: string;
}

/** A rule that is written: a new one, or another version of one that is there. */
export interface RuleChange {
  readonly rule: AdmissionRule;
  readonly enabled: boolean;
  readonly isNew: boolean;
  /** What the change was made from; absent: whatever is there. */
  readonly basedOn?: Pick<KnownRule, 'revision' | 'enabled'>;
}

/** A draft: rules that are added or replaced, and bindings instead of those in force. */
export type PolicyDraft = BodyOf<'admission.simulate'>;
export type AdmissionTrial = BodyOf<'admission.test'>;
export type TrialOutcome = ResponseOf<'admission.test'>;
export type Simulation = ResponseOf<'admission.simulate'>;
export type Coverage = ResponseOf<'admission.coverage'>;
export type ControlStatus = ResponseOf<'admission.status'>;

/** Objects that violate a rule now, and those it cannot judge. */
export interface RuleCount {
  readonly violations: number;
  readonly unknown: number;
}

/** How much of what exists a rule was asked of: everything it is about, not all of it, or nothing. */
export type RuleReach = 'all' | 'some' | 'none';

/** Rules, bindings and exceptions: everything the API does with them. */
export interface AdmissionDesk {
  readonly policy: (owner: Owner) => Promise<Result<KnownPolicy, ApiFailure>>;
  readonly putRule: (author: PolicyAuthor, change: RuleChange) => Promise<Result<KnownRule, ApiFailure>>;
  readonly removeRule: (author: PolicyAuthor, id: string) => Promise<Result<boolean, ApiFailure>>;
  readonly putBindings: (
    author: PolicyAuthor,
    bindings: readonly AdmissionBinding[],
    ifRevision: string,
  ) => Promise<Result<KnownPolicy, ApiFailure>>;
  readonly putException: (
    author: PolicyAuthor,
    exception: AdmissionException,
  ) => Promise<Result<StoredAdmissionException, ApiFailure>>;
  readonly removeException: (author: PolicyAuthor, id: string) => Promise<Result<boolean, ApiFailure>>;
  /** Compares a set of policy files with what is there, and applies it as a whole. */
  readonly sync: (author: PolicyAuthor, set: PolicySet) => Promise<Result<PolicySync, ApiFailure>>;
  /** Where policies come from, and how each source is doing. */
  readonly sources: (owner: Owner) => Promise<Result<readonly PolicySource[], ApiFailure>>;
  readonly test: (owner: Owner, trial: AdmissionTrial) => Promise<Result<TrialOutcome, ApiFailure>>;
  readonly simulate: (owner: Owner, draft: PolicyDraft) => Promise<Result<Simulation, ApiFailure>>;
  readonly coverage: (owner: Owner) => Promise<Result<Coverage, ApiFailure>>;
  readonly status: (owner: Owner) => ControlStatus;
  /** What the API server holds of the rules by itself. */
  readonly native: (owner: Owner) => AdmissionNative;
  /** Has the API server hold the rules that these globs name, and no others of ours. */
  readonly chooseNative: (
    author: PolicyAuthor,
    choice: {
      readonly rules: readonly string[];
      /** Whether the choice that is replaced is the one that was read; absent: it does not matter. */
      readonly isBasedOn?: (revision: string) => boolean;
    },
  ) => Promise<Result<AdmissionNative, ApiFailure>>;
  /** Policy reports in the cluster. */
  readonly reports: (owner: Owner) => AdmissionReports;
  /** Keeps them from now on, or removes them. */
  readonly chooseReports: (
    author: PolicyAuthor,
    on: boolean,
  ) => Promise<Result<AdmissionReports, ApiFailure>>;
  /** By rule; undefined when the owner watches no cluster: no count is not zero. */
  readonly counts: (owner: Owner) => ReadonlyMap<string, RuleCount> | undefined;
  /** That a rule has no violation says something only where it was asked. */
  readonly reach: (owner: Owner, rule: AdmissionRule) => RuleReach;
}

/** What an object of the cluster violates now. */
export interface AuditedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly violations: readonly AdmissionViolation[];
}
