// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SensorInspect } from '@bartizan/host/sensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtSensor } from './built-sensor.ts';
import { type EventOf, until, type Watching, watch } from './watching.ts';

const folder = mkdtempSync('/tmp/bartizan-inspect-');
const mark = process.pid % 10_000;
const names = { server: `bzis${mark}`, client: `bzic${mark}` };
const subnet = `10.${200 + (mark % 50)}.${Math.floor(mark / 50) % 250}`;
const server = `${subnet}.1`;
const helpers: ChildProcess[] = [];
let seen: Watching;

const ip = (...args: string[]): void => {
  execFileSync('ip', args, { stdio: 'pipe' });
};
const inside = (where: keyof typeof names, program: string, ...args: string[]) =>
  spawnSync('ip', ['netns', 'exec', names[where], program, ...args], { encoding: 'utf8', timeout: 20_000 });

/** Two network namespaces that a cable joins. */
function makeNamespaces(): void {
  for (const name of Object.values(names)) ip('netns', 'add', name);
  ip(
    'link',
    'add',
    names.server,
    'netns',
    names.server,
    'type',
    'veth',
    'peer',
    'name',
    names.client,
    'netns',
    names.client,
  );
  ip('-n', names.server, 'addr', 'add', `${server}/24`, 'dev', names.server);
  ip('-n', names.client, 'addr', 'add', `${subnet}.2/24`, 'dev', names.client);
  for (const name of Object.values(names)) {
    ip('-n', name, 'link', 'set', name, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
  }
}

const SERVERS = `
  const http = require('node:http'), net = require('node:net'), tls = require('node:tls'), fs = require('node:fs');
  const key = fs.readFileSync('${folder}/key.pem'), cert = fs.readFileSync('${folder}/cert.pem');
  http.createServer((request, answer) => answer.end('hello')).listen(8080);
  tls.createServer({ key, cert }, (socket) => socket.on('error', () => {}).end('hello')).listen(8443);
  net.createServer((socket) => socket.on('error', () => {}).on('data', () => socket.end('\\x01\\x02\\x03'))).listen(9999);
  net.createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-Tested\\r\\n')).listen(2222);
  net.createServer((socket) => socket.on('error', () => {}).on('data', () => socket.end('+PONG\\r\\n')).resume()).listen(80);
  setInterval(() => {}, 1000);
  console.log('ready');
`;

async function startServers(): Promise<void> {
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'],
      ...['-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`],
    ],
    { stdio: 'pipe' },
  );
  writeFileSync(join(folder, 'servers.cjs'), SERVERS);
  writeFileSync(join(folder, 'questions.cjs'), QUESTIONS);
  const child = spawn('ip', ['netns', 'exec', names.server, process.execPath, join(folder, 'servers.cjs')]);
  helpers.push(child);
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    output += data.toString();
  });
  await until(() => output.includes('ready'), `the servers: ${output}`);
}

/** Sends bytes from the client's namespace and reads the answer. */
const send = (port: number, bytes: string, pauseMs = 0) =>
  inside(
    'client',
    process.execPath,
    '-e',
    `const socket = require('node:net').connect(${port}, '${server}');
     const pieces = ${JSON.stringify(bytes)}.split('|');
     const next = () => { const piece = pieces.shift(); if (piece !== undefined) { socket.write(piece); setTimeout(next, ${pauseMs}); } };
     socket.setNoDelay(true); socket.on('connect', next).on('error', () => process.exit(1)).resume();
     socket.on('close', () => process.exit(0)); setTimeout(() => process.exit(0), 3000);`,
  );

/** A DNS question in a datagram; of a connected socket it goes out when something comes on standard input. */
const QUESTIONS = `
  const [where, name, from, port, isConnected] = process.argv.slice(2);
  const socket = require('node:dgram').createSocket({ type: where.includes(':') ? 'udp6' : 'udp4' });
  const question = Buffer.concat([
    Buffer.from('123401000001000000000000', 'hex'),
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from('0000010001', 'hex'),
  ]);
  const end = (error) => process.exit(error ? 1 : 0);
  socket.on('error', end).bind(Number(from), () => {
    if (isConnected === 'no') { socket.send(question, Number(port), where, end); return; }
    socket.connect(Number(port), where, () => {
      console.log('connected');
      process.stdin.once('data', () => socket.send(question, end));
    });
  });
`;

const question = (where: keyof typeof names, words: readonly string[], input: string) =>
  spawnSync(
    'ip',
    ['netns', 'exec', names[where], process.execPath, join(folder, 'questions.cjs'), ...words],
    { encoding: 'utf8', timeout: 20_000, input },
  );

const told = (port: number, side: 'client' | 'server', after = 0): Promise<EventOf<'application'>> =>
  seen.find(
    'application',
    (event) =>
      event.sequence > after &&
      (side === 'client'
        ? event.remotePort === port && event.remoteAddress === server
        : event.localPort === port && event.localAddress === server),
  );
