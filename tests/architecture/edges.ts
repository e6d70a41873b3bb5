// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What one workspace may import, and why no more. Anything that is not listed fails the architecture test. */
export interface Edge {
  readonly ours: readonly string[];
  readonly thirdParty: readonly string[];
  readonly why: string;
}

const EVERY = [
  'contracts',
  'engine',
  'scan',
  'host',
  'adapters',
  'testkit',
  'agent',
  'controller',
  'cli',
] as const;

/** The table of ARCHITECTURE.md as data: the folder of a workspace -> what it may import at run time. */
export const EDGES: Readonly<Record<string, Edge>> = {
  'packages/contracts': { ours: [], thirdParty: ['typebox'], why: 'everything depends on it' },
  'packages/engine': {
    ours: ['contracts'],
    thirdParty: [],
    why: 'replayable in browser, CI and fuzzers: no clock, randomness or I/O; compiled with no ambient types',
  },
  'packages/scan': {
    ours: ['contracts'],
    thirdParty: [],
    why: 'runs in CLI, agent and controller and knows none of them; no network client',
  },
  'packages/host': {
    ours: ['contracts', 'engine', 'scan'],
    thirdParty: [],
    why: 'the whole outside of the agent, which runs as root; engine and scan only for the types of their ports',
  },
  'packages/adapters': {
    ours: ['contracts', 'engine', 'scan'],
    thirdParty: [
      '@expo-google-fonts/biz-udpgothic',
      '@peculiar/x509',
      'pino',
      'prom-client',
      'reflect-metadata',
      'yaml',
    ],
    why: 'a store can be swapped without touching a decision; engine and scan only for the types of their ports',
  },
  'packages/testkit': {
    ours: ['contracts', 'engine', 'scan', 'host', 'adapters'],
    thirdParty: [],
    why: 'development only',
  },
  'apps/agent': {
    ours: ['contracts', 'engine', 'scan', 'host'],
    thirdParty: [],
    why: 'no database, identity or controller code runs as root on a node',
  },
  'apps/controller': {
    ours: ['contracts', 'engine', 'scan', 'adapters'],
    thirdParty: ['@fastify/cookie', '@fastify/helmet', '@fastify/static', 'fastify'],
    why: 'never touches the machine it runs on: that is the agent',
  },
  'apps/cli': {
    ours: ['contracts', 'engine', 'scan', 'host', 'adapters'],
    thirdParty: ['@stricli/core', 'yaml'],
    why: 'works without a server',
  },
  'apps/console': {
    ours: ['contracts', 'engine'],
    thirdParty: [],
    why: 'nothing of Node in the browser; its libraries are bundled',
  },
  tests: { ours: EVERY, thirdParty: [], why: 'never imported by production code' },
  controls: { ours: EVERY, thirdParty: [], why: 'never imported by production code' },
  bench: { ours: EVERY, thirdParty: [], why: 'never imported by production code' },
  tools: { ours: EVERY, thirdParty: [], why: 'never imported by production code' },
};

/** Packages whose resolved production closure is a reviewed list: the agent runs as root on every node. */
export const AGENT_CLOSURE_MAX = 15;

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** What one workspace declares against its row of the table. */
function faultsOf(folder: string, edge: Edge, declared: readonly string[]): string[] {
  const allowed = (name: string): boolean =>
    name.startsWith('@bartizan/')
      ? edge.ours.includes(name.slice('@bartizan/'.length))
      : edge.thirdParty.includes(name);
  return [
    ...declared
      .filter((name) => !allowed(name))
      .map((name) => `${folder} may not depend on ${name}: ${edge.why}`),
    ...edge.thirdParty
      .filter((name) => !declared.includes(name))
      .map((name) => `${folder}: ${name} is allowed but not used; take it off the list`),
  ];
}

/** Differences between the table and what the workspaces declare; empty when they agree. */
export function edgeFaults(manifests: Readonly<Record<string, Manifest>>): string[] {
  const strangers = Object.keys(manifests).filter((folder) => !(folder in EDGES));
  const rows = Object.entries(EDGES).flatMap(([folder, edge]) => {
    const manifest = manifests[folder];
    return manifest === undefined
      ? [`${folder}: in the table but not in the repository`]
      : faultsOf(folder, edge, Object.keys(manifest.dependencies ?? {}));
  });
  return [...strangers.map((folder) => `${folder}: not in the table of allowed imports`), ...rows];
}
