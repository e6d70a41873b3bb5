// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Runs in a guest with a kernel of its own: prints what the sensor told of the tries as one line of JSON. */
import { mkdtempSync } from 'node:fs';
import { tryPaths, watchedIn } from './path-tries.ts';
import { watch } from './watching.ts';

const [, , binaryPath = ''] = process.argv;
const folder = mkdtempSync('/tmp/bartizan-paths-');
const seen = await watch(watchedIn(folder), { binaryPath, startMs: 200_000 });
const paths = await tryPaths(seen, folder);
await seen.sensor.stop();
process.stdout.write(`${JSON.stringify({ paths })}\n`);
process.exit(0);
