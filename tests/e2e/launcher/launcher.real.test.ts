// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ERRORS, type ErrorCode } from '@bartizan/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHECKOUT, Product } from '../first-run/product.ts';
import { type Ended, must, run } from '../first-run/run.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-launcher-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const launch = (words: readonly string[], env: Record<string, string | undefined> = {}): Promise<Ended> =>
  run(join(CHECKOUT, 'bartizan'), words, {
    env: { BARTIZAN_ETC_DIR: join(folder, 'etc'), BARTIZAN_CACHE_DIR: join(folder, 'cache'), ...env },
  });

/** A PATH with links to everything Debian has in /usr/bin and /bin but the named programs. */
function pathWithout(names: readonly string[]): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const from of ['/usr/sbin', '/usr/bin', '/sbin', '/bin'])
    for (const name of readdirSync(from))
      if (!names.includes(name) && !existsSync(join(bin, name)))
        symlinkSync(join(from, name), join(bin, name));
  return bin;
}

/** Runs launcher functions against a made-up checkout whose sensor build lacks packages. */
function launcherFunctions(script: string, env: Record<string, string> = {}): Promise<Ended> {
  const root = join(folder, 'checkout');
  mkdirSync(join(root, 'native'), { recursive: true });
  writeFileSync(
    join(root, 'native/build.sh'),
    'case "$1" in --folder) exit 1 ;; --missing) printf "%s\\n" clang libbpf-dev ;; esac\n',
  );
  return run(
    'sh',
    [
      '-eu',
      '-c',
      `root=${root}; . ${CHECKOUT}/tools/toolchain.sh; . ${CHECKOUT}/tools/launcher.sh; lang=en\n${script}`,
    ],
    {
      env: { BARTIZAN_STATE_DIR: join(folder, 'state'), ...env },
    },
  );
}

