// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildRunTree } from './build.ts';
import { productionClosure } from './closure.ts';
import { inputsDigest } from './digest.ts';
import { stripManifest, stripSource } from './strip.ts';

let folder = '';
let checkout = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-tree-'));
  checkout = join(folder, 'checkout');
  makeCheckout();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), text);
}
function link(path: string, to: string): void {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  symlinkSync(to, join(checkout, path));
}

/** A checkout as npm's linked install lays it out: one workspace package, one third-party package with a dependency. */
function makeCheckout(): void {
  put('package.json', '{"name":"x","version":"1.2.3"}');
  put('package-lock.json', '{}');
  put('content/rules.json', '{"rules":[]}');
  put(
    'packages/contracts/package.json',
    '{"name":"@bartizan/contracts","version":"1.0.0","type":"module","exports":{".":"./src/index.ts"},"dependencies":{"outer":"1.0.0"},"devDependencies":{"vitest":"1"}}',
  );
  put(
    'packages/contracts/src/index.ts',
    "import { inner } from './inner.ts';\nexport const answer = (n: number): number => inner(n);\nexport const worker = (): URL => new URL('./inner.ts', import.meta.url);\n",
  );
  put(
    'packages/contracts/src/inner.ts',
    "import outer from 'outer';\ninterface Unused { a: string }\nexport function inner<T extends number>(n: T): number {\n  return n + outer;\n}\n",
  );
  put('packages/contracts/src/inner.test.ts', 'throw new Error();');
  put('packages/contracts/src/testdata/big.ts', 'throw new Error();');
  put(
    'apps/cli/package.json',
    '{"name":"@bartizan/cli","type":"module","dependencies":{"@bartizan/contracts":"*"}}',
  );
  put(
    'apps/cli/src/main.ts',
    "import { answer } from '@bartizan/contracts';\nconst text: string = String(answer(40));\nconsole.log(text);\n",
  );
  link('apps/cli/node_modules/@bartizan/contracts', '../../../../packages/contracts');
  const store = 'node_modules/.store/outer@1.0.0-abc/node_modules';
  put(
    `${store}/outer/package.json`,
    '{"name":"outer","version":"1.0.0","type":"module","main":"index.js","dependencies":{"deep":"1.0.0"},"optionalDependencies":{"absent":"1"}}',
  );
  put(`${store}/outer/index.js`, "import deep from 'deep';\nexport default deep;\n");
  put(`${store}/outer/index.d.ts`, 'export default 1;');
  put(`${store}/outer/test/index.js`, 'throw new Error();');
  put(
    'node_modules/.store/deep@1.0.0-def/node_modules/deep/package.json',
    '{"name":"deep","version":"1.0.0","type":"module","main":"index.js"}',
  );
  put('node_modules/.store/deep@1.0.0-def/node_modules/deep/index.js', 'export default 2;\n');
  link(`${store}/deep`, '../../deep@1.0.0-def/node_modules/deep');
  link(
    'packages/contracts/node_modules/outer',
    '../../../node_modules/.store/outer@1.0.0-abc/node_modules/outer',
  );
}

/** Every file with its rights and content, every link with its target. */
function listing(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap((path) => {
      const stats = lstatSync(join(root, path));
      if (stats.isDirectory()) return [];
      if (stats.isSymbolicLink()) return [`${path} -> ${readlinkSync(join(root, path))}`];
      const digest = createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex');
      return [`${path} ${(stats.mode & 0o777).toString(8)} ${digest}`];
    });
}

