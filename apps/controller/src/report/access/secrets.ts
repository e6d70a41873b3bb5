// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';

/** A new opaque id: 16 random bytes, hexadecimal, after a letter that names the kind. */
export const newId = (kind: string): string => `${kind}-${randomBytes(16).toString('hex')}`;
