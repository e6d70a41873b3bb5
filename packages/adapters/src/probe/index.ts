// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Harmless requests that prove whether something answers strangers. Serves the exposed-components item. */
export { askAsStranger, type StrangerAnswer, type StrangerRequest } from './ask-as-stranger.ts';