describe('run tree', () => {
  it('starts as plain JavaScript, with the packages it needs', () => {
    const tree = buildRunTree({ checkout, out: join(folder, 'out') });
    const end = spawnSync(process.execPath, [join(tree.folder, 'apps/cli/src/main.js')], {
      encoding: 'utf8',
    });
    expect([end.stdout, end.stderr]).toEqual(['42\n', '']);
  });

  it('makes few files of a package of very many modules, with its exports where they were', () => {
    const store = 'node_modules/.store/typebox@1.0.0-abc/node_modules/typebox';
    put(
      `${store}/package.json`,
      '{"name":"typebox","version":"1.0.0","type":"module","exports":{".":{"import":"./build/index.mjs"},"./compile":{"import":"./build/compile/index.mjs"}}}',
    );
    put(`${store}/build/index.mjs`, "export * from './one.mjs';\nexport * from './two.mjs';\n");
    put(`${store}/build/one.mjs`, "import { two } from './two.mjs';\nexport const one = two - 1;\n");
    put(`${store}/build/two.mjs`, 'export const two = 2;\n');
    put(`${store}/build/compile/index.mjs`, "export { two as compiled } from '../two.mjs';\n");
    link('apps/cli/node_modules/typebox', `../../../${store}`);
    put(
      'apps/cli/package.json',
      '{"name":"@bartizan/cli","type":"module","dependencies":{"typebox":"1.0.0"}}',
    );
    put(
      'apps/cli/src/main.ts',
      "import { one, two } from 'typebox';\nimport { compiled } from 'typebox/compile';\nconsole.log(one, two, compiled);\n",
    );
    const tree = buildRunTree({ checkout, out: join(folder, 'out'), workspaces: ['apps/cli'] });
    const end = spawnSync(process.execPath, [join(tree.folder, 'apps/cli/src/main.js')], {
      encoding: 'utf8',
    });
    expect([end.stdout, end.stderr]).toEqual(['1 2 2\n', '']);
    const modules = listing(join(tree.folder, store)).filter((line) => line.includes('.mjs'));
    expect(modules.map((line) => line.split(' ')[0])).toEqual([
      'build/compile/index.mjs',
      'build/index.mjs',
      expect.stringMatching(/^build\/shared-[\w-]+\.mjs$/),
    ]);
    expect(modules.every((line) => line.includes(' 644 '))).toBe(true);
    const again = buildRunTree({ checkout, out: join(folder, 'elsewhere'), workspaces: ['apps/cli'] });
    expect(listing(again.folder)).toEqual(listing(tree.folder));
  });

  it('makes few files of a workspace of very many modules, its worker beside what starts it', () => {
    put(
      'packages/scan/package.json',
      '{"name":"@bartizan/scan","version":"1.0.0","type":"module","exports":{".":"./src/index.ts","./part":"./src/part/index.ts"}}',
    );
    put('packages/scan/src/index.ts', "export { start } from './worker/start.ts';\n");
    put('packages/scan/src/part/index.ts', "export { shared } from '../shared.ts';\n");
    put('packages/scan/src/shared.ts', 'export const shared: number = 42;\n');
    put(
      'packages/scan/src/worker/start.ts',
      "import { Worker } from 'node:worker_threads';\nconst url = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);\nexport const start = (): Worker => new Worker(url);\n",
    );
    put(
      'packages/scan/src/worker/worker.ts',
      "import { parentPort } from 'node:worker_threads';\nimport { shared } from '../shared.ts';\nparentPort?.postMessage(shared);\n",
    );
    put(
      'apps/cli/package.json',
      '{"name":"@bartizan/cli","type":"module","dependencies":{"@bartizan/scan":"*"}}',
    );
    put(
      'apps/cli/src/main.ts',
      "import { start } from '@bartizan/scan';\nimport { shared } from '@bartizan/scan/part';\nstart().on('message', (value: number) => console.log(shared, value));\n",
    );
    link('apps/cli/node_modules/@bartizan/scan', '../../../../packages/scan');
    const workspaces = ['packages/scan', 'apps/cli'];
    const tree = buildRunTree({ checkout, out: join(folder, 'out'), workspaces });
    const end = spawnSync(process.execPath, [join(tree.folder, 'apps/cli/src/main.js')], {
      encoding: 'utf8',
    });
    expect([end.stdout, end.stderr]).toEqual(['42 42\n', '']);
    const files = listing(join(tree.folder, 'packages/scan/src')).map((line) => line.split(' ')[0]);
    expect(files).toEqual([
      'index.js',
      'part/index.js',
      expect.stringMatching(/^shared-[\w-]+\.js$/),
      'worker.js',
    ]);
  });

  it('has no TypeScript, no tests and nothing that only development needs', () => {
    const tree = buildRunTree({ checkout, out: join(folder, 'out') });
    const paths = listing(tree.folder).map((line) => line.split(' ')[0] ?? '');
    expect(paths.filter((path) => /\.ts$|test|testdata/.test(path))).toEqual([]);
    expect(readFileSync(join(tree.folder, 'packages/contracts/package.json'), 'utf8')).not.toContain(
      'vitest',
    );
  });

  it('holds what root builds the sensor of, where the supervisor is, and nowhere else', () => {
    put('native/build.sh', 'echo built\n');
    put('native/sensor/src/main.rs', 'fn main() {}\n');
    put('native/testdata/frames/a', 'x');
    put('native/target/release/old', 'x');
    const nativeOf = (workspaces: readonly string[]): string[] => {
      const tree = buildRunTree({ checkout, out: join(folder, 'out'), workspaces });
      return listing(tree.folder)
        .map((line) => line.split(' ')[0] ?? '')
        .filter((path) => path.startsWith('native/'));
    };
    expect(nativeOf(['packages/contracts', 'apps/cli'])).toEqual([
      'native/build.sh',
      'native/sensor/src/main.rs',
    ]);
    expect(nativeOf(['packages/contracts'])).toEqual([]);
  });

  it('is the same from the same checkout, wherever and whenever it is made', () => {
    const first = buildRunTree({ checkout, out: join(folder, 'a') });
    const second = buildRunTree({ checkout, out: join(folder, 'b') });
    expect(second.digest).toBe(first.digest);
    expect(listing(second.folder)).toEqual(listing(first.folder));
  });

  it('can be changed by nobody but its owner, whatever the rights of the checkout', () => {
    chmodSync(join(checkout, 'content/rules.json'), 0o666);
    const mask = process.umask(0o000);
    try {
      const tree = buildRunTree({ checkout, out: join(folder, 'out') });
      const writable = readdirSync(tree.folder, { recursive: true, encoding: 'utf8' }).filter((path) => {
        const stats = lstatSync(join(tree.folder, path));
        return !stats.isSymbolicLink() && (stats.mode & 0o022) !== 0;
      });
      expect(writable).toEqual([]);
    } finally {
      process.umask(mask);
    }
  });

  it('is used as it is when it exists', () => {
    const first = buildRunTree({ checkout, out: join(folder, 'out') });
    expect(first.created).toBe(true);
    expect(buildRunTree({ checkout, out: join(folder, 'out') })).toMatchObject({
      digest: first.digest,
      created: false,
    });
  });

  it('has another name when a source, content, lock file or the console changes', () => {
    const consoleDir = join(folder, 'console');
    mkdirSync(consoleDir);
    writeFileSync(join(consoleDir, 'index.html'), 'a');
    const digests = [inputsDigest(checkout), inputsDigest(checkout, { consoleDir })];
    for (const path of ['packages/contracts/src/inner.ts', 'content/rules.json', 'package-lock.json']) {
      writeFileSync(join(checkout, path), `${readFileSync(join(checkout, path), 'utf8')}\n`);
      digests.push(inputsDigest(checkout));
    }
    expect(new Set(digests).size).toBe(5);
    put('packages/contracts/src/inner.test.ts', 'changed');
    expect(inputsDigest(checkout)).toBe(digests.at(-1));
  });

  it('leaves nothing behind when a required package is not installed', () => {
    rmSync(join(checkout, 'packages/contracts/node_modules'), { recursive: true });
    expect(() => buildRunTree({ checkout, out: join(folder, 'out') })).toThrow(
      'outer, needed by packages/contracts, is not installed',
    );
    expect(readdirSync(folder).includes('out') ? readdirSync(join(folder, 'out')) : []).toEqual([]);
  });
});

