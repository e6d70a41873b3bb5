// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the elf-notes cataloger can and cannot know. */
export const elfNotesCapabilities: CatalogerCapabilities = {
  finds: [
    'the package note (.note.package) of executables of Fedora, Azure Linux and others: which package built them',
  ],
  doesNotFind: ['libraries, which distribution databases list', 'executables without a note'],
};
