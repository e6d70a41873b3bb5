// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Library } from '../function.ts';
import { ADDRESSES } from './address.ts';
import { AUTHORIZER_LIBRARY, AUTHORIZER_SELECTORS } from './authorizer.ts';
import { INCLUDES, KUBERNETES_LISTS, LISTS, REGEX, SETS } from './lists.ts';
import { NAMED_FORMATS } from './named-format.ts';
import { OPTIONALS } from './optionals.ts';
import { QUANTITY } from './quantity.ts';
import { SEMVER } from './semver.ts';
import { STRINGS } from './strings.ts';
import { URLS } from './url.ts';

/** The oldest and newest minor version of Kubernetes 1 whose expressions are known. */
export const KUBERNETES_MINORS = { first: 25, last: 37 } as const;

/** Functions of texts that came later than the first ones. */
const LATER_STRINGS = new Set(['format', 'strings.quote']);
const EARLY_STRINGS = STRINGS.filter(({ name }) => !LATER_STRINGS.has(name) && name !== 'reverse');
const STRINGS_OF_1_29 = STRINGS.filter(({ name }) => LATER_STRINGS.has(name));

/** Which minor version of Kubernetes 1 brought which functions. */
export const KUBERNETES_LIBRARIES: readonly { readonly since: number; readonly library: Library }[] = [
  { since: 0, library: [...URLS, ...REGEX, ...KUBERNETES_LISTS, ...EARLY_STRINGS] },
  { since: 27, library: AUTHORIZER_LIBRARY },
  { since: 28, library: [...OPTIONALS, ...QUANTITY] },
  { since: 29, library: [...STRINGS_OF_1_29, ...SETS] },
  { since: 30, library: ADDRESSES },
  { since: 31, library: [...NAMED_FORMATS, ...AUTHORIZER_SELECTORS] },
  { since: 33, library: SEMVER },
  { since: 34, library: LISTS },
  { since: 37, library: INCLUDES },
];

/** The functions an API server of that minor version knows. */
export const librariesOf = (minor: number): readonly Library[] =>
  KUBERNETES_LIBRARIES.filter(({ since }) => since <= minor).map(({ library }) => library);
