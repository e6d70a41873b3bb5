// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText, Severity } from '@bartizan/contracts';
import type { Framework } from '@bartizan/contracts/compliance';

/** Frameworks of compliance and what is known of the references they hold. */
export interface FrameworkBook {
  readonly frameworks: readonly Framework[];
  readonly titles: ReadonlyMap<string, LocalText>;
  /** References that ask the same have the same key. */
  readonly keyOf: (ref: string) => string;
  readonly severityOf: (benchmark: string, check: string) => Severity;
}
