// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Translate } from '../../text/catalogue.ts';
import { textFlag } from '../flags.ts';

/** How registries are reached. */
export const registryFlags = (t: Translate) =>
  ({
    plainHttp: { kind: 'boolean', brief: t('flag.plain-http'), optional: true, withNegated: false },
    dockerConfig: textFlag(t('flag.docker-config'), 'FILE'),
    ca: textFlag(t('flag.ca'), 'FILE'),
  }) as const;
