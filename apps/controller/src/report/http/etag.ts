// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';

/** A strong entity tag of a JSON value (RFC 9110, 8.8.3). */
export function etagOf(value: unknown): string {
  return `"${createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('base64url')
    .slice(0, 27)}"`;
}

/** Whether an If-None-Match header names the tag. */
export const namesTag = (header: string, tag: string): boolean =>
  header
    .slice(0, 2048)
    .split(',')
    .some((part) => part.trim() === tag || part.trim() === `W/${tag}` || part.trim() === '*');
