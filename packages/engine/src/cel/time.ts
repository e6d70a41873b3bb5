// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DURATION_LIMIT, durationOf, timestampOf } from './arithmetic.ts';
import { CelError, type Value } from './value.ts';

const SECOND = 1_000_000_000n;
const DAY_SECONDS = 86_400;

/** Days since 1970 of a date of the Gregorian calendar. */
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  );
}

const monthLength = (year: number, month: number): number =>
  daysOf(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - daysOf(year, month, 1);

export interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly milli: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 0 is the first of January. */
  readonly dayOfYear: number;
}

const floorDivide = (value: bigint, by: bigint): bigint => {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
};

/** The date and time of nanoseconds since 1970, shifted by an offset of seconds. */
export function civilOf(ns: bigint, offset: number): Civil {
  const seconds = Number(floorDivide(ns, SECOND));
  const local = seconds + offset;
  const days = Math.floor(local / DAY_SECONDS);
  const rest = local - days * DAY_SECONDS;
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayInYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayInYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day: dayInYear - Math.floor((153 * shifted + 2) / 5) + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    milli: Number((ns - floorDivide(ns, SECOND) * SECOND) / 1_000_000n),
    weekday: (((days + 4) % 7) + 7) % 7,
    dayOfYear: days - daysOf(year, 1, 1),
  };
}

const STAMP =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** Reads a time as RFC 3339 writes it. */
export function parseTimestamp(text: string): Value {
  const match = text.length > 64 ? null : STAMP.exec(text);
  if (match === null) return new CelError('not a time in the form of RFC 3339');
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > monthLength(year, month))
    return new CelError('there is no such day');
  if (hour > 23 || minute > 59 || second > 59) return new CelError('there is no such time of day');
  const offset =
    match[8] === undefined ? 0 : (Number(match[9]) * 60 + Number(match[10])) * (match[8] === '-' ? -60 : 60);
  const seconds = daysOf(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second - offset;
  return timestampOf(BigInt(seconds) * SECOND + BigInt((match[7] ?? '').padEnd(9, '0')));
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A fraction of a second without its trailing zeros, with its dot; nothing when it is zero. */
const fraction = (ns: bigint): string => {
  const digits = ns.toString().padStart(9, '0').replace(/0+$/, '');
  return digits === '' ? '' : `.${digits}`;
};

export function formatTimestamp(ns: bigint): string {
  const at = civilOf(ns, 0);
  const date = `${String(at.year).padStart(4, '0')}-${two(at.month)}-${two(at.day)}`;
  const rest = ns - floorDivide(ns, SECOND) * SECOND;
  return `${date}T${two(at.hour)}:${two(at.minute)}:${two(at.second)}${fraction(rest)}Z`;
}

export function formatDuration(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  return `${ns < 0n ? '-' : ''}${size / SECOND}${fraction(size % SECOND)}s`;
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
};

/** Reads a duration such as `1h30m`, `-2.5s` or `100ms`. */
export function parseDuration(text: string): Value {
  const invalid = new CelError('not a duration, such as 1h30m or 2.5s');
  const sign = /^[+-]/.test(text) ? text[0] : '';
  let rest = text.slice(sign?.length ?? 0);
  if (rest === '0') return durationOf(0n);
  if (rest === '' || rest.length > 128) return invalid;
  let total = 0n;
  while (rest !== '') {
    const match = /^(\d{0,30})(?:\.(\d{0,30}))?(ns|us|µs|μs|ms|s|m|h)/.exec(rest);
    if (match === null || `${match[1]}${match[2] ?? ''}` === '') return invalid;
    const unit = UNITS[match[3] ?? ''] ?? 0n;
    const decimals = match[2] ?? '';
    total += BigInt(match[1] === '' ? 0 : (match[1] ?? 0)) * unit;
    total += (BigInt(decimals === '' ? 0 : decimals) * unit) / 10n ** BigInt(decimals.length);
    rest = rest.slice(match[0].length);
  }
  if (total > DURATION_LIMIT) return new CelError('duration out of range');
  return durationOf(sign === '-' ? -total : total);
}

/** Seconds that a time zone is ahead of UTC at a moment; undefined when there is no such zone. */
export function zoneOffset(zone: string, ns: bigint): number | undefined {
  const fixed = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone);
  if (fixed !== null) {
    const size = Number(fixed[2]) * 3600 + Number(fixed[3]) * 60;
    return fixed[1] === '-' ? -size : size;
  }
  if (zone === 'UTC' || zone === '' || zone === 'Z') return 0;
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(zone)) return undefined;
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      timeZoneName: 'longOffset',
    }).formatToParts(Number(ns / 1_000_000n));
    const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
    const match = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(name);
    if (match === null) return undefined;
    const size = Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
    return match[1] === '-' ? -size : size;
  } catch {
    return undefined;
  }
}
