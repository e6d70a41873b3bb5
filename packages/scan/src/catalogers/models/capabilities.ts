// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CatalogerCapabilities } from '../cataloger.ts';

/** What the models cataloger can and cannot know. */
export const modelsCapabilities: CatalogerCapabilities = {
  finds: ['models in GGUF and safetensors files, by what their header says'],
  doesNotFind: ['models in pickle and other formats', 'advisories: an inventory only'],
};
