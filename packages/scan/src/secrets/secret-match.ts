// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  FileRole,
  LocalText,
  SecretEvidence,
  SecretRule,
  Severity,
  SOURCE_KINDS,
} from '@bartizan/contracts';

/** What a text comes from. */
export interface SecretSource {
  readonly kind: (typeof SOURCE_KINDS)[number];
  /** Path inside the tree, or the name of a field: `Config.Env[2]`, `env`. */
  readonly path: string;
  /** The image layer that brought it. */
  readonly layer?: string;
  /** The distribution package that owns the file and whose checksum it still has. Asked only when something matched. */
  readonly unchangedOf?: () => string | undefined;
}

/** One step of the reasons. */
export interface SecretReason {
  readonly step: 'rule' | 'check' | 'role' | 'state' | 'key-pair';
  readonly detail: LocalText;
}

/** A secret that was found. It holds nothing of the value but its preview and its keyed hash. */
export interface SecretMatch extends SecretEvidence {
  readonly rule: SecretRule;
  readonly kind: SecretSource['kind'];
  readonly path: string;
  readonly layer?: string;
  /** From 1. */
  readonly line: number;
  /** In bytes, from 1. */
  readonly column: number;
  readonly severity: Severity;
  readonly roles: readonly FileRole[];
  readonly reasons: readonly SecretReason[];
  /** SHA-256 of the public key that belongs to a private one. */
  readonly publicKey?: string;
}

/** Something that had the shape of a secret and was left out, with the reason. */
export interface SuppressedSecret {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly reason: string;
}

/** What one text gave. */
export interface SecretScan {
  readonly matches: readonly SecretMatch[];
  /** At most `MAX_SUPPRESSED` one by one. */
  readonly suppressed: readonly SuppressedSecret[];
  readonly suppressedCount: number;
  /** True when there was more than is kept. */
  readonly isCut: boolean;
}

/** Matches kept of one text. */
export const MAX_MATCHES = 1_000;
/** Suppressed matches kept of one text. */
export const MAX_SUPPRESSED = 200;

/** Nothing. */
export const EMPTY_SCAN: SecretScan = { matches: [], suppressed: [], suppressedCount: 0, isCut: false };
