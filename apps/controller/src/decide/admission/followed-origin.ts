// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, type Result } from '@bartizan/contracts';
import type { RuleOrigin } from '../../admission-ports.ts';
import type { ApiFailure } from '../../ports.ts';

/** Origins whose source the controller follows: a change made here would be undone by the next reading. */
export const FOLLOWED_ORIGINS = ['directory', 'crd'] as const;
export type FollowedOrigin = (typeof FOLLOWED_ORIGINS)[number];

/** Origins that are followed now: one whose source is off may be edited here again. */
export type Follows = (origin: FollowedOrigin) => boolean;

export const mayFollow = (origin: RuleOrigin | undefined): origin is FollowedOrigin =>
  origin === 'directory' || origin === 'crd';

const WHERE: Readonly<Record<FollowedOrigin, string>> = {
  directory: 'the policy directory',
  crd: 'an object of the cluster',
};

/** The refusal of a change that belongs into the source; nothing where it may be made here. */
export function ownedElsewhere(
  origin: RuleOrigin | undefined,
  name: string,
  follows: Follows,
): Result<never, ApiFailure> | undefined {
  if (!mayFollow(origin) || !follows(origin)) return undefined;
  return err(failure('E_POLICY_OWNED', `${name} comes from ${WHERE[origin]}`));
}
