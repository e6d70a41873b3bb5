// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALLOCATOR, CONTROLLER_HEAP_FLAGS } from '@bartizan/cli';
import { buildRunTree } from '../run-tree/build.ts';
import { type ImageFacts, type WrittenImage, writeImage } from './archive.ts';
import {
  AGENT_WORKSPACES,
  baseEntries,
  CONTROLLER_UID,
  CONTROLLER_WORKSPACES,
  folderEntries,
  nativeEntries,
  PRODUCT,
} from './contents.ts';
import { type Layer, layerOf } from './layer.ts';

/** What images are made of. */
export interface ImageInputs {
  readonly checkout: string;
  /** Folder for the archives. */
  readonly out: string;
  /** What stands before the name, e.g. registry.example/security. */
  readonly registry: string;
  /** Time stamped on everything, in seconds since 1970. */
  readonly seconds: number;
}

/** Registry of images that are carried to the nodes by hand. */
export const LOCAL_REGISTRY = 'localhost';

const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--enable-source-maps=false'];
const BUILD_MS = 600_000;

function run(command: string, args: readonly string[], cwd: string): string {
  const end = spawnSync(command, [...args], { cwd, encoding: 'utf8', timeout: BUILD_MS });
  if (end.status !== 0) throw new Error(`${command} ${args[0] ?? ''}: ${end.stderr.trim().slice(-500)}`);
  return end.stdout;
}

const builtSensor = (checkout: string): string => {
  const printed = run('sh', [join(checkout, 'native/build.sh')], checkout);
  return join(printed.trim().split('\n').at(-1) ?? '', 'bartizan-sensor');
};

function builtConsole(checkout: string, work: string): string {
  const shipped = join(checkout, 'apps/console/shipped');
  if (existsSync(join(shipped, 'index.html'))) return shipped;
  const folder = join(work, 'console');
  const vite = join(checkout, 'apps/console/node_modules/vite/bin/vite.js');
  run(
    process.execPath,
    [vite, 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'],
    join(checkout, 'apps/console'),
  );
  return folder;
}

/** The run tree of some workspaces as a layer. */
function releaseLayer(
  inputs: ImageInputs,
  work: string,
  parts: { readonly name: string; readonly workspaces: readonly string[]; readonly consoleDir?: string },
): Layer {
  const { name, ...rest } = parts;
  const tree = buildRunTree({ checkout: inputs.checkout, out: join(work, name), ...rest });
  // The generated deployment files are for the command line, not for the programs in the image.
  rmSync(join(tree.folder, 'deploy'), { recursive: true, force: true });
  return layerOf(folderEntries(tree.folder, `${PRODUCT}/release`), inputs.seconds);
}

const versionOf = (checkout: string): string => {
  const manifest: { version: string } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  return manifest.version;
};

function factsOf(inputs: ImageInputs, program: 'controller' | 'agent'): ImageFacts {
  const version = versionOf(inputs.checkout);
  // The agent is started by its pod with flags of its own.
  const flags = program === 'controller' ? [...NODE_FLAGS, ...CONTROLLER_HEAP_FLAGS] : NODE_FLAGS;
  const start = [`/${PRODUCT}/bin/node`, ...flags, `/${PRODUCT}/release/apps/${program}/src/main.js`];
  return {
    part: program,
    reference: `${inputs.registry}/bartizan-${program}:${version}`,
    user: program === 'controller' ? `${CONTROLLER_UID}:${CONTROLLER_UID}` : '0:0',
    entrypoint: start,
    workingDir: '/',
    environment: [
      `PATH=/${PRODUCT}/bin:/usr/bin`,
      'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
      ...Object.entries(ALLOCATOR).map(([name, value]) => `${name}=${value}`),
    ],
    labels: {
      'org.opencontainers.image.title': `bartizan-${program}`,
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.vendor': 'Bartizan contributors',
    },
    seconds: inputs.seconds,
  };
}

const SBOM_PATH = 'usr/share/sbom/bartizan.cdx.json';

/**
 * Writes an image with its own bill of materials inside, which our scanner makes of it. The bill names the image as it
 * was before: nothing can hold its own digest.
 */
function writeWithSbom(
  inputs: ImageInputs,
  work: string,
  facts: ImageFacts,
  layers: readonly Layer[],
): WrittenImage {
  const bare = join(work, `${facts.part}.tar`);
  writeImage(bare, facts, layers);
  const cli = join(inputs.checkout, 'apps/cli/src/main.ts');
  const bill = run(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', cli, 'scan', 'image', bare, '-o', 'cyclonedx'],
    inputs.checkout,
  );
  rmSync(bare);
  const layer = layerOf(
    [{ kind: 'file', path: SBOM_PATH, bytes: Buffer.from(bill), mode: 0o644 }],
    inputs.seconds,
  );
  const labels = { ...facts.labels, 'dev.bartizan.sbom': `/${SBOM_PATH}` };
  const path = join(inputs.out, `bartizan-${facts.part}.tar`);
  return writeImage(path, { ...facts, labels }, [...layers, layer]);
}

/** Makes the images of the controller (with the console) and of the agent (with the sensor). */
export function buildImages(inputs: ImageInputs): WrittenImage[] {
  const work = mkdtempSync(join(tmpdir(), 'bartizan-images-'));
  try {
    mkdirSync(inputs.out, { recursive: true });
    const { checkout, seconds } = inputs;
    const sensor = builtSensor(checkout);
    const base = layerOf(baseEntries(process.execPath), seconds);
    const controller = releaseLayer(inputs, work, {
      name: 'controller',
      workspaces: CONTROLLER_WORKSPACES,
      consoleDir: builtConsole(checkout, work),
    });
    const agent = releaseLayer(inputs, work, { name: 'agent', workspaces: AGENT_WORKSPACES });
    const native = layerOf(nativeEntries(sensor), seconds);
    return [
      writeWithSbom(inputs, work, factsOf(inputs, 'controller'), [base, controller]),
      writeWithSbom(inputs, work, factsOf(inputs, 'agent'), [base, native, agent]),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
