// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isIP } from 'node:net';

/** An IPv4 address inside an IPv6 one: mapped, or behind the well-known prefix of NAT64 (RFC 6052). */
const INNER = /^(?:::ffff:|64:ff9b::)(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/;
const PREFIX_GROUPS = 4;

/**
 * What limits count as one caller: an IPv4 address, or the /64 of an IPv6 one, since a single host may use every address
 * of its /64. Text that is no address stays as it is.
 */
export function networkOf(address: string): string {
  const text = address.toLowerCase().split('%')[0] ?? '';
  const [, dotted, high = '', low = ''] = INNER.exec(text) ?? [];
  if (dotted !== undefined) return dotted;
  if (high !== '') return dottedOf(Number.parseInt(high, 16), Number.parseInt(low, 16));
  if (isIP(text) !== 6) return address;
  const [head = '', tail = ''] = text.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  const prefix = [...front, ...zeros, ...back].slice(0, PREFIX_GROUPS);
  return `${prefix.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

const dottedOf = (high: number, low: number): string =>
  [high, low].flatMap((group) => [group >> 8, group & 255]).join('.');
