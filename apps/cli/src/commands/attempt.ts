// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import type { OtherFindings } from './other-findings.ts';
import type { BaseFound } from './scan-base.ts';
import type { Scanned } from './scan-target.ts';

/** What one reading of a target gave, before anything is judged. */
export interface Gathered {
  /** Absent when its packages were not asked for, and nothing else needs them. */
  readonly scanned?: Scanned;
  readonly others?: OtherFindings;
  /** Of an image, where it was asked for or is stated. */
  readonly base?: BaseFound;
}

/** One target still to be scanned. */
export interface Attempt {
  readonly name: string;
  readonly scan: () => Promise<Result<Gathered, ApiFailure>>;
}

/** The targets of a call. */
export interface Attempts {
  readonly list: readonly Attempt[];
  /** Whether several were asked for. */
  readonly isList: boolean;
  readonly close: () => void;
}
