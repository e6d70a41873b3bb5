// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the opkg cataloger can and cannot know. */
export const opkgCapabilities: CatalogerCapabilities = {
  finds: ['installed packages of OpenWrt and Yocto images, with architecture', 'which files a package owns'],
  doesNotFind: [
    'advisories: neither project publishes a feed that we read',
    'firmware that ships without its package database',
  ],
};
