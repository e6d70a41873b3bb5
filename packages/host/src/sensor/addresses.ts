// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { addressText } from '../procfs/sockets.ts';

/**
 * Text of an address: dotted for family 4, RFC 5952 for family 6. `bytes` has 16 bytes in network order. An IPv4 address
 * on a socket of family 6 is dotted too, as rules and the addresses of containers have it.
 */
export const formatAddress = (family: number, bytes: Buffer): string =>
  addressText(family === 4 ? bytes.subarray(0, 4) : bytes);