describe('launcher', { timeout: 180_000 }, () => {
  it('is a POSIX shell script that dash and bash read', () => {
    for (const shell of ['dash', 'bash'])
      for (const file of ['bartizan', 'tools/toolchain.sh', 'tools/launcher.sh'])
        must(shell, ['-n', join(CHECKOUT, file)]);
  });

  it('speaks the language of LANG, and of --lang before it', async () => {
    expect((await launch(['--help'], { LANG: 'ja_JP.UTF-8', LC_ALL: undefined })).stdout).toContain('使い方');
    expect((await launch(['--help', '--lang', 'en'], { LANG: 'ja_JP.UTF-8' })).stdout).toContain('USAGE');
    expect((await launch(['--lang=ja', 'help', 'exit-codes'])).stdout).toContain('130 中断');
  });

  it.each<[readonly string[], number, string]>([
    [['help', 'exit-codes'], 0, ''],
    [['no-such-word'], 2, 'E_USAGE'],
    [['status', '--no-such-flag'], 2, 'E_USAGE'],
    [['status', '-o', 'xml'], 2, 'E_USAGE'],
    [['status'], 7, 'E_NOT_UP'],
    [['workload', 'list'], 7, 'E_NOT_UP'],
    [['scan', 'dir', '/no/such/folder'], 5, 'E_SCAN_TARGET'],
    [['up'], 1, 'E_INSTANCE_NAME'],
  ])('ends %j with %i and one line with the remedy', async (words, code, error) => {
    const end = await launch(words, words[0] === 'up' ? { BARTIZAN_INSTANCE: '../x' } : {});
    expect([end.code, end.stderr.includes(error)]).toEqual([code, true]);
  });

  it('keeps compiled sources of a user only where nobody else can put any', async () => {
    const cacheOf = async (name: string): Promise<string> => {
      const script = `id() { printf '1000\\n'; }\nlauncher_compile_cache\nprintf '%s' "\${NODE_COMPILE_CACHE:-none}"`;
      return (await launcherFunctions(script, { BARTIZAN_CACHE_DIR: join(folder, name) })).stdout;
    };
    const own = join(folder, 'own/compile');
    expect(await cacheOf('own')).toBe(own);
    expect(statSync(own).mode & 0o777).toBe(0o700);
    chmodSync(own, 0o770);
    expect(await cacheOf('own')).toBe('none');
    mkdirSync(join(folder, 'linked'));
    symlinkSync(mkdtempSync(join(folder, 'elsewhere-')), join(folder, 'linked/compile'));
    expect(await cacheOf('linked')).toBe('none');
  });

  it('packs the policy commands once, and does without where it cannot', async () => {
    const root = join(folder, 'checkout');
    const calls = join(folder, 'calls');
    const program = join(root, 'tools/run-tree/pack-commands.ts');
    const script = `PATH=${dirname(process.execPath)}:$PATH\ncommand_pack ${root} policy\nprintf fine`;
    expect((await launcherFunctions(script)).stdout).toBe('fine');
    mkdirSync(join(root, 'tools/run-tree'), { recursive: true });
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(program, 'throw new Error();\n');
    expect(await launcherFunctions(script)).toMatchObject({ stdout: 'fine', stderr: '', code: 0 });
    const list = join(root, 'node_modules/.bartizan-packed/policy/inputs.json');
    writeFileSync(
      program,
      `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
mkdirSync(${JSON.stringify(dirname(list))}, { recursive: true });
writeFileSync(${JSON.stringify(list)}, '[]');
appendFileSync(${JSON.stringify(calls)}, process.argv[2] + '\\n');
`,
    );
    for (let turn = 0; turn < 2; turn += 1) expect((await launcherFunctions(script)).stdout).toBe('fine');
    expect(readFileSync(calls, 'utf8')).toBe(`${root}\n`);
  });

  it('works from another folder and through a link', async () => {
    symlinkSync(join(CHECKOUT, 'bartizan'), join(folder, 'bz'));
    const end = await run(join(folder, 'bz'), ['--version'], {
      cwd: '/',
      env: { BARTIZAN_CACHE_DIR: join(folder, 'cache') },
    });
    expect(end.stdout.trim()).toBe(JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')).version);
  });

  it('names the Debian packages, with sizes, when there is no npm, and installs nothing without a yes', async () => {
    const end = await launch(['up'], {
      PATH: pathWithout(['npm', 'node', 'nodejs']),
      BARTIZAN_TOOLCHAIN: join(folder, 'toolchain'),
      BARTIZAN_STATE_DIR: join(folder, 'state'),
    });
    expect(end.code).toBe(1);
    expect(end.stderr).toContain('E_PACKAGES_MISSING');
    expect(end.stderr).toMatch(/npm\s+\d+\.\d MB/);
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });

  it('fetches its own Node.js and npm with nothing but Debian\u2019s on PATH', {
    timeout: 300_000,
  }, async () => {
    const hasDebian = existsSync('/usr/bin/npm') && existsSync('/usr/bin/node');
    if (!hasDebian) throw new Error('Debian\u2019s nodejs and npm are not installed');
    const end = await launch(['help', 'exit-codes'], {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      BARTIZAN_TOOLCHAIN: join(folder, 'toolchain'),
      BARTIZAN_DEPENDENCIES: 'as-is',
    });
    expect([end.code, end.stdout.split('\n')[0]]).toEqual([0, '0 fine']);
    expect(readdirSync(join(folder, 'toolchain')).filter((name) => name.startsWith('node-24'))).toHaveLength(
      1,
    );
  });

  it('goes on LIMITED without the packages of the sensor, and says so', async () => {
    const end = await launcherFunctions(
      'launcher_packages up; echo "missing: $BARTIZAN_SENSOR_PACKAGES_MISSING"',
    );
    expect(end.code).toBe(0);
    expect(end.stdout).toContain('missing: clang libbpf-dev');
    expect(end.stderr).toContain('LIMITED');
    expect(end.stderr).toMatch(/clang\s+\d+\.\d MB/);
  });

  /** A Debian on which installing `fails` of the packages fails, and the others come with one more. */
  function stubDebian(fails: readonly string[]): Record<string, string> {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const put = (name: string, script: string): void =>
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const refuse = fails.map((name) => `case " $* " in *" ${name} "*) exit 100 ;; esac`).join('\n');
    put('apt-get', `[ "$1" != --assume-no ] || exit 0\ntouch ${folder}/installed\n${refuse}`);
    put(
      'dpkg-query',
      `echo base-files; [ ! -e ${folder}/installed ] || printf 'clang:amd64\\nlibclang-cpp:amd64\\n'`,
    );
    return { PATH: `${bin}:${process.env['PATH']}` };
  }
  const added = (): string => readFileSync(join(folder, 'state/added-packages'), 'utf8');
  const UP = 'launcher_packages up --yes; echo "missing: $BARTIZAN_SENSOR_PACKAGES_MISSING"';

  it('records what came with the packages it installed', async () => {
    const end = await launcherFunctions(UP, stubDebian([]));
    expect([end.code, end.stdout.trim()]).toEqual([0, 'missing:']);
    expect(added()).toBe('clang:amd64\nlibclang-cpp:amd64\n');
  });

  it('goes on LIMITED when the packages of the sensor cannot be had, and records what came of them', async () => {
    const env = stubDebian(['libbpf-dev']);
    const end = await launcherFunctions(UP, env);
    expect([end.code, end.stdout.trim()]).toEqual([0, 'missing: clang libbpf-dev']);
    expect(end.stderr).toMatch(
      /E_NETWORK: .*LIMITED.*Remedy: apt-get update && apt-get install clang libbpf-dev/,
    );
    expect(added()).toBe('clang:amd64\nlibclang-cpp:amd64\n');
    const ja = await launcherFunctions(`lang=ja\n${UP}`, env);
    expect([ja.code, ja.stderr.includes('ライブイベントなしの制限付きで続行します')]).toEqual([0, true]);
  });

  it('stops when what it needs to start cannot be had', async () => {
    const needs = "essential_missing() { printf '%s\\n' nodejs npm; }";
    const end = await launcherFunctions(`${needs}\n${UP}`, stubDebian(['npm']));
    expect([end.code, end.stdout]).toEqual([1, '']);
    expect(end.stderr).toContain('E_NETWORK');
    expect(added()).toBe('clang:amd64\nlibclang-cpp:amd64\n');
  });

  it('needs only what it starts with to start, whatever becomes of the rest', async () => {
    const needs = `essential_missing() { [ -e ${folder}/installed ] || printf '%s\\n' nodejs npm; }`;
    const end = await launcherFunctions(`${needs}\n${UP}`, stubDebian(['clang']));
    expect([end.code, end.stdout.trim()]).toEqual([0, 'missing: clang libbpf-dev']);
  });

  it.each([
    ['--lang ja up --yes', 'up'],
    ['--lang=ja --help doctor', 'doctor'],
    ['up --lang ja', 'up'],
    ['--lang', ''],
    ['', ''],
  ])('finds the command in %j', async (words, word) => {
    const end = await launcherFunctions(`launcher_word ${words}; printf '%s' "$word"`);
    expect([end.code, end.stdout]).toEqual([0, word]);
  });

  it('refuses a toolchain whose digest differs', async () => {
    const end = await launcherFunctions(
      `mkdir -p ${folder}/t; toolchain_unpack npm "$NPM_VERSION" 00ff ${folder}/t/npm || echo refused`,
    );
    expect(end.stderr).toContain('E_TOOLCHAIN_DIGEST');
    expect(end.stdout.trim()).toBe('refused');
    expect(readdirSync(join(folder, 't'))).toEqual([]);
  });
});

/** A machine of its own for one command: namespaces in which a shell changes what it sees; no route leads out of it. */
function elsewhere(
  prepare: string,
  words: readonly string[],
  env: Record<string, string> = {},
  checkout = CHECKOUT,
): Promise<Ended> {
  const script = `ip link set lo up\n${prepare}\nexec "$@"`;
  const program = join(checkout, 'bartizan');
  return run('unshare', ['--mount', '--net', 'sh', '-ec', script, 'sh', program, ...words], {
    env: {
      BARTIZAN_ETC_DIR: join(folder, 'etc'),
      BARTIZAN_STATE_DIR: join(folder, 'state'),
      BARTIZAN_RUN_DIR: join(folder, 'run'),
      BARTIZAN_DEPENDENCIES: 'as-is',
      FOLDER: folder,
      LC_ALL: 'C',
      HTTPS_PROXY: '',
      https_proxy: '',
      ...env,
    },
    timeoutMs: 120_000,
  });
}

describe.runIf(process.getuid?.() === 0)('a machine that lacks something', { timeout: 180_000 }, () => {
  const MEMORY = (kB: number): string =>
    `sed 's/^MemAvailable:.*/MemAvailable: ${kB} kB/' /proc/meminfo >"$FOLDER/meminfo"; mount --bind "$FOLDER/meminfo" /proc/meminfo`;

  it.each<[string, string, string, Record<string, string>]>([
    ['type information of the kernel', 'mount -t tmpfs none /sys/kernel/btf', 'E_NO_BTF', {}],
    ['control groups', 'umount -R -l /sys/fs/cgroup', 'E_CGROUP', {}],
    ['a /sys to write to', 'mount -o remount,ro,bind /sys', 'E_SYS_READ_ONLY', {}],
    ['memory', MEMORY(600_000), 'E_MEMORY', {}],
    ['a way out', '', 'E_NETWORK', {}],
    ['a proxy where one is named', '', 'E_PROXY', { HTTPS_PROXY: 'proxy.example' }],
  ])(
    '%s is told so by doctor in one line: what is lost, code and remedy',
    async (_name, prepare, code, env) => {
      for (const language of ['en', 'ja'] as const) {
        const end = await elsewhere(prepare, ['doctor', '--folder', folder, '--lang', language], env);
        const told = end.stderr.split('\n').filter((line) => line.includes(`${code}: `));
        expect([code, told.length, end.stderr.includes('E_NOT_UP')]).toEqual([code, 1, false]);
        expect(told[0]).toMatch(new RegExp(`→ \\S.*${code}: \\S`));
        expect(told[0]).toContain(ERRORS[code as ErrorCode].remedy[language]);
      }
    },
  );

  it('the packages of the sensor is told so by doctor, which installs none', async () => {
    for (const words of [
      ['doctor', '--folder', folder],
      ['--lang', 'en', 'doctor', '--folder', folder],
    ]) {
      const end = await elsewhere('', words, {
        BARTIZAN_NATIVE_CACHE: join(folder, 'native'),
        PATH: existsSync(join(folder, 'bin')) ? join(folder, 'bin') : pathWithout(['clang', 'apt-get']),
      });
      expect(end.stderr).toMatch(/off\s+apt-get install clang\b.*E_PACKAGES_MISSING: /);
    }
  });

  it.each<[string, string, string]>([
    ['memory', MEMORY(100_000), 'E_MEMORY'],
    ['disk', 'mkdir -p "$FOLDER/state"; mount -t tmpfs -o size=64m none "$FOLDER/state"', 'E_DISK_SPACE'],
  ])('too little %s stops up before it makes anything', async (_name, prepare, code) => {
    const end = await elsewhere(prepare, ['up', '--yes', '--port', '0', '--lang', 'en']);
    expect([end.code, end.stderr.includes(`bartizan: ${code}`) || end.stderr]).toEqual([1, true]);
    expect(end.stderr).toContain(ERRORS[code as ErrorCode].remedy.en);
    expect(existsSync(join(folder, 'etc'))).toBe(false);
  });

  /** As on a machine on which npm has never fetched anything. */
  const unused = () => ({ npm_config_cache: join(folder, 'npm-cache') });

  it('a network is told so in one line when the pinned Node.js is not there yet', async () => {
    const end = await elsewhere('', ['help', 'exit-codes'], {
      ...unused(),
      BARTIZAN_TOOLCHAIN: join(folder, 'toolchain'),
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    });
    expect(end.code).toBe(1);
    expect(end.stderr).toMatch(/E_TOOLCHAIN_FETCH: .*\n[\s\S]*Remedy: check the network or the proxy/);
    const left = readdirSync(join(folder, 'toolchain')).filter((name) => !name.startsWith('.'));
    expect(left).toEqual([]);
  });

  it('a network is told so in one line when the packages of the checkout are not there yet', async () => {
    const checkout = join(folder, 'checkout');
    mkdirSync(checkout);
    must('sh', [
      '-c',
      'cd "$1" && git ls-files -z bartizan .npmrc package-lock.json "*package.json" "tools/*.sh" | xargs -0 cp --parents -t "$2"',
      'sh',
      CHECKOUT,
      checkout,
    ]);
    const env = { ...unused(), BARTIZAN_DEPENDENCIES: '' };
    const end = await elsewhere('', ['help', 'exit-codes', '--lang', 'ja'], env, checkout);
    expect([end.code, end.stderr.includes('bartizan: E_NETWORK: ') || end.stderr]).toEqual([1, true]);
    expect(end.stderr).toMatch(/対処: ネットワークとプロキシ/);
  });
});

describe.runIf(process.getuid?.() === 0)('up', { timeout: 300_000 }, () => {
  it('refuses a port that a foreign program holds before it makes anything', async () => {
    const server: Server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const product = new Product(`bzlp${process.pid % 10_000}`);
    try {
      const end = await product.command('up', '--yes', '--port', String(port));
      expect([end.code, end.stderr.includes('E_PORT_TAKEN')]).toEqual([1, true]);
      expect(end.stderr).toContain('--port');
      expect(existsSync(product.paths.state)).toBe(false);
      expect(readFileSync('/etc/passwd', 'utf8')).not.toContain(product.paths.user);
    } finally {
      server.close();
      await product.close();
    }
  });

  it('says that there is no systemd, and goes up without it, whatever the umask', async () => {
    const product = new Product(`bzls${process.pid % 10_000}`);
    const hidden = 'if [ -d /run/systemd ]; then mount -t tmpfs none /run/systemd; fi; exec "$@"';
    const words = ['up', '--yes', '--port', '0', '--no-agent'];
    try {
      const service = await run(
        'unshare',
        ['--mount', 'sh', '-ec', hidden, 'sh', join(CHECKOUT, 'bartizan'), ...words, '--service'],
        { cwd: CHECKOUT, env: product.env },
      );
      expect([service.code, service.stderr.includes('E_NO_SYSTEMD')]).toEqual([1, true]);
      const closed = ['-c', 'umask 077; exec "$@"', 'sh', join(CHECKOUT, 'bartizan'), ...words];
      const plain = await run('sh', closed, { cwd: CHECKOUT, env: product.env, timeoutMs: 250_000 });
      expect([plain.code, plain.stderr]).toEqual([0, plain.stderr]);
    } finally {
      await product.close();
    }
  });

  it('says what is wrong with advisories that are not there', async () => {
    const product = new Product(`bzla${process.pid % 10_000}`);
    try {
      const end = await product.command('up', '--yes', '--port', '0', '--advisories', '/no/such/place');
      expect([end.code, end.stderr.includes('E_PACK_MISSING')]).toEqual([1, true]);
    } finally {
      await product.close();
    }
  }, 300_000);
});
