// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { sizeOf } from '../compare.ts';
import { define, type Library, traversal } from '../function.ts';
import { CelError, noOverload, Opaque, type Value } from '../value.ts';

/** An IP address: 32 or 128 bits. */
export class IpAddress extends Opaque {
  readonly typeName = 'net.IP';
  readonly bits: bigint;
  readonly width: 32 | 128;
  constructor(bits: bigint, width: 32 | 128) {
    super();
    this.bits = bits;
    this.width = width;
  }
  equals(other: Opaque): boolean {
    return other instanceof IpAddress && other.bits === this.bits && other.width === this.width;
  }
}

/** An address with the length of its prefix. */
export class Cidr extends Opaque {
  readonly typeName = 'net.CIDR';
  readonly address: IpAddress;
  readonly length: number;
  constructor(address: IpAddress, length: number) {
    super();
    this.address = address;
    this.length = length;
  }
  equals(other: Opaque): boolean {
    return other instanceof Cidr && other.length === this.length && other.address.equals(this.address);
  }
}

function readV4(text: string): bigint | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let bits = 0n;
  for (const part of match.slice(1)) {
    // A leading zero could be read as octal elsewhere.
    if ((part.length > 1 && part.startsWith('0')) || Number(part) > 255) return undefined;
    bits = (bits << 8n) | BigInt(part);
  }
  return bits;
}

/** Groups of one side of `::`, the last perhaps as an IPv4 address. */
function readGroups(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    const four = at === parts.length - 1 && part.includes('.') ? readV4(part) : undefined;
    if (four !== undefined) groups.push(four >> 16n, four & 0xffffn);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function readV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const left = readGroups(halves[0] ?? '');
  const right = halves.length === 2 ? readGroups(halves[1] ?? '') : [];
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => 0n), ...right];
  return groups.reduce((bits, group) => (bits << 16n) | group, 0n);
}

const MAPPED = 0xffffn;

/** Reads an address. An IPv4 address inside IPv6 and one with a zone are none here, as in Kubernetes. */
export function readIp(text: string): IpAddress | undefined {
  if (text.length > 64) return undefined;
  if (!text.includes(':')) {
    const bits = readV4(text);
    return bits === undefined ? undefined : new IpAddress(bits, 32);
  }
  const bits = readV6(text);
  return bits === undefined || bits >> 32n === MAPPED ? undefined : new IpAddress(bits, 128);
}

export function readCidr(text: string): Cidr | undefined {
  const match = /^([^/]{1,64})\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = match === null ? undefined : readIp(match[1] ?? '');
  const length = Number(match?.[2]);
  return address === undefined || length > address.width ? undefined : new Cidr(address, length);
}

/** The longest run of zero groups, at least two: [start, length]. */
function longestZeros(groups: readonly bigint[]): readonly [number, number] {
  let best: readonly [number, number] = [-1, 1];
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === 0n) length += 1;
    if (length > best[1]) best = [start, length];
    start += length;
  }
  return best;
}

export function showIp({ bits, width }: IpAddress): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map((by) => String((bits >> by) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_one, at) => (bits >> BigInt(112 - at * 16)) & 0xffffn);
  const [start, length] = longestZeros(groups);
  const hex = (part: readonly bigint[]): string => part.map((group) => group.toString(16)).join(':');
  return start < 0 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

const showCidr = (one: Cidr): string => `${showIp(one.address)}/${one.length}`;
const masked = ({ address, length }: Cidr): Cidr => {
  const rest = BigInt(address.width - length);
  return new Cidr(new IpAddress((address.bits >> rest) << rest, address.width), length);
};
const holdsIp = (one: Cidr, ip: IpAddress): boolean =>
  ip.width === one.address.width &&
  ip.bits >> BigInt(ip.width - one.length) === one.address.bits >> BigInt(ip.width - one.length);

