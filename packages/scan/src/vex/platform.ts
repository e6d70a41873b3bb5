// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Distribution } from '../distribution/os-release.ts';

/** Vendor and product of the CPEs of distributions, with the `ID` of their os-release. Paid lines with fixes of their own are others. */
const SYSTEMS: Readonly<Record<string, string>> = {
  'redhat:enterprise_linux': 'rhel',
  'debian:debian_linux': 'debian',
  'canonical:ubuntu_linux': 'ubuntu',
  'alpinelinux:alpine_linux': 'alpine',
  'almalinux:almalinux': 'almalinux',
  'rocky:rocky': 'rocky',
  'oracle:linux': 'ol',
  'amazon:amazon_linux': 'amzn',
  'fedoraproject:fedora': 'fedora',
  'suse:sles': 'sles',
  'opensuse:leap': 'opensuse-leap',
  'microsoft:azure_linux': 'azurelinux',
  'vmware:photon_os': 'photon',
};

/** The release of a distribution that a CPE names: `cpe:/a:redhat:enterprise_linux:9::appstream`; undefined for anything else. */
export const distributionOfCpe = (cpe: string): Distribution | undefined => {
  const [, vendor, product, version, update] =
    /^cpe:(?:2\.3:|\/)[oa]:([^:]+):([^:]+):([0-9][^:]*)(?::([^:]*))?/i.exec(cpe.toLowerCase()) ?? [];
  const id = SYSTEMS[`${vendor}:${product}`];
  if (id === undefined || version === undefined) return undefined;
  // SUSE writes a service pack as the update; its os-release makes one version of both.
  const pack = id === 'sles' ? /^sp(\d+)$/.exec(update ?? '')?.[1] : undefined;
  const versionId = pack === undefined ? version : `${version}.${pack}`;
  return { id, versionId, prettyName: `${id} ${versionId}`, like: [] };
};
