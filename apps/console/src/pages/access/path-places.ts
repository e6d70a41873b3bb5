// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Translate } from '../../i18n/messages.ts';

const IN_NAMESPACE = ['accounts', 'create', 'pods'] as const;

/**
 * What a stop on the way to cluster-admin is, where it is no name: `pods/shop` is every pod of a namespace, `create/*`
 * new pods anywhere. Undefined: it is the name of somebody, which has no other words.
 */
export function placeWords(t: Translate, place: string): string | undefined {
  if (place === 'node') return t('access.place.node');
  if (place === 'any-user') return t('access.place.any-user');
  const [first, namespace = ''] = place.split('/');
  const kind = IN_NAMESPACE.find((one) => one === first);
  if (kind === undefined || namespace === '') return undefined;
  return namespace === '*'
    ? t(`access.place.${kind}.all`)
    : t(`access.place.${kind}.namespace`, { namespace });
}
