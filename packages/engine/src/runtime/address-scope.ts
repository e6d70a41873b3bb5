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

/**
 * Scope of an IPv4 or IPv6 address (RFC 6890): `any` is the unspecified address, `private` counts RFC 1918, RFC 6598
 * and unique local addresses. `unknown` when the text is no address.
 */
export function addressScope(address: string): AddressScope {
  const text = address.toLowerCase().split('%')[0] ?? '';
  const mapped = text.startsWith('::ffff:') && text.includes('.') ? text.slice(7) : text;
  if (!mapped.includes(':')) return scopeOfV4(mapped);
  if (!/^[0-9a-f:.]{2,45}$/.test(mapped)) return 'unknown';
  if (/^[0:]+$/.test(mapped)) return 'any';
  if (/^[0:]*:0*1$/.test(mapped)) return 'loopback';
  const head = Number.parseInt(mapped.split(':')[0] || '0', 16);
  if (head >= 0xfe80 && head < 0xfec0) return 'link-local';
  if (head >= 0xfc00 && head < 0xfe00) return 'private';
  return head >= 0xff00 ? 'multicast' : 'public';
}