const lastSequence = (): number => seen.events.at(-1)?.sequence ?? 0;
const inspect = (): SensorInspect | undefined => seen.sensor.stats().lastHeartbeat?.inspect;

beforeAll(async () => {
  makeNamespaces();
  await startServers();
  seen = await watch();
  await until(() => inspect()?.state === 'running', 'the inspect worker');
}, 300_000);

afterAll(async () => {
  await seen?.sensor.stop();
  for (const child of helpers) child.kill('SIGKILL');
  for (const name of Object.values(names)) spawnSync('ip', ['netns', 'delete', name]);
  rmSync(folder, { recursive: true, force: true });
});

describe('the inspect worker', { timeout: 120_000 }, () => {
  it('has no capability, no new privilege, a filter for system calls, one socket, and ends when it tries more', () => {
    const pid = inspect()?.pid ?? 0;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];
    expect(field('CapEff')).toBe('0000000000000000');
    expect(field('CapPrm')).toBe('0000000000000000');
    expect(field('NoNewPrivs')).toBe('1');
    expect(field('Seccomp')).toBe('2');
    expect(Number(field('PPid'))).toBe(seen.sensor.stats().pid);
    const descriptors = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    expect(descriptors.sort()).toEqual(['/dev/null', '/dev/null', expect.stringMatching(/^socket:/)]);
    expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/Max open files\s+3\s+3/);
    expect(spawnSync(builtSensor(), ['inspect-escape', 'nothing']).status).toBe(0);
    for (const attempt of ['open', 'socket', 'exec', 'write-elsewhere', 'duplicate']) {
      expect([attempt, spawnSync(builtSensor(), ['inspect-escape', attempt]).signal]).toEqual([
        attempt,
        'SIGSYS',
      ]);
    }
  });

  it('tells HTTP with its host at both ends, also when the request comes in pieces, and nothing of the query', async () => {
    expect(
      send(
        8080,
        'GET /a?token=hunter2 HT|TP/1.1\r\nHost: Shop.Exa|mple:8080\r\nConnection: close\r\n\r\n',
        50,
      ).status,
    ).toBe(0);
    for (const side of ['client', 'server'] as const) {
      expect(await told(8080, side)).toMatchObject({
        application: 'http',
        host: 'shop.example',
        protocol: 'tcp',
      });
    }
    const event = await told(8080, 'client');
    expect(event.process.executable).toBe(process.execPath);
    const made = await seen.find('connect', (one) => one.socketId === event.socketId);
    expect([made.localPort, made.remoteAddress]).toEqual([event.localPort, event.remoteAddress]);
    expect(JSON.stringify(seen.all('application'))).not.toContain('hunter2');
  });

  it('tells TLS with the server name', async () => {
    const client = inside(
      'client',
      'openssl',
      's_client',
      '-connect',
      `${server}:8443`,
      '-servername',
      'pay.shop.example',
    );
    expect(client.stdout).toContain('CONNECTED');
    expect(await told(8443, 'client')).toMatchObject({ application: 'tls', host: 'pay.shop.example' });
    expect(await told(8443, 'server')).toMatchObject({ application: 'tls', host: 'pay.shop.example' });
  });

  it('tells a protocol whose server speaks first', async () => {
    send(2222, '');
    expect(await told(2222, 'client')).toMatchObject({ application: 'ssh', host: '' });
  });

  it('tells what is spoken, not what the port is used for, and lets the unknown be unknown', async () => {
    send(80, '*1\r\n$4\r\nPING\r\n');
    expect(await told(80, 'client')).toMatchObject({ application: 'redis' });
    send(9999, '\u0001\u0002 no protocol of ours');
    expect(await told(9999, 'client')).toMatchObject({ application: 'unknown', host: '' });
  });

  it.each([
    ['IPv4', 53, server, '0'],
    ['IPv4 in the clothes of IPv6', 1053, `::ffff:${server}`, '0'],
  ])('tells a DNS question of a connected datagram socket: %s', async (_what, port, where, from) => {
    const asked = question('client', [where, 'api.shop.example', from, String(port), 'yes'], 'now');
    expect([asked.status, asked.stderr]).toEqual([0, '']);
    expect(await told(port, 'client')).toMatchObject({
      application: 'dns',
      host: 'api.shop.example',
      protocol: 'udp',
      family: 4,
    });
  });

  it('never tells the question of one container as that of another that uses the same ports', async () => {
    const first = spawn('ip', [
      ...['netns', 'exec', names.client, process.execPath, join(folder, 'questions.cjs')],
      ...[server, 'first.shop.example', '4053', '5300', 'yes'],
    ]);
    helpers.push(first);
    let output = '';
    first.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    await until(() => output.includes('connected'), 'the first socket');
    // Not connected, hence not followed: nothing is to be told of it.
    expect(question('server', [server, 'second.shop.example', '4053', '5300', 'no'], '').status).toBe(0);
    first.stdin.write('now');
    expect(await told(5300, 'client')).toMatchObject({ application: 'dns', host: 'first.shop.example' });
    const hosts = seen.all('application').map(({ host }) => host);
    expect(hosts.filter((host) => host === 'second.shop.example')).toEqual([]);
  });

  it('looks at nothing of the host', async () => {
    const after = lastSequence();
    const http = spawnSync(process.execPath, [
      '-e',
      `const s = require('node:http').createServer((q, a) => a.end('x')).listen(0, '127.0.0.1', async () => {
        await (await fetch('http://127.0.0.1:' + s.address().port)).text(); console.log(s.address().port); process.exit(0); });`,
    ]);
    const port = Number(http.stdout.toString());
    await seen.find('close', (event) => event.remotePort === port);
    expect(
      seen
        .all('application')
        .filter(
          (event) => event.sequence > after && event.localPort === port && event.localAddress === '127.0.0.1',
        ),
    ).toEqual([]);
  });

  it('is ended and started again when it does not answer, and what it was asked is counted', async () => {
    const before = inspect();
    process.kill(before?.pid ?? 0, 'SIGSTOP');
    expect(inside('client', 'curl', '-fsS', `http://${server}:8080/`).stdout).toBe('hello');
    await until(
      () => (inspect()?.restarts ?? 0) === (before?.restarts ?? 0) + 1,
      'the restart of the worker',
    );
    await until(() => inspect()?.state === 'running', 'the worker');
    expect((inspect()?.lost ?? 0) - (before?.lost ?? 0)).toBeGreaterThanOrEqual(1);
  });

  it('looks at so many connections a second and no more; the others are told without protocol, and counted', async () => {
    const before = inspect();
    const connections = 2500;
    const startedMs = performance.now();
    const code = `const net = require('node:net'); let left = ${connections}, open = 0, done = 0;
      const one = () => { if (left-- <= 0) return; const s = net.connect(9999, '127.0.0.1', () => s.end('GET / HTTP/1.1\\r\\n\\r\\n'));
        s.on('error', () => process.exit(1)).resume().on('close', () => { done += 1; if (done === ${connections}) process.exit(0); one(); }); };
      for (let i = 0; i < 32; i += 1) one();`;
    // Not waited for in a way that stops this process from reading what the sensor says.
    const child = spawn('ip', ['netns', 'exec', names.server, process.execPath, '-e', code], {
      stdio: 'ignore',
    });
    helpers.push(child);
    await until(() => child.exitCode !== null, 'the connections', 60_000);
    expect(child.exitCode).toBe(0);
    const seconds = (performance.now() - startedMs) / 1000;
    const flows = (): number => (inspect()?.flows ?? 0) - (before?.flows ?? 0);
    const skipped = (): number => (inspect()?.skipped ?? 0) - (before?.skipped ?? 0);
    const dropped = (): number => (inspect()?.dropped ?? 0) - (before?.dropped ?? 0);
    await until(
      () => flows() + skipped() + dropped() >= 2 * connections,
      'every end to be looked at or counted',
    );
    console.log(
      `${2 * connections} ends in ${seconds.toFixed(1)} s: ${flows()} looked at, ${skipped()} skipped`,
    );
    // A second of the kernel's clock may be cut at both ends.
    expect(flows()).toBeLessThanOrEqual(1000 * (Math.ceil(seconds) + 1) + 64);
    expect(seen.sensor.stats()).toMatchObject({ restarts: 0, missing: 0 });
  });

  it('is started again when it is killed; the sensor lives, traffic goes on, losses are counted', async () => {
    const before = inspect();
    const sensorPid = seen.sensor.stats().pid;
    process.kill(before?.pid ?? 0, 'SIGKILL');
    // No request fails while there is no worker.
    for (let round = 0; round < 5; round += 1)
      expect(
        inside('client', 'curl', '-fsS', '-H', 'Host: during.example', `http://${server}:8080/`).stdout,
      ).toBe('hello');
    await until(
      () => (inspect()?.restarts ?? 0) === (before?.restarts ?? 0) + 1,
      'the restart of the worker',
    );
    await until(() => inspect()?.state === 'running', 'the worker');
    const after = lastSequence();
    inside('client', 'curl', '-fsS', '-H', 'Host: after.example', `http://${server}:8080/`);
    expect(await told(8080, 'client', after)).toMatchObject({ application: 'http', host: 'after.example' });
    expect(seen.sensor.stats()).toMatchObject({
      pid: sensorPid,
      restarts: 0,
      missing: 0,
      malformedFrames: 0,
    });
    // Other containers of the machine talk meanwhile: what is still undecided is decided within seconds.
    const undecided = (): number => {
      const { flows = 0, recognised = 0, unknown = 0, lost = 0 } = inspect() ?? {};
      return flows - recognised - unknown - lost;
    };
    await until(() => undecided() <= 2, 'every connection to be decided or counted as lost');
    console.log(`inspected: ${JSON.stringify(inspect())}`);
  });
});
