// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';

/** A finding as the panel shows it. */
export type FindingDetail = ResponseOf<'finding.show'>;
