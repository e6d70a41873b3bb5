// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ipv6Groups, reachedAddress } from '@bartizan/contracts/ip-address';

const PREFIX_GROUPS = 4;

/**
 * What limits count as one caller: an IPv4 address, or the /64 of an IPv6 one, since a single host may use every address
 * of its /64. Text that is no address stays as it is.
 */
export function networkOf(address: string): string {
  const reached = reachedAddress(address);
  const groups = ipv6Groups(reached);
  if (groups === undefined) return reached;
  const prefix = groups.slice(0, PREFIX_GROUPS).map((group) => group.toString(16));
  return `${prefix.join(':')}::/64`;
}