describe('closure', () => {
  it('follows the links of the store and skips optional packages that are absent', () => {
    expect(productionClosure(checkout, ['apps/cli'])).toEqual({
      packages: [
        'node_modules/.store/deep@1.0.0-def/node_modules/deep',
        'node_modules/.store/outer@1.0.0-abc/node_modules/outer',
      ],
      links: [
        { from: 'apps/cli/node_modules/@bartizan/contracts', to: 'packages/contracts' },
        {
          from: 'node_modules/.store/outer@1.0.0-abc/node_modules/deep',
          to: 'node_modules/.store/deep@1.0.0-def/node_modules/deep',
        },
        {
          from: 'packages/contracts/node_modules/outer',
          to: 'node_modules/.store/outer@1.0.0-abc/node_modules/outer',
        },
      ],
    });
  });
});

describe('stripping', () => {
  it('keeps lines and columns', () => {
    const source = "import type { A } from './a.ts';\nconst x: Map<string, A> = new Map();\nexport { x };\n";
    const stripped = stripSource(source, 'x.ts');
    expect(stripped.split('\n').length).toBe(source.split('\n').length);
    expect(stripped.split('\n')[1]?.indexOf('= new Map')).toBe(source.split('\n')[1]?.indexOf('= new Map'));
  });

  it('turns every way of naming a source file', () => {
    const text =
      "import './a.ts'; export * from '../b/c.ts'; await import('./d.ts'); new URL('./e.ts', import.meta.url); const t = 'x.ts';";
    expect(stripSource(text, 'x.ts')).toBe(
      "import './a.js'; export * from '../b/c.js'; await import('./d.js'); new URL('./e.js', import.meta.url); const t = 'x.ts';",
    );
  });

  it('names the file whose syntax cannot be erased', () => {
    expect(() => stripSource('enum A { B }', 'bad.ts')).toThrow(/^bad\.ts: /);
  });

  it('points package exports at the stripped files', () => {
    expect(
      JSON.parse(stripManifest('{"exports":{".":"./src/index.ts","./x":"./src/x.ts"},"scripts":{"a":"b"}}')),
    ).toEqual({
      exports: { '.': './src/index.js', './x': './src/x.js' },
    });
  });
});
