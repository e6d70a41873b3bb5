// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const GROUPS = 8;
const IPV4 =
  /^(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}$/;
const GROUP = /^[0-9a-f]{1,4}$/;
/** Longest text of an address: eight groups, the last two as an IPv4 address. */
const TEXT_MAX = 45;

/** Whether a text is an IPv4 address: four numbers without leading zeros, as programs that ask the kernel write it. */
export const isIpv4 = (text: string): boolean => IPV4.test(text);

const dotted = (high: number, low: number): string =>
  [high, low].flatMap((group) => [group >> 8, group & 255]).join('.');

/** The last two groups may be written as an IPv4 address. */
function withoutDots(text: string): string | undefined {
  const at = text.lastIndexOf(':') + 1;
  const last = text.slice(at);
  if (!last.includes('.')) return text;
  if (!isIpv4(last)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = last.split('.').map(Number);
  return `${text.slice(0, at)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

const part = (text: string): string[] => (text === '' ? [] : text.split(':'));

/** The eight groups of an IPv6 address (RFC 4291 2.2), its zone left out; undefined when the text is none. */
export function ipv6Groups(address: string): number[] | undefined {
  const text = address.toLowerCase().split('%')[0] ?? '';
  if (text.length > TEXT_MAX || !text.includes(':')) return undefined;
  const [head = '', tail, ...more] = withoutDots(text)?.split('::') ?? [':'];
  if (more.length > 0) return undefined;
  const [front, back] = [part(head), part(tail ?? '')];
  const zeros = GROUPS - front.length - back.length;
  if (tail === undefined ? zeros !== 0 : zeros < 1) return undefined;
  const groups = [...front, ...Array<string>(zeros).fill('0'), ...back];
  return groups.every((group) => GROUP.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}

/** ::ffff:0:0/96, an IPv4 address as an IPv6 one (RFC 4291 2.5.5.2), and 64:ff9b::/96, one behind NAT64 (RFC 6052 2.1). */
const PREFIXES = [
  [0, 0, 0, 0, 0, 0xffff],
  [0x64, 0xff9b, 0, 0, 0, 0],
];

/**
 * The IPv4 address that is reached by an IPv6 one, with dots; any other text as it is. Who asks where an address leads
 * asks about this one: else every rule about an IPv4 address has a way round it.
 */
export function reachedAddress(address: string): string {
  const groups = ipv6Groups(address);
  const isInner = PREFIXES.some((prefix) => prefix.every((group, index) => group === groups?.[index]));
  return isInner ? dotted(groups?.[6] ?? 0, groups?.[7] ?? 0) : address;
}
