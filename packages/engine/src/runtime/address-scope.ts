// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

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
  const parts = text.split('.').map((part) => (/^[0-9]{1,3}$/.test(part) ? Number(part) : Number.NaN));
  const [a = Number.NaN, b = Number.NaN] = parts;
  if (parts.length !== 4 || !parts.every((part) => part <= 255)) return 'unknown';
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

const MAPPED_DOTTED = /^[0:]*:ffff:([0-9.]+)$/;
const MAPPED_GROUPS = /^[0:]*:ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** An IPv4 address in either form that RFC 4291 2.2 has for it as an IPv6 one is what it is; all other text stays. */
function withoutMapping(text: string): string {
  const [, high, low] = MAPPED_GROUPS.exec(text) ?? [];
  if (high === undefined || low === undefined) return MAPPED_DOTTED.exec(text)?.[1] ?? text;
  return [high, low]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}

/**
 * Scope of an IPv4 or IPv6 address (RFC 6890): `any` is the unspecified address, `private` counts RFC 1918, RFC 6598
 * and unique local addresses. `unknown` when the text is no address.
 */
export function addressScope(address: string): AddressScope {
  const text = withoutMapping(address.toLowerCase().split('%')[0] ?? '');
  if (!text.includes(':')) return scopeOfV4(text);
  if (!/^[0-9a-f:.]{2,45}$/.test(text)) return 'unknown';
  if (/^[0:]+$/.test(text)) return 'any';
  if (/^[0:]*:0*1$/.test(text)) return 'loopback';
  const head = Number.parseInt(text.split(':')[0] || '0', 16);
  if (head >= 0xfe80 && head < 0xfec0) return 'link-local';
  if (head >= 0xfc00 && head < 0xfe00) return 'private';
  return head >= 0xff00 ? 'multicast' : 'public';
}
