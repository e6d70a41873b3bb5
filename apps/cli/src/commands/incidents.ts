// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { groupIncidents } from '@bartizan/engine';
import type { ItemOf } from './columns.ts';

type Event = ItemOf<'event.list'>;

/** Stands before what belongs to the event above. */
const BELONGS = '└ ';

/** Security events as a person reads them: an incident by its worst event, and below it the others of it. */
export const inIncidents = (events: readonly Event[]): Event[] =>
  groupIncidents(events).flatMap(({ lead, members }) => [
    lead,
    ...members
      .filter((event) => event !== lead)
      .map((event) => ({
        ...event,
        message: { en: `${BELONGS}${event.message.en}`, ja: `${BELONGS}${event.message.ja}` },
      })),
  ]);
