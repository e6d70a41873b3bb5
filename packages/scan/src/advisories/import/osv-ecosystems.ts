// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A namespace of ours that a product line of OSV speaks about, and the line of support that it is, where it is one of its own. */
export interface NamedEcosystem {
  readonly ecosystem: string;
  readonly channel?: string;
}

/** Service packs of SUSE Linux Enterprise 12; its modules are for all of them. */
const PACKS_OF_12 = ['', ' SP1', ' SP2', ' SP3', ' SP4', ' SP5'];
const LONGER_SUPPORT =
  /^SUSE:Linux Enterprise Server (?:(LTSS Extended Security) )?(1[0-5](?: SP\d)?)(?:-(LTSS|ESPOS))?$/;
const MODULE = /^SUSE:Linux Enterprise Module for \S.* (1[0-5])( SP\d)?$/;

/**
 * The packages of a server come from several modules, each a product of its own to SUSE, and after the end of general
 * support from a line of longer support. Which one a package came from is written nowhere in an image, and all of them
 * go one way with a source package within a service pack: they are the server's. Other products stay what they are.
 */
const serversOf = (name: string): NamedEcosystem[] | undefined => {
  const [, extended, server, line = extended] = LONGER_SUPPORT.exec(name) ?? [];
  const called = (release: string): string => `SUSE:Linux Enterprise Server ${release}`;
  if (server !== undefined)
    return [{ ecosystem: called(server), ...(line === undefined ? {} : { channel: line }) }];
  const [, release, pack] = MODULE.exec(name) ?? [];
  if (release === undefined) return undefined;
  const packs = release === '12' && pack === undefined ? PACKS_OF_12 : [pack ?? ''];
  return packs.map((one) => ({ ecosystem: called(`${release}${one}`) }));
};

/**
 * OSV's names of product lines where ours differ: support terms and repositories are left out, paid lines (Ubuntu Pro)
 * stay apart, since their fixes are not in the free archive.
 */
export const ecosystemsNamed = (name: string): NamedEcosystem[] => {
  const ubuntu = /^Ubuntu:(\d+\.\d+)(?::LTS)?$/.exec(name)?.[1];
  if (ubuntu !== undefined) return [{ ecosystem: `Ubuntu:${ubuntu}` }];
  const redHat = /^Red Hat:enterprise_linux:(\d+)(?:\.\d+)?(?:::|$)/.exec(name)?.[1];
  if (redHat !== undefined) return [{ ecosystem: `Red Hat:${redHat}` }];
  // Until version 3 it was called CBL-Mariner, and is so to this day in its os-release.
  const mariner = /^Azure Linux:([12])$/.exec(name)?.[1];
  if (mariner !== undefined) return [{ ecosystem: `CBL-Mariner:${mariner}` }];
  return serversOf(name) ?? [{ ecosystem: name }];
};
