// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { choice } from './schema.ts';
import { SEVERITIES } from './severity-order.ts';

export { SEVERITIES, type Severity, severityRank } from './severity-order.ts';
export const SeveritySchema = choice(SEVERITIES, 'How bad it is; unknown when no source rates it');
