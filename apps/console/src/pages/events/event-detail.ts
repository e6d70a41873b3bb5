// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';

/** A security event as the panel shows it. */
export type EventDetail = ResponseOf<'event.show'>;
