// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InstancePaths, instancePaths } from '../instance/paths.ts';
import { chooseAdvisories, findAdvisories, placeAdvisories } from './advisories.ts';
import { wrap } from './draw-box.ts';
import { choosePorts, isFree } from './ports.ts';
import { isContainerSearchOn } from './prepare.ts';
import { buildConsole, consoleDigest, placeNode, pruneReleases } from './release.ts';
import { runProgram } from './run-program.ts';
import { type ServiceManager, unitDropIn } from './service.ts';
import { addedPackages, otherInstances, uninstall } from './uninstall.ts';

let folder = '';
let servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-setup-'));
});
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
  rmSync(folder, { recursive: true, force: true });
});

function pathsOf(instance: string): InstancePaths {
  const found = instancePaths({
    BARTIZAN_INSTANCE: instance,
    BARTIZAN_STATE_DIR: join(folder, 'state'),
    BARTIZAN_ETC_DIR: join(folder, 'etc'),
    BARTIZAN_RUN_DIR: join(folder, 'run'),
    BARTIZAN_CACHE_DIR: join(folder, 'cache'),
    BARTIZAN_USER: 'bzt-no-such-user',
  });
  if (!found.ok) throw new Error(found.error.detail);
  return found.value;
}

function recordPorts(instance: string, port: number): void {
  mkdirSync(join(folder, 'etc', instance), { recursive: true });
  writeFileSync(
    join(folder, 'etc', instance, 'instance.json'),
    JSON.stringify({ port, agentPort: port + 1 }),
  );
}

async function listen(port = 0): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('ports', () => {
  it('of a second instance are the next ones after the first', async () => {
    recordPorts('main', 8443);
    recordPorts('third', 8446);
    const chosen = await choosePorts(pathsOf('second'), '127.0.0.1');
    // 8444 is the agents' port of main, 8446 belongs to the third: 8448 is the first pair that is free.
    expect(chosen).toEqual({ ok: true, value: { port: 8448, agentPort: 8449 } });
  });

  it('that a foreign program holds are an error, never passed over', async () => {
    const port = await listen();
    expect(await isFree(port)).toBe(false);
    expect(await choosePorts(pathsOf('one'), '127.0.0.1', port)).toMatchObject({
      ok: false,
      error: { code: 'E_PORT_TAKEN', detail: `127.0.0.1:${port}` },
    });
  });

  it('are left to the system with 0', async () => {
    expect(await choosePorts(pathsOf('one'), '127.0.0.1', 0)).toEqual({
      ok: true,
      value: { port: 0, agentPort: 0 },
    });
  });
});

describe('advisories', () => {
  it('are found beside the checkout before the sample inside it', () => {
    const checkout = join(folder, 'checkout');
    mkdirSync(join(checkout, 'content/advisories'), { recursive: true });
    expect(findAdvisories(checkout)).toBeUndefined();
    writeFileSync(join(checkout, 'content/advisories/sample.jsonl'), '{}');
    expect(findAdvisories(checkout)).toBe(join(checkout, 'content/advisories'));
    mkdirSync(join(folder, 'shared/advisories'), { recursive: true });
    writeFileSync(join(folder, 'shared/advisories/a.jsonl.gz'), '');
    expect(findAdvisories(checkout)).toBe(join(folder, 'shared/advisories'));
  });

  it('are copied to where the controller may read them, once, and old copies go', async () => {
    const source = join(folder, 'private');
    mkdirSync(source, { mode: 0o700 });
    writeFileSync(join(source, 'a.jsonl'), '1', { mode: 0o600 });
    writeFileSync(join(source, 'notes.md'), 'no');
    const first = await placeAdvisories(pathsOf('one'), source);
    expect(await placeAdvisories(pathsOf('one'), source)).toEqual(first);
    if (!first.ok) throw new Error(first.error.detail);
    expect(readdirSync(first.value)).toEqual(['a.jsonl']);
    expect(statSync(join(first.value, 'a.jsonl')).mode & 0o777).toBe(0o644);
    writeFileSync(join(source, 'a.jsonl'), '2');
    const second = await placeAdvisories(pathsOf('one'), source);
    expect(second.ok && existsSync(first.value)).toBe(false);
  });

  it('of before are looked for again when uninstall took their copy away', async () => {
    const paths = pathsOf('one');
    const checkout = join(folder, 'checkout');
    const gone = join(paths.state, 'advisories/gone');
    const choose = async (before: string | undefined): Promise<string | undefined> => {
      const chosen = await chooseAdvisories(paths, { checkout, asked: undefined, before });
      if (!chosen.ok) throw new Error(chosen.error.detail);
      return chosen.value;
    };
    const put = (place: string): void => {
      mkdirSync(join(checkout, place), { recursive: true });
      writeFileSync(join(checkout, place, 'a.jsonl'), place);
    };
    const textOf = (path = ''): string => readFileSync(join(path, 'a.jsonl'), 'utf8');
    put('content/advisories');
    const sample = await choose(gone);
    expect(textOf(sample)).toBe('content/advisories');
    expect(await choose(sample)).toBe(sample);
    // A pack that was kept with the data may be newer than what lies beside the checkout.
    mkdirSync(join(paths.controller, 'advisories'), { recursive: true });
    writeFileSync(join(paths.controller, 'advisories/advisories.pack'), '');
    expect(await choose(gone)).toBeUndefined();
    put('advisories');
    expect(await choose(gone)).toBeUndefined();
    rmSync(join(paths.controller, 'advisories'), { recursive: true });
    expect(textOf(await choose(gone))).toBe('advisories');
  });

  it('that are not there are said to be missing', async () => {
    expect(await placeAdvisories(pathsOf('one'), join(folder, 'none'))).toMatchObject({
      ok: false,
      error: { code: 'E_PACK_MISSING' },
    });
  });
});

