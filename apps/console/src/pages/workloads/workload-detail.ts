// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';

/** A workload as its page shows it. */
export type WorkloadDetail = ResponseOf<'workload.show'>;
