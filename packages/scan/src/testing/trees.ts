// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { deflateRawSync } from 'node:zlib';
import {
  type CatalogContext,
  type Cataloger,
  DEFAULT_LIMITS,
  type ScanLimits,
  type ScanProblem,
} from '../catalogers/cataloger.ts';
import type { FoundPackage } from '../catalogers/package.ts';
import { detectDistribution } from '../distribution/os-release.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { MemoryTree } from '../tree/memory-tree.ts';
import { walk } from '../tree/walk.ts';

/** A tree with these files; texts and bytes. A value that starts with `-> ` is a link. */
export const treeOf = (files: Readonly<Record<string, string | Buffer>>, mode = 0o644): MemoryTree => {
  const tree = new MemoryTree('test');
  for (const [path, content] of Object.entries(files)) {
    if (typeof content === 'string' && content.startsWith('-> '))
      tree.add(path, 'link', { target: content.slice(3), mode: 0o777 });
    else tree.add(path, 'file', { content: Buffer.from(content), mode });
  }
  return tree;
};

/** An os-release file of a Debian release. */
export const DEBIAN_12 = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n';

/** What one cataloger finds in a tree, and what it complains about. */
export const runCataloger = (
  cataloger: Cataloger,
  tree: FileTree,
  limits: Partial<ScanLimits> = {},
): { packages: FoundPackage[]; problems: ScanProblem[]; context: CatalogContext } => {
  const problems: ScanProblem[] = [];
  const context: CatalogContext = {
    tree,
    distribution: detectDistribution(tree),
    limits: { ...DEFAULT_LIMITS, ...limits },
    now: () => 0,
    deadlineMs: Number.MAX_SAFE_INTEGER,
    problem: (problem) => problems.push(problem),
  };
  const packages = [...(cataloger.fixed?.(context) ?? [])];
  walk(
    tree,
    {
      exclude: [],
      maxEntries: 100_000,
      maxDepth: 64,
      isOneFileSystem: false,
      deadlineMs: Number.MAX_SAFE_INTEGER,
      now: () => 0,
    },
    (file) => {
      if (cataloger.wants?.(file) === true && cataloger.isShadowed?.(file, tree) !== true)
        packages.push(...(cataloger.inspect?.(file, context) ?? []));
    },
  );
  return { packages, problems, context };
};

/** `name version` of each package, for comparison. */
export const names = (packages: readonly { name: string; version: string }[]): string[] =>
  packages.map((found) => `${found.name} ${found.version}`);

/** A zip archive with these files; written by hand, so that tests can lie in it. */
export const zipOf = (
  files: Readonly<Record<string, string | Buffer>>,
  lie: { sizeBytes?: number } = {},
): Buffer => {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const plain = Buffer.from(content);
    const packed = deflateRawSync(plain);
    const nameBytes = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(plain.length, 22);
    local.writeUInt16LE(nameBytes.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(lie.sizeBytes ?? plain.length, 24);
    central.writeUInt16LE(nameBytes.length, 28);
    central.writeUInt32LE(offset, 42);
    locals.push(local, nameBytes, packed);
    centrals.push(central, nameBytes);
    offset += 30 + nameBytes.length + packed.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
};

/** One entry of a tar archive to be made. */
export interface TarFile {
  readonly path: string;
  readonly content?: string | Buffer;
  /** tar's own letter: 0 file, 1 hard link, 2 link, 3 device, 5 directory. */
  readonly type?: string;
  readonly target?: string;
  readonly mode?: number;
  readonly sizeBytes?: number;
}

/** A ustar archive; written by hand, so that tests can lie in it. */
export const tarOf = (files: readonly TarFile[], isEnded = true): Buffer => {
  const blocks: Buffer[] = [];
  for (const file of files) {
    const content = Buffer.from(file.content ?? '');
    const header = Buffer.alloc(512);
    header.write(file.path.slice(0, 100), 0);
    header.write(`${(file.mode ?? 0o644).toString(8).padStart(7, '0')}\0`, 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${(file.sizeBytes ?? content.length).toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(file.type ?? '0', 156);
    header.write(file.target ?? '', 157);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat(isEnded ? [...blocks, Buffer.alloc(1024)] : blocks);
};
