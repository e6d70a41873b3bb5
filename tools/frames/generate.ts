// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// Writes the C header, the Rust module and the TypeScript accessors of the sensor's frames from one layout.
// `--check` writes nothing and fails when a file differs.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { emitC } from './emit-c.ts';
import { emitRust } from './emit-rust.ts';
import { emitTypeScript, emitTypeScriptConstants } from './emit-typescript.ts';
import { bodies, header, process as processBlock, sessionBodies } from './layout.ts';
import { place } from './place.ts';

/** The generated files: path from the root of the repository, content. */
export function generateFrames(): ReadonlyMap<string, string> {
  const placedHeader = place(header, 0);
  const placedProcess = place(processBlock, placedHeader.end);
  const placedBodies = bodies.map((block) => place(block, placedProcess.end));
  const session = sessionBodies.map((block) => place(block, placedHeader.end));
  const events = [placedHeader, placedProcess, ...placedBodies];
  return new Map([
    ['native/kernel/frames.h', emitC(events)],
    ['native/sensor/src/frames.rs', emitRust([...events, ...session])],
    ['packages/host/src/sensor/frame-constants.ts', emitTypeScriptConstants()],
    ['packages/host/src/sensor/frames.ts', emitTypeScript([...events, ...session])],
  ]);
}

if (import.meta.main) {
  const check = process.argv.includes('--check');
  let stale = 0;
  for (const [path, content] of generateFrames()) {
    const target = fileURLToPath(new URL(`../../${path}`, import.meta.url));
    if (!check) writeFileSync(target, content);
    else if (readFileSync(target, 'utf8') !== content) {
      stale += 1;
      console.error(`${path} differs from tools/frames/layout.ts; run: node tools/frames/generate.ts`);
    }
  }
  process.exitCode = stale === 0 ? 0 : 1;
}
