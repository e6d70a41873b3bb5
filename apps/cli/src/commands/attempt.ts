// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import type { Scanned } from './scan-target.ts';

/** One target still to be scanned. */
export interface Attempt {
  readonly name: string;
  readonly scan: () => Promise<Result<Scanned, ApiFailure>>;
}

/** The targets of a call. */
export interface Attempts {
  readonly list: readonly Attempt[];
  /** Whether several were asked for. */
  readonly isList: boolean;
  readonly close: () => void;
}
