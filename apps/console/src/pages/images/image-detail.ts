// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ResponseOf } from '@bartizan/contracts';

/** An image as its page shows it. */
export type ImageDetail = ResponseOf<'image.show'>;
