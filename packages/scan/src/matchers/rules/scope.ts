// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isJudgeable } from '../../distribution/namespace.ts';
import type { Assessment, MatchablePackage, RuleInput } from '../model.ts';

/** A rule that ends the matter before any advisory is looked at. */
export type ScopeRule = (
  found: MatchablePackage,
  input: RuleInput,
) => { readonly assessment: Assessment; readonly reason: string } | undefined;

/**
 * Where no distribution puts anything (FHS 3.0: /opt, /usr/local, /srv, /home, /root; and what images call /app). A
 * package with files there is a vendor's, whatever installed it, and no feed of a distribution speaks about it.
 */
const BESIDE_DISTRIBUTION = /^\/(?:opt|usr\/local|app|srv|home|root)\//;

/**
 * Rule 1: files of a distribution's package carry backported fixes, so only the distribution's feed can judge them. What a
 * vendor's package brought has none, wherever it lies.
 */
export const ownedByDistribution: ScopeRule = (found, { context }) =>
  found.ownedBy === undefined ||
  context.ofVendors?.has(found.ownedBy) === true ||
  found.locations?.some((path) => BESIDE_DISTRIBUTION.test(path)) === true
    ? undefined
    : {
        assessment: 'owned-by-distribution',
        reason: `its files belong to ${found.ownedBy}, which the feed of the distribution judges`,
      };

/** Rule 12: a derived distribution is judged by its own feed or by nobody: its versions are not its parent's. */
export const derivedDistribution: ScopeRule = (found) =>
  isJudgeable(found.ecosystem)
    ? undefined
    : {
        assessment: 'not-covered',
        reason: `no feed that we read speaks about ${found.ecosystem}; the feed of a parent is not taken for it`,
      };

/** Rule 16: the main module of a Go program that was built from a working copy has no version to compare. */
export const goDevelopment: ScopeRule = (found) =>
  found.ecosystem === 'Go' && (found.version === '(devel)' || found.version === '')
    ? { assessment: 'no-data', reason: 'built from a working copy: there is no version to compare' }
    : undefined;

/** Rule 26: an extension of an editor is no package of the npm registry, whatever its name. */
export const editorExtension: ScopeRule = (found) =>
  found.role === 'editor-extension'
    ? {
        assessment: 'not-covered',
        reason: `it is an extension of an editor, and no advisory about ${found.ecosystem} speaks about it`,
      }
    : undefined;

/** Rule 17: Maven advisories are keyed by group and artifact; an artifact alone may be anybody's. */
export const mavenCoordinates: ScopeRule = (found) =>
  found.ecosystem.startsWith('Maven') && !found.name.includes(':')
    ? { assessment: 'not-covered', reason: 'the archive does not say its Maven group' }
    : undefined;
