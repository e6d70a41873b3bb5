// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the rpm cataloger can and cannot know. */
export const rpmCapabilities: CatalogerCapabilities = {
  finds: [
    'installed packages of rpm databases in SQLite, ndb and Berkeley DB (hash) form, of either byte order',
    'packages of the text manifest of Azure Linux distroless images, and of the inventory of Bottlerocket',
    'epoch, architecture, source package, module and stream, and which files a package owns',
  ],
  doesNotFind: [
    'changes that still lie in the write-ahead log of a SQLite database (said as a problem of the scan)',
  ],
};
