// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { rolldown } from 'rolldown';

/**
 * Program: one-file.ts PROGRAM TARGET. Writes a program with everything it imports, in one file: where files are slow to
 * open, as in a virtual machine without its own disk, hundreds of modules take minutes to start.
 */
const [, , program, target] = process.argv;
if (program === undefined || target === undefined) throw new Error('usage: one-file.ts PROGRAM TARGET');
const bundle = await rolldown({ input: program, platform: 'node', logLevel: 'silent' });
await bundle.write({ file: target, format: 'es', codeSplitting: false });
await bundle.close();