/** Whether the bits under a prefix are those given. */
const within = (ip: IpAddress, four: readonly [bigint, number], six: readonly [bigint, number]): boolean => {
  const [prefix, length] = ip.width === 32 ? four : six;
  return ip.bits >> BigInt(ip.width - length) === prefix;
};
const isUnspecified = (ip: IpAddress): boolean => ip.bits === 0n;
const isLoopback = (ip: IpAddress): boolean => within(ip, [127n, 8], [1n, 128]);
const isLinkLocalMulticast = (ip: IpAddress): boolean => within(ip, [0xe00000n, 24], [0xff02n, 16]);
const isLinkLocalUnicast = (ip: IpAddress): boolean => within(ip, [0xa9fen, 16], [0x3fan, 10]);
const isMulticast = (ip: IpAddress): boolean => within(ip, [0xen, 4], [0xffn, 8]);
const isGlobalUnicast = (ip: IpAddress): boolean =>
  !isUnspecified(ip) &&
  !isLoopback(ip) &&
  !isMulticast(ip) &&
  !isLinkLocalUnicast(ip) &&
  !(ip.width === 32 && ip.bits === 0xffffffffn);

const parseCost = ([text = '']: readonly Value[]): number => traversal(sizeOf(text));
const ofIp = (name: string, result: string, run: (ip: IpAddress) => Value) =>
  define(name, `net.IP.() ${result}`, (ip) => (ip instanceof IpAddress ? run(ip) : noOverload(name, ip)));
const ofCidr = (name: string, result: string, run: (one: Cidr) => Value) =>
  define(name, `net.CIDR.() ${result}`, (one) => (one instanceof Cidr ? run(one) : noOverload(name, one)));
const ofText = (name: string, result: string, run: (text: string) => Value) =>
  define(
    name,
    `(string) ${result}`,
    (text) => (typeof text === 'string' ? run(text) : noOverload(name, text)),
    parseCost,
  );
const NO_IP = new CelError('not an IP address');
const NO_CIDR = new CelError('not an address with a prefix length');

/** Addresses and ranges; came with Kubernetes 1.30. */
export const ADDRESSES: Library = [
  ofText('ip', 'net.IP', (text) => readIp(text) ?? NO_IP),
  ofText('isIP', 'bool', (text) => readIp(text) !== undefined),
  ofText('ip.isCanonical', 'bool', (text) => {
    const ip = readIp(text);
    return ip === undefined ? NO_IP : showIp(ip) === text;
  }),
  ofIp('family', 'int', (ip) => (ip.width === 32 ? 4 : 6)),
  ofIp('isUnspecified', 'bool', isUnspecified),
  ofIp('isLoopback', 'bool', isLoopback),
  ofIp('isLinkLocalMulticast', 'bool', isLinkLocalMulticast),
  ofIp('isLinkLocalUnicast', 'bool', isLinkLocalUnicast),
  ofIp('isGlobalUnicast', 'bool', isGlobalUnicast),
  define('string', '(net.IP) string', (ip) =>
    ip instanceof IpAddress ? showIp(ip) : noOverload('string', ip),
  ),
  ofText('cidr', 'net.CIDR', (text) => readCidr(text) ?? NO_CIDR),
  ofText('isCIDR', 'bool', (text) => readCidr(text) !== undefined),
  define('containsIP', ['net.CIDR.(string) bool', 'net.CIDR.(net.IP) bool'], (one, other) => {
    const ip = typeof other === 'string' ? (readIp(other) ?? NO_IP) : other;
    if (ip instanceof CelError) return ip;
    return one instanceof Cidr && ip instanceof IpAddress
      ? holdsIp(one, ip)
      : noOverload('containsIP', one, other);
  }),
  define('containsCIDR', ['net.CIDR.(string) bool', 'net.CIDR.(net.CIDR) bool'], (one, other) => {
    const inner = typeof other === 'string' ? (readCidr(other) ?? NO_CIDR) : other;
    if (inner instanceof CelError) return inner;
    if (!(one instanceof Cidr) || !(inner instanceof Cidr)) return noOverload('containsCIDR', one, other);
    return inner.length >= one.length && holdsIp(one, inner.address);
  }),
  ofCidr('ip', 'net.IP', (one) => one.address),
  ofCidr('masked', 'net.CIDR', masked),
  ofCidr('prefixLength', 'int', (one) => one.length),
  define('string', '(net.CIDR) string', (one) =>
    one instanceof Cidr ? showCidr(one) : noOverload('string', one),
  ),
];
