// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PolicyItemReason, PolicyKind, ToldText } from '@bartizan/contracts';
import type { PolicyItem } from '@bartizan/engine/policy-objects';
import type { FollowedOrigin } from './followed-origin.ts';

/** One policy object as its source holds it. */
export interface SourceItem {
  readonly item: PolicyItem;
  /** File and line, or the object in the cluster. */
  readonly place: string;
}

/** Something in a source that is no policy object, or a broken one. */
export interface SourceFault {
  readonly kind?: PolicyKind;
  readonly id?: string;
  readonly place: string;
  readonly reason: 'Invalid' | 'Unreadable';
  readonly detail: ToldText;
}

/** What a source holds now. */
export interface SourceReading {
  readonly origin: FollowedOrigin;
  /** The folder or the API server. */
  readonly place: string;
  /** SHA-256 of everything that was read. */
  readonly revision: string;
  readonly items: readonly SourceItem[];
  readonly faults: readonly SourceFault[];
  /** Everything was read: what is not here is gone. Otherwise what was there before stays. */
  readonly isComplete: boolean;
}

/** What became of one object of a source. */
export interface ItemOutcome {
  readonly kind?: PolicyKind;
  readonly id?: string;
  readonly place: string;
  readonly reason: PolicyItemReason;
  readonly detail: ToldText;
  /** Revision of the rule that is in force under this id from this source; absent: none is. */
  readonly inForce?: string;
  /** Why the API server cannot hold the rule by itself. */
  readonly notExpressible?: string;
  /** When it has to be looked at again. */
  readonly untilMs?: number;
}
