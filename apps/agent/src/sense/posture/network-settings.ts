// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { fileText, folderNames, rightsOf } from './fact-sheet.ts';

/** Settings that `all` and each interface have; facts of them are named after `all`. */
export const INTERFACE_SETTINGS = [
  'net.ipv4.conf.all.send_redirects',
  'net.ipv4.conf.all.accept_redirects',
  'net.ipv6.conf.all.accept_redirects',
] as const;
type InterfaceSetting = (typeof INTERFACE_SETTINGS)[number];

/** What holds on an interface: of IPv4 by `all` and its own setting together, of IPv6 by its own alone (ip-sysctl). */
const HOLDS: Readonly<Record<InterfaceSetting, (own: boolean, all: boolean, forwards: boolean) => boolean>> =
  {
    'net.ipv4.conf.all.send_redirects': (own, all) => own || all,
    'net.ipv4.conf.all.accept_redirects': (own, all, forwards) => (forwards ? own && all : own || all),
    'net.ipv6.conf.all.accept_redirects': (own, _all, forwards) => own && !forwards,
  };

const isOn = (path: string): boolean | undefined => {
  const content = fileText('/', path)?.trim() ?? '';
  return /^-?\d{1,15}$/.test(content) ? Number(content) !== 0 : undefined;
};

/**
 * Whether a setting holds on any interface, or will on those to come, which begin with `default`; undefined when it
 * cannot be read. The loopback is left out: nobody else sends to it.
 */
export const holdsAnywhere = (proc: string, name: InterfaceSetting): boolean | undefined => {
  const [, family = '', , , setting = ''] = name.split('.');
  const folder = `${proc}/sys/net/${family}/conf`;
  const all = isOn(`${folder}/all/${setting}`);
  if (all === undefined) return undefined;
  let isKnown = true;
  for (const one of folderNames('/', folder).filter((one) => one !== 'all' && one !== 'lo')) {
    const [own, forwards] = [isOn(`${folder}/${one}/${setting}`), isOn(`${folder}/${one}/forwarding`)];
    if (own !== undefined && forwards !== undefined) {
      if (HOLDS[name](own, all, forwards)) return true;
    } else if (rightsOf('/', `${folder}/${one}`)) isKnown = false;
  }
  return isKnown ? false : undefined;
};
