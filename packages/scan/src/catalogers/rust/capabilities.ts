// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the rust cataloger can and cannot know. */
export const rustCapabilities: CatalogerCapabilities = {
  finds: ['crates of executables built with cargo auditable (.dep-v0)', 'crates of Cargo.lock'],
  doesNotFind: ['crates of executables built without it', 'which features of a crate were built'],
};
