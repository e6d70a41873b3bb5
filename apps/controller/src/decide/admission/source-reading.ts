// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type LocalText,
  POLICY_KINDS,
  type PolicyItemReason,
  type PolicyKind,
  type ToldText,
} from '@bartizan/contracts';
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

/** As many of a kind as a push may bring: each takes its time at every change of policies. */
const KINDS_MAX: Readonly<Record<PolicyKind, number>> = {
  AdmissionRule: 2000,
  AdmissionBinding: 500,
  AdmissionException: 2000,
};
/** Objects of a source, broken ones too. */
export const SOURCE_OBJECTS_MAX = 4500;

/** What a source holds too many of; undefined when it can be taken. */
export function excessOf({ items, faults }: SourceReading): LocalText | undefined {
  if (items.length + faults.length > SOURCE_OBJECTS_MAX)
    return {
      en: `more than ${SOURCE_OBJECTS_MAX} objects`,
      ja: `オブジェクトが ${SOURCE_OBJECTS_MAX} 件を超えています`,
    };
  const kind = POLICY_KINDS.find(
    (one) => items.filter(({ item }) => item.kind === one).length > KINDS_MAX[one],
  );
  return kind === undefined
    ? undefined
    : {
        en: `more than ${KINDS_MAX[kind]} objects of the kind ${kind}`,
        ja: `種類 ${kind} のオブジェクトが ${KINDS_MAX[kind]} 件を超えています`,
      };
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
