// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  CoverageEntry,
  ErrorCode,
  Finding,
  Package,
  PackageReport,
  WorkloadRef,
} from '@bartizan/contracts';
import type { PackHeader, PackReplacement, TrustedKey, TrustRoot } from '@bartizan/scan';

/** Facts about the pack in use. */
export interface PackFacts {
  readonly sha256: string;
  readonly header: PackHeader;
  /** Id of the key that signed it; absent when nobody did. */
  readonly keyId?: string;
}
/** A package list to be judged, with its pending updates. */
export interface JudgeWork {
  readonly cluster: string;
  readonly tenant: string;
  readonly node?: string;
  readonly subject: WorkloadRef;
  readonly packages: readonly Package[];
  readonly pendingUpdates: PackageReport['pendingUpdates'];
  readonly nowMs: number;
}
/** What the pack thread is asked to do. */
export type PackWork =
  | { readonly kind: 'open'; readonly path: string }
  | { readonly kind: 'build'; readonly from: string; readonly to: string; readonly nowMs: number }
  | {
      readonly kind: 'import';
      readonly from: string;
      readonly to: string;
      readonly force: boolean;
      readonly trust: TrustRoot;
      readonly trustKeyId?: string;
      readonly mayBeUnsigned: boolean;
    }
  | ({ readonly kind: 'judge'; readonly path: string } & JudgeWork);
/** What it answers. */
export type PackAnswer =
  | {
      readonly kind: 'facts';
      readonly facts: PackFacts;
      readonly signedBy?: TrustedKey;
      /** Absent: there was no pack before, or it could not be read: everything has to be judged again. */
      readonly replaced?: PackReplacement;
    }
  | {
      readonly kind: 'judged';
      readonly findings: readonly Finding[];
      readonly coverage: readonly CoverageEntry[];
      readonly sha256: string;
    }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly detail: string };

/** Frames of the thread: each question has a number, which its answer repeats. */
export interface PackQuestion {
  readonly number: number;
  readonly work: PackWork;
}
export interface PackReply {
  readonly number: number;
  readonly answer: PackAnswer;
}
