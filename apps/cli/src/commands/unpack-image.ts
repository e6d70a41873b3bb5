// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createReadStream, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { runProgram } from '../setup/run-program.ts';

const LAYERS_MAX = 256;
const ENTRIES_MAX = 2_000_000;
const UNPACK_MS = 600_000;

const bad = (detail: string): Result<never, Failure> => err(failure('E_SCAN_TARGET', detail));

function json(path: string): unknown {
  try {
    return statSync(path).size > 16 * 1024 * 1024 ? undefined : JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
const items = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value.slice(0, LAYERS_MAX) : [];
const strings = (value: unknown): string[] => items(value).filter((item) => typeof item === 'string');

/** A path below `root`, or undefined when it would leave it. */
function inside(root: string, name: string): string | undefined {
  const path = resolve(root, name);
  return path.startsWith(root + sep) ? path : undefined;
}

const blobPath = (folder: string, digest: unknown): string | undefined => {
  const match = typeof digest === 'string' ? /^([a-z0-9]+):([0-9a-f]{32,128})$/.exec(digest) : null;
  return match === null ? undefined : inside(folder, `blobs/${match[1]}/${match[2]}`);
};

/** Layer files of an unpacked archive, lowest first: `docker save` (manifest.json) or an OCI layout (index.json). */
export function layersOf(folder: string): string[] {
  const names = strings(field(items(json(join(folder, 'manifest.json')))[0], 'Layers'));
  if (names.length > 0) return names.flatMap((name) => inside(folder, name) ?? []);
  let manifest = json(join(folder, 'index.json'));
  for (let depth = 0; depth < 4 && field(manifest, 'layers') === undefined; depth += 1) {
    const next = blobPath(folder, field(items(field(manifest, 'manifests'))[0], 'digest'));
    if (next === undefined) return [];
    manifest = json(next);
  }
  return items(field(manifest, 'layers')).flatMap((layer) => blobPath(folder, field(layer, 'digest')) ?? []);
}

const FLAGS = [
  '--no-same-owner',
  '--no-same-permissions',
  '--delay-directory-restore',
  '--exclude=dev/*',
  '--exclude=./dev/*',
  '--no-xattrs',
];

/**
 * Makes a folder of an image archive or layout: layers on top of each other, whiteouts applied. Nothing is executed;
 * tar never writes outside the folder (it refuses `..` and links that leave it).
 */
export async function unpackImage(archive: string, root: string): Promise<Result<string, Failure>> {
  let layout = resolve(archive);
  if (statSync(layout).isFile()) {
    layout = join(dirname(root), 'layout');
    mkdirSync(layout, { recursive: true });
    const end = await runProgram('tar', ['-xf', resolve(archive), '-C', layout, ...FLAGS], {
      timeoutMs: UNPACK_MS,
    });
    if (
      end.code !== 0 &&
      !existsSync(join(layout, 'manifest.json')) &&
      !existsSync(join(layout, 'index.json'))
    )
      return bad(`${archive}: ${end.stderr.split('\n')[0] ?? ''}`);
  }
  const layers = layersOf(layout);
  if (layers.length === 0) return bad(`${archive}: no layers`);
  mkdirSync(root, { recursive: true });
  for (const layer of layers) {
    const applied = await applyLayer(layer, root);
    if (!applied.ok) return applied;
  }
  return ok(root);
}

async function applyLayer(layer: string, root: string): Promise<Result<void, Failure>> {
  if (!existsSync(layer)) return bad(`${basename(layer)} is missing`);
  const listed = await runProgram('tar', ['-tf', layer, ...((await isZstd(layer)) ? ['--zstd'] : [])], {
    timeoutMs: UNPACK_MS,
  });
  if (listed.code !== 0) return bad(`${basename(layer)}: ${listed.stderr.split('\n')[0] ?? ''}`);
  const names = listed.stdout.split('\n');
  if (names.length > ENTRIES_MAX) return bad(`${basename(layer)} has too many entries`);
  for (const name of names) {
    const file = basename(name);
    if (!file.startsWith('.wh.')) continue;
    const target = file === '.wh..wh..opq' ? dirname(name) : join(dirname(name), file.slice(4));
    const path = inside(root, target.replace(/^\.?\//, ''));
    if (path !== undefined && isRealParent(root, path)) rmSync(path, { recursive: true, force: true });
  }
  const end = await runProgram('tar', ['-xf', layer, '-C', root, '--exclude=.wh.*', ...FLAGS], {
    timeoutMs: UNPACK_MS,
  });
  return end.code === 0 || names.length > 0
    ? ok(undefined)
    : bad(`${basename(layer)}: ${end.stderr.split('\n')[0] ?? ''}`);
}

/** Whether the parent of a path exists below root without a link that leads elsewhere. */
function isRealParent(root: string, path: string): boolean {
  try {
    return statSync(dirname(path)).isDirectory() && resolve(dirname(path)).startsWith(root);
  } catch {
    return false;
  }
}

async function isZstd(path: string): Promise<boolean> {
  for await (const part of createReadStream(path, { end: 3 })) {
    const bytes: Buffer = part;
    return bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528;
  }
  return false;
}
