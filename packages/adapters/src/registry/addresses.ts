// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { reachedAddress } from '@bartizan/contracts/ip-address';
import { RegistryFault } from './fault.ts';

/** Addresses a registry must not send us to, by what answers there. */
const LISTS = {
  loopback: new BlockList(),
  'link-local or metadata': new BlockList(),
} as const;
export type AddressClass = keyof typeof LISTS;

LISTS.loopback.addSubnet('127.0.0.0', 8);
LISTS.loopback.addAddress('0.0.0.0');
LISTS.loopback.addAddress('::1', 'ipv6');
LISTS.loopback.addAddress('::', 'ipv6');
LISTS['link-local or metadata'].addSubnet('169.254.0.0', 16);
LISTS['link-local or metadata'].addSubnet('fe80::', 10, 'ipv6');
// Metadata services of clouds that do not use a link-local address.
for (const address of ['100.100.100.200', '168.63.129.16', '192.0.0.192'])
  LISTS['link-local or metadata'].addAddress(address);
LISTS['link-local or metadata'].addAddress('fd00:ec2::254', 'ipv6');

/** The class of an address that is only for the machine or its cloud; undefined for all others. */
export function classOf(address: string): AddressClass | undefined {
  const inner = reachedAddress(address);
  const family = isIP(inner) === 6 ? 'ipv6' : 'ipv4';
  return (Object.keys(LISTS) as AddressClass[]).find((name) => LISTS[name].check(inner, family));
}

/** The host of a URL without the brackets of IPv6. */
export const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/**
 * Refuses addresses of these classes. A registry on this machine may send us to this machine; to link-local addresses and
 * metadata services nobody may, whoever named them.
 */
export class AddressGuard {
  readonly #own: AddressClass | undefined;

  constructor(own: AddressClass | undefined) {
    this.#own = own === 'loopback' ? own : undefined;
  }

  #refuse(host: string, address: string): RegistryFault | undefined {
    const found = classOf(address);
    return found === undefined || found === this.#own
      ? undefined
      : new RegistryFault('E_REGISTRY_ADDRESS', `${host} is at a ${found} address`);
  }

  /** Refuses a host that is written as such an address. */
  demandLiteral(url: URL): void {
    const host = bareHost(url);
    const fault = isIP(host) === 0 ? undefined : this.#refuse(host, host);
    if (fault !== undefined) throw fault;
  }

  /** Resolves a name and refuses it when one of its addresses is such; what was judged is what is connected to. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0);
      for (const { address } of addresses) {
        const fault = this.#refuse(hostname, address);
        if (fault !== undefined) return callback(fault, '', 0);
      }
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}

/** Where a host is: the class of its address or of the first one its name resolves to. */
export function classOfHost(host: string): Promise<AddressClass | undefined> {
  if (isIP(host) !== 0) return Promise.resolve(classOf(host));
  return new Promise((resolve) => {
    lookup(host, (error, address) => resolve(error === null ? classOf(address) : undefined));
  });
}
