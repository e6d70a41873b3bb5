// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** An instant as people read it: local time with the zone's offset, seconds. */
export function instantText(ms: number | undefined): string {
  if (ms === undefined) return '-';
  const date = new Date(ms);
  const offset = -date.getTimezoneOffset();
  const shifted = new Date(ms + offset * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  if (offset === 0) return `${shifted}Z`;
  const sign = offset < 0 ? '-' : '+';
  const minutes = Math.abs(offset);
  return `${shifted}${sign}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Bytes with a binary unit. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let at = 0;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  return `${at === 0 ? value : value.toFixed(1)} ${units[at]}`;
}
