// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { endNodes } from '../../cluster/end-nodes.ts';
import { CHECKOUT, SHARED } from '../first-run/product.ts';
import { attempt, type Ended, must, run } from '../first-run/run.ts';

const FOLDER = join(SHARED, 'kubebox');
const STATE = process.env['KUBEBOX_DIR'] ?? '/var/tmp/kubebox';
const BINARY = join(STATE, 'bin/kubebox');
/** Kinds that come and go by themselves. */
const VOLATILE = new Set([
  'events',
  'events.events.k8s.io',
  'leases.coordination.k8s.io',
  'componentstatuses',
]);

/** Whether the material for a cluster is there. */
export const hasKubebox = existsSync(join(FOLDER, 'up.sh'));

/** The program of the cluster, kubectl among its parts; built when it is not there, which takes minutes. */
export async function builtKubebox(): Promise<string> {
  if (!existsSync(BINARY)) {
    const end = await run(join(FOLDER, 'build.sh'), [], { timeoutMs: 1_400_000 });
    if (end.code !== 0) throw new Error(`kubebox: ${end.stdout}${end.stderr}`.slice(-2000));
  }
  return BINARY;
}

/** A real Kubernetes cluster with one node, for one test. */
export class Kubebox {
  readonly name: string;
  readonly kubeconfig: string;
  readonly #number: number;

  constructor(name: string, number: number) {
    this.name = name;
    this.#number = number;
    this.kubeconfig = join(STATE, 'clusters', name, 'pki/admin.kubeconfig');
  }

  /** Starts it; builds what is missing the first time, which takes minutes. */
  async up(): Promise<void> {
    this.down();
    const end = await run(join(FOLDER, 'up.sh'), [this.name, String(this.#number)], { timeoutMs: 1_500_000 });
    if (end.code !== 0) throw new Error(`kubebox: ${end.stdout}${end.stderr}`.slice(-2000));
  }

  /** Removes it, whatever state it is in. */
  down(): void {
    if (!existsSync(join(STATE, 'clusters', this.name))) return;
    endNodes(STATE, this.name);
    attempt(join(FOLDER, 'down.sh'), [this.name]);
  }

  /** Puts an image archive on the node. */
  load(archive: string): void {
    this.enter('ctr', '-n', 'k8s.io', 'images', 'import', archive);
  }

  /** Runs a command on the node. */
  enter(...words: string[]): string {
    return must(join(FOLDER, 'enter.sh'), [`${this.name}-1`, ...words]);
  }

  kubectl(...words: string[]): string {
    return must(BINARY, ['kubectl', '--kubeconfig', this.kubeconfig, ...words]);
  }

  /** As a person sees it: what kubectl said and warned of, whether it worked or not. */
  says(words: readonly string[], object?: object): { readonly code: number | null; readonly text: string } {
    const end = spawnSync(BINARY, ['kubectl', '--kubeconfig', this.kubeconfig, ...words], {
      encoding: 'utf8',
      timeout: 60_000,
      ...(object === undefined ? {} : { input: JSON.stringify(object) }),
    });
    return { code: end.status, text: `${end.stderr}${end.stdout}` };
  }

  /** Whether a service account may do something, as the API server decides it. */
  may(account: string, ...question: string[]): boolean {
    const [namespace, name] = account.split('/');
    const as = `--as=system:serviceaccount:${namespace}:${name}`;
    const end = spawnSync(
      BINARY,
      ['kubectl', '--kubeconfig', this.kubeconfig, 'auth', 'can-i', ...question, as],
      {
        encoding: 'utf8',
      },
    );
    const word = end.stdout.trim();
    if (word !== 'yes' && !word.startsWith('no')) throw new Error(`can-i: ${end.stdout}${end.stderr}`);
    return word === 'yes';
  }

  /** The names of all objects of all kinds. */
  objects(): string[] {
    const kinds = this.kubectl('api-resources', '--verbs=list', '-o', 'name')
      .split('\n')
      .filter((kind) => kind !== '' && !VOLATILE.has(kind));
    return namesIn(this.kubectl('get', kinds.join(','), '-A', '--ignore-not-found', '-o', 'json'));
  }

  /** Runs `./bartizan cluster WORDS` against this cluster. */
  command(...words: string[]): Promise<Ended> {
    return run(join(CHECKOUT, 'bartizan'), ['cluster', ...words, '--kubeconfig', this.kubeconfig], {
      cwd: CHECKOUT,
      env: { LANG: 'C.UTF-8', BARTIZAN_DEPENDENCIES: 'as-is' },
      timeoutMs: 400_000,
    });
  }
}

interface Listed {
  readonly items: readonly {
    readonly kind: string;
    readonly metadata: { readonly namespace?: string; readonly name: string };
  }[];
}

const namesIn = (json: string): string[] => {
  const { items }: Listed = JSON.parse(json);
  return items.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`).sort();
};
