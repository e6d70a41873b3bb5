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

/** What tells versions of a value apart: its entity tag without the quotation marks. */
export const versionOf = (value: unknown): string => etagOf(value).slice(1, -1);

/**
 * The entity tag of an answer that holds more than what is changed: the version of that, then the rest. Counts and
 * progress move on while somebody edits, and no change is refused for them.
 */
export const versionTag = (version: string, body: unknown): string => `"${version}.${etagOf(body).slice(1)}`;

/** Whether an If-Match header names a version: by a tag of it, or by the version alone. */
export const namesVersion = (header: string, version: string): boolean =>
  header
    .slice(0, 2048)
    .split(',')
    .map((part) => part.trim())
    .some((part) => part === '*' || part === `"${version}"` || part.startsWith(`"${version}.`));

/** Whether an If-None-Match header names the tag. */
export const namesTag = (header: string, tag: string): boolean =>
  header
    .slice(0, 2048)
    .split(',')
    .some((part) => part.trim() === tag || part.trim() === `W/${tag}` || part.trim() === '*');
