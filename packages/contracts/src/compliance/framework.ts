// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { flag, inline, list, localText, object, optional, text } from '../schema.ts';

/** What a control of a framework may point at. */
export const FRAMEWORK_REF_PATTERN =
  '^((posture|admission|access|audit):[a-z0-9]+([.-][a-z0-9]+)*|benchmark:[a-z0-9]+([.-][a-z0-9]+)*/[0-9]+([.][0-9]+)*[a-z]?|vulnerability|secret)$';

/** A framework of rules somebody has to comply with: numbers of theirs, sentences of ours, and what answers each. */
export const Framework = object('Framework', 'A framework mapped to what the product checks', {
  id: text('Id', 64, { pattern: '^[a-z0-9]+([.-][a-z0-9]+)*$' }),
  title: localText('Title', 256),
  edition: text('Edition', 64),
  asOf: text('Date of the mapping, YYYY-MM-DD', 10, { pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
  limits: localText('Which part of it a tool cannot judge', 2000),
  numbers: optional(localText('What its numbers were compared with', 1000)),
  controls: list(
    inline('A control', {
      id: text('Number in the framework', 64),
      isNumberUnverified: optional(
        flag('Nobody could hold the number against the edition that is named: compare it with your copy'),
      ),
      title: localText('What it asks, in our words', 512),
      checks: list(
        inline('What answers it', {
          ref: text('Id of a check, rule, pattern, detection or benchmark check', 256, {
            pattern: FRAMEWORK_REF_PATTERN,
          }),
          reason: localText('Why it answers the control', 1000),
        }),
        'What answers it',
        400,
      ),
    }),
    'Controls',
    1000,
  ),
});
export type Framework = Static<typeof Framework>;
