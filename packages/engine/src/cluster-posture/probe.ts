// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LocalText } from '@bartizan/contracts';

/** One harmless request without credentials: a read, of which only the status is looked at. */
export interface Probe {
  readonly id: string;
  /** `Cluster`, `Node/name` or `Service/namespace/name`. */
  readonly about: string;
  /** Of a service; empty for others. */
  readonly namespace: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** A header that the server wants of everybody; it proves nothing about who asks. */
  readonly header?: readonly [name: string, value: string];
  readonly what: LocalText;
  /** What to do when it answers. */
  readonly fix: LocalText;
}

/** What is asked, as a URL. */
export const probeUrl = ({ scheme, host, port, path }: Omit<Probe, 'what' | 'fix'>): string =>
  `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;

const V4 = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/;
const V6 = /^[0-9a-f:]{2,39}$/i;

/**
 * Whether an address that an object declares may be asked at all. Whoever writes the object chooses it: a name would be
 * looked up outside the cluster, and a link-local address is the metadata service of this machine, not a part of the cluster.
 */
export function mayBeAsked(address: string): boolean {
  const four = V4.exec(address);
  if (four === null) return V6.test(address) && !/^(::$|fe[89ab]|ff)/i.test(address);
  const [, first, second] = four.map(Number);
  if (first === undefined || first === 0 || first >= 224) return false;
  return !(first === 169 && second === 254);
}