describe('release', () => {
  it('runs a Node.js that only root can change', async () => {
    const node = placeNode(pathsOf('one'));
    expect(statSync(node).mode & 0o022).toBe(0);
    expect((await runProgram(node, ['--version'])).stdout.trim()).toBe(process.version);
    expect(placeNode(pathsOf('one'))).toBe(node);
  });

  it('runs a Node.js that the controller\u2019s user reaches, also where that was not so before', () => {
    const mask = process.umask(0o077);
    try {
      const folders = ['runtime', `runtime/${process.version}`].map((name) =>
        join(pathsOf('one').state, name),
      );
      const modes = () => folders.map((path) => statSync(path).mode & 0o777);
      placeNode(pathsOf('one'));
      expect(modes()).toEqual([0o755, 0o755]);
      for (const path of folders) chmodSync(path, 0o700);
      placeNode(pathsOf('one'));
      expect(modes()).toEqual([0o755, 0o755]);
    } finally {
      process.umask(mask);
    }
  });

  it('before the last two goes', () => {
    const paths = pathsOf('one');
    for (const name of ['a', 'b', 'c', 'c.123.new'])
      mkdirSync(join(paths.releases, name), { recursive: true });
    pruneReleases(paths, ['c', 'b']);
    expect(readdirSync(paths.releases).sort()).toEqual(['b', 'c']);
  });

  it('names the console by what it is built from', () => {
    const checkout = join(folder, 'checkout');
    mkdirSync(join(checkout, 'apps/console/src'), { recursive: true });
    writeFileSync(join(checkout, 'package-lock.json'), '{}');
    writeFileSync(join(checkout, 'apps/console/src/a.ts'), '1');
    const first = consoleDigest(checkout);
    writeFileSync(join(checkout, 'apps/console/src/a.test.ts'), 'ignored');
    expect(consoleDigest(checkout)).toBe(first);
    writeFileSync(join(checkout, 'apps/console/src/a.ts'), '2');
    expect(consoleDigest(checkout)).not.toBe(first);
  });

  it('says why the console could not be built', async () => {
    const checkout = join(folder, 'checkout');
    mkdirSync(join(checkout, 'apps/console'), { recursive: true });
    writeFileSync(join(checkout, 'package-lock.json'), '{}');
    expect(await buildConsole(pathsOf('one'), checkout)).toMatchObject({
      ok: false,
      error: { code: 'E_CONSOLE_BUILD' },
    });
  });
});

describe('the search of running containers', () => {
  it('is on until it is switched off, and stays as it was said last', () => {
    expect(isContainerSearchOn(undefined, undefined)).toBe(true);
    expect(isContainerSearchOn(false, undefined)).toBe(false);
    expect(isContainerSearchOn(undefined, false)).toBe(false);
    expect(isContainerSearchOn(true, false)).toBe(true);
  });
});

