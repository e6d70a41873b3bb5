// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setFlagsFromString } from 'node:v8';

/** How often code is called before V8 optimises it at length. */
const CALLS = 200_000;

/**
 * Most calls are over before code that V8 optimises at length has paid for that. Told here, and not by who starts the
 * program: with this flag from the beginning Node.js compiles its own modules, 39 for this command, from their sources,
 * for what it has of them compiled was made without. What is loaded by now was loaded as it is.
 */
export function optimiseLate(): void {
  setFlagsFromString(`--invocation-count-for-turbofan=${CALLS}`);
}
