// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ApiVersionUse } from '@bartizan/contracts';

/** Where a version is used: an object names its namespace, a resource that was asked for does not. */
export const placeOf = ({ about, namespace }: Pick<ApiVersionUse, 'about' | 'namespace'>): string =>
  namespace === '' || about.includes('/') ? about : `${namespace}: ${about}`;

/** Who uses it: of a request the user, and the program in brackets behind it. */
export function byOf(by: string): { readonly user: string; readonly program?: string } {
  const at = by.endsWith(')') ? by.indexOf(' (') : -1;
  return at === -1 ? { user: by } : { user: by.slice(0, at), program: by.slice(at + 2, -1) };
}

/** What of the answer is not known: an empty list is then no proof that nobody uses such a version. */
export function unknownOf(
  page: { readonly unread: readonly string[]; readonly isAuditLogHeard: boolean } | undefined,
): { readonly word: 'readers' | 'writers'; readonly kinds: string }[] {
  if (page === undefined) return [];
  const kinds = page.unread.join(', ');
  return [
    ...(page.isAuditLogHeard ? [] : [{ word: 'readers', kinds } as const]),
    ...(page.unread.length === 0 ? [] : [{ word: 'writers', kinds } as const]),
  ];
}