/** Not the one of this machine, which may have an instance of its own. */
const NO_MANAGER: ServiceManager = {
  units: '/no/such/folder',
  isThere: () => false,
  control: () => Promise.reject(new Error('there is none')),
};

describe('uninstall', () => {
  const fill = (paths: InstancePaths): void => {
    for (const path of [
      paths.controller,
      paths.agent,
      paths.releases,
      paths.etc,
      paths.run,
      join(paths.cache, 'console'),
    ]) {
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'file'), 'x');
    }
  };

  it('keeps data, keys and logs', async () => {
    const paths = pathsOf('one');
    fill(paths);
    expect(await uninstall(paths, false, NO_MANAGER)).toEqual({ ok: true, value: { left: [] } });
    expect([paths.controller, paths.etc, paths.releases, paths.run].map((path) => existsSync(path))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('with purge removes one instance and leaves the other whole', async () => {
    fill(pathsOf('one'));
    fill(pathsOf('two'));
    expect(otherInstances(pathsOf('one'))).toEqual(['two']);
    expect(await uninstall(pathsOf('one'), true, NO_MANAGER)).toEqual({ ok: true, value: { left: [] } });
    expect(existsSync(join(folder, 'state/one'))).toBe(false);
    expect(readFileSync(join(pathsOf('two').controller, 'file'), 'utf8')).toBe('x');
    expect(existsSync(join(pathsOf('two').cache, 'console'))).toBe(true);
  });

  it('with purge of the last instance leaves nothing', async () => {
    fill(pathsOf('one'));
    expect(await uninstall(pathsOf('one'), true, NO_MANAGER)).toEqual({ ok: true, value: { left: [] } });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('with purge is not stopped half-way by another checkout that fills the caches meanwhile', async () => {
    const paths = pathsOf('one');
    fill(paths);
    const toolchain = join(paths.cache, 'toolchain');
    // One folder that grows while it is emptied: removed in its place, it is not empty when its turn comes.
    mkdirSync(toolchain, { recursive: true });
    for (let index = 0; index < 5000; index += 1) writeFileSync(join(toolchain, `old-${index}`), '');
    const filling = `const { writeFileSync } = require('node:fs'); console.log('fills'); for (let i = 0; ; i += 1)
      try { writeFileSync(${JSON.stringify(toolchain)} + '/new-' + i, ''); } catch {}`;
    const other = spawn(process.execPath, ['-e', filling], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(other.stdout, 'data');
      expect(await uninstall(paths, true, NO_MANAGER)).toEqual({ ok: true, value: { left: [] } });
      expect([paths.state, paths.etc, toolchain].filter((path) => existsSync(path))).toEqual([]);
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
    }
  });

  it('reads only names of packages from the record', () => {
    mkdirSync(join(folder, 'state'));
    writeFileSync(
      join(folder, 'state/added-packages'),
      'clang\nlibbpf-dev:amd64\n--purge\n$(reboot)\n../x\n',
    );
    expect(addedPackages(pathsOf('one'))).toEqual(['clang', 'libbpf-dev:amd64']);
  });
});

describe('programs', () => {
  it('that are not there end with 127', async () => {
    expect((await runProgram('/no/such/program', [])).code).toBe(127);
  });

  it('get their input and are ended when they take too long', async () => {
    expect((await runProgram('cat', [], { input: 'hello' })).stdout).toBe('hello');
    expect((await runProgram('sleep', ['60'], { timeoutMs: 100 })).code).toBe(1);
  });
});

describe('unit', () => {
  it('starts the release of its instance from a root-only path', () => {
    const text = unitDropIn(
      pathsOf('one'),
      '/var/lib/bartizan/one/runtime/node',
      '/var/lib/bartizan/one/release/abc',
    );
    expect(text).toContain(
      'ExecStart=/var/lib/bartizan/one/runtime/node --disable-warning=ExperimentalWarning /var/lib/bartizan/one/release/abc/apps/cli/src/supervise/main.js',
    );
    expect(text).toContain(`\nEnvironmentFile=-${join(folder, 'etc/one/environment')}\n`);
  });
});

describe('box', () => {
  it('breaks long lines at spaces, counting wide characters twice', () => {
    expect(wrap('aaa bbb ccc', 7)).toEqual(['aaa bbb', 'ccc']);
    expect(wrap('脆弱性 情報', 7)).toEqual(['脆弱性', '情報']);
    expect(wrap('short', 40)).toEqual(['short']);
  });
});
