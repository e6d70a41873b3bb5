// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { addressText } from './sockets.ts';

/** Local IPv4 addresses of a network namespace, from /proc/PID/net/fib_trie: the lines before "/32 host LOCAL". */
export const parseFibTrie = (content: string, maxAddresses = 64): string[] => {
  const found = new Set<string>();
  let last = '';
  for (const line of content.split('\n')) {
    const leaf = /^\s*\|-- (\d{1,3}(?:\.\d{1,3}){3})$/.exec(line);
    if (leaf?.[1]) last = leaf[1];
    else if (last !== '' && line.includes('/32 host LOCAL') && !last.startsWith('127.')) found.add(last);
    if (found.size >= maxAddresses) break;
  }
  return [...found];
};

/** IPv6 addresses of a network namespace, from /proc/PID/net/if_inet6; loopback and link-local ones are left out. */
export const parseIfInet6 = (content: string, maxAddresses = 64): string[] => {
  const found: string[] = [];
  for (const line of content.split('\n')) {
    const word = line.split(' ', 1)[0] ?? '';
    if (!/^[0-9a-f]{32}$/.test(word) || found.length >= maxAddresses) continue;
    const address = addressText(Buffer.from(word, 'hex'));
    if (address !== '::1' && !address.startsWith('fe80:')) found.push(address);
  }
  return found;
};
