// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogContext, Cataloger } from '../cataloger.ts';
import { foundPackages } from '../found-package.ts';
import type { FoundPackage } from '../package.ts';
import { kernelCapabilities } from './capabilities.ts';

const RELEASE = '/proc/sys/kernel/osrelease';
const MAX_BYTES = 4096;

const fixed = (context: CatalogContext): FoundPackage[] => {
  // The root of a container shows the kernel of its host, which is looked at by itself.
  if (context.tree.isMachine !== true) return [];
  const content = context.tree.read(RELEASE, { maxBytes: MAX_BYTES });
  if (!content.ok) return [];
  const release = content.value.toString('latin1').trim();
  const upstream = /^\d+\.\d+(?:\.\d+)?/.exec(release)?.[0];
  if (upstream === undefined) return [];
  return foundPackages([
    {
      type: 'kernel',
      name: 'linux',
      version: release,
      location: RELEASE,
      purl: { type: 'generic', name: 'linux-kernel' },
    },
  ]).map((found) => ({ ...found, cpe: `cpe:2.3:o:linux:linux_kernel:${upstream}:*:*:*:*:*:*:*` }));
};

/** The kernel of a host. An image has no /proc, so nothing is found in one. */
export const kernelCataloger: Cataloger = {
  id: 'kernel',
  types: ['kernel'],
  capabilities: kernelCapabilities,
  fixed,
};
