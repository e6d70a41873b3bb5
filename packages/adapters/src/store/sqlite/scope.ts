// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { invariant, type Scope } from '@bartizan/contracts';
import type { NounSpec } from './fields.ts';
import type { Where } from './filter.ts';

type Visibility = NounSpec<unknown>['visibility'];

/** Which rows of a table with a cluster and a tenant column a scope may touch. Every statement carries it. */
export function scopeWhere(scope: Scope, visibility: Visibility = 'both'): Where {
  if (scope.kind === 'system') return { sql: '', params: [] };
  if (visibility === 'tenant') return { sql: 'tenant=?', params: [scope.tenant] };
  if (visibility === 'cluster') return { sql: 'cluster=?', params: [scope.cluster] };
  return { sql: 'cluster=? AND tenant=?', params: [scope.cluster, scope.tenant] };
}

/** A record that does not belong to the scope it is written under is a bug of the caller. */
export function assertOwned(
  scope: Scope,
  owner: { readonly cluster: string; readonly tenant: string },
  visibility: Visibility = 'both',
): void {
  if (scope.kind === 'system') return;
  const isOurs =
    owner.tenant === scope.tenant && (visibility === 'tenant' || owner.cluster === scope.cluster);
  invariant(
    isOurs && visibility !== 'cluster',
    `a record of "${owner.cluster}/${owner.tenant}" under the scope of "${scope.cluster}/${scope.tenant}"`,
  );
}
