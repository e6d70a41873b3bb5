// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ipv6Groups, isIpv4, reachedAddress } from '@bartizan/contracts/ip-address';

/** Where an IP address lies, as far as the address itself tells. */
export const ADDRESS_SCOPES = [
  'any',
  'loopback',
  'private',
  'link-local',
  'multicast',
  'public',
  'unknown',
] as const;
export type AddressScope = (typeof ADDRESS_SCOPES)[number];

function scopeOfV4(text: string): AddressScope {
  const parts = text.split('.').map(Number);
  const [a = 0, b = 0] = parts;
  if (parts.every((part) => part === 0)) return 'any';
  if (a === 127) return 'loopback';
  if (a === 169 && b === 254) return 'link-local';
  if (a >= 224 && a < 240) return 'multicast';
  const isPrivate =
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 100 && b >= 64 && b < 128);
  return isPrivate ? 'private' : 'public';
}

function scopeOfV6(groups: readonly number[]): AddressScope {
  const [head = 0] = groups;
  if (groups.slice(0, -1).every((group) => group === 0)) {
    const last = groups.at(-1);
    if (last === 0) return 'any';
    if (last === 1) return 'loopback';
  }
  if (head >= 0xfe80 && head < 0xfec0) return 'link-local';
  if (head >= 0xfc00 && head < 0xfe00) return 'private';
  return head >= 0xff00 ? 'multicast' : 'public';
}

/**
 * Scope of an IPv4 or IPv6 address (RFC 6890): `any` is the unspecified address, `private` counts RFC 1918, RFC 6598
 * and unique local addresses; an IPv4 address within an IPv6 one is what it is itself. `unknown` when the text is no
 * address.
 */
export function addressScope(address: string): AddressScope {
  const reached = reachedAddress(address);
  if (isIpv4(reached)) return scopeOfV4(reached);
  const groups = ipv6Groups(reached);
  return groups === undefined ? 'unknown' : scopeOfV6(groups);
}
