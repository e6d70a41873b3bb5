// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Decision, DetectionRule, ProcessChain, WorkloadRef } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import type { Detection } from '../decide/detections.ts';
import { type FoldedDetection, Folder, MANY } from '../decide/fold.ts';
import { type ApplicationSeen, type FlowEvent, FlowTable } from './flow-table.ts';
import { ProcessEnds } from './process-ends.ts';
import type { ProcessSighting } from './sighting.ts';

const workload: WorkloadRef = {
  workload: 'w-1',
  kind: 'Container',
  namespace: '',
  name: 'web',
  container: 'abc',
};
const chainOf = (pid: number): ProcessChain => ({
  process: {
    pid,
    startBootUs: pid,
    name: 'sh',
    executable: '/bin/sh',
    arguments: ['sh'],
    argumentsTruncated: false,
    argumentsRedacted: false,
    uid: 0,
    euid: 0,
  },
  ancestors: [],
  complete: false,
});

describe('flows', () => {
  const event = (
    more: Partial<FlowEvent> & { localPort?: number; remotePort?: number; bytesSent?: number },
  ): FlowEvent => ({
    socketId: 's1',
    kind: 'connect',
    connection: {
      protocol: 'tcp',
      direction: 'outbound',
      localAddress: '10.0.0.2',
      localPort: more.localPort ?? 40_000,
      remoteAddress: '10.0.0.3',
      remotePort: more.remotePort ?? 80,
      bytesSent: more.bytesSent ?? 0,
      bytesReceived: 0,
    },
    failed: false,
    workload,
    process: undefined,
    networkNamespace: '1',
    atMs: 1000,
    bootUs: 5,
    ...more,
  });

  it('fold connections that differ in ephemeral ports only', () => {
    const table = new FlowTable();
    for (let port = 40_000; port < 40_010; port += 1)
      table.add(event({ socketId: String(port), localPort: port }));
    const flows = table.drain();
    expect(flows).toHaveLength(1);
    expect(flows[0]).toMatchObject({ connections: 10, serverPort: 80, direction: 'outbound' });
    expect(table.drain()).toEqual([]);
  });

  it('keep the port of the serving end for incoming ones', () => {
    const table = new FlowTable();
    table.add(event({ kind: 'accept', localPort: 8080, remotePort: 51_000 }));
    expect(table.drain()[0]).toMatchObject({ direction: 'inbound', serverPort: 8080 });
  });

  it('count bytes at the end of a connection in the direction it was opened, and failures apart', () => {
    const table = new FlowTable();
    table.add(event({ kind: 'accept', localPort: 8080, remotePort: 51_000 }));
    table.drain();
    table.add(event({ kind: 'close', localPort: 8080, remotePort: 51_000, bytesSent: 500 }));
    table.add(event({ socketId: 's2', failed: true }));
    const [closed, failed] = table.drain();
    expect(closed).toMatchObject({ direction: 'inbound', bytesSent: 500, counted: 1, connections: 0 });
    expect(failed).toMatchObject({ failures: 1, counted: 0, connections: 0 });
  });

  it('count no bytes of connections that go on, and none of datagrams', () => {
    const table = new FlowTable();
    table.add(event({}));
    const { connection } = event({});
    table.add(event({ socketId: 'u', connection: { ...connection, protocol: 'udp' } }));
    expect(table.drain().map(({ counted, connections }) => [counted, connections])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('leave out the end of a connection whose beginning was not seen', () => {
    const table = new FlowTable();
    table.add(event({ socketId: 'never', kind: 'close' }));
    expect(table.drain()).toEqual([]);
  });

  it('count what finds the table full', () => {
    const table = new FlowTable();
    for (let index = 0; index < 20_005; index += 1)
      table.add(event({ socketId: String(index), remotePort: index }));
    expect(table.drain()).toHaveLength(20_000);
    expect(table.takeOverflow()).toBe(5);
    expect(table.takeOverflow()).toBe(0);
  });

  const speaks = (
    application: string,
    host: string,
    more: Partial<ApplicationSeen> = {},
  ): ApplicationSeen => ({
    socketId: 's1',
    connection: event({}).connection,
    networkNamespace: '1',
    application,
    host,
    atMs: 1500,
    bootUs: 6,
    ...more,
  });

  it('count a connection with what it speaks once that is told, also after its end, and in one place only', () => {
    const table = new FlowTable();
    table.add(event({}));
    table.add(event({ socketId: 's2' }));
    table.add(event({ kind: 'close', bytesSent: 70 }));
    table.tell(speaks('http', 'shop.example'));
    expect(table.drain()).toMatchObject([
      { connections: 1, bytesSent: 0, counted: 0, events: 1 },
      {
        application: 'http',
        applicationHost: 'shop.example',
        connections: 1,
        bytesSent: 70,
        counted: 1,
        events: 2,
      },
    ]);
  });

  it('keep no flow from which everything moved away, and no protocol where none was told', () => {
    const table = new FlowTable();
    table.add(event({}));
    table.tell(speaks('unknown', ''));
    const [only, ...others] = table.drain();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ application: 'unknown', connections: 1 });
    expect(only).not.toHaveProperty('applicationHost');
    table.add(event({ socketId: 's3' }));
    expect(table.drain()[0]).not.toHaveProperty('application');
  });

  it('tell the protocol of a connection that was reported before, without counting it again', () => {
    const table = new FlowTable();
    table.add(event({}));
    expect(table.drain()).toMatchObject([{ connections: 1 }]);
    table.tell(speaks('tls', 'a.example'));
    expect(table.drain()).toMatchObject([{ application: 'tls', connections: 0, bytesSent: 0, events: 1 }]);
    table.add(event({ kind: 'close', bytesSent: 9 }));
    expect(table.drain()).toMatchObject([{ application: 'tls', applicationHost: 'a.example', bytesSent: 9 }]);
    table.drain();
    table.tell(speaks('http', ''));
    expect(table.drain()).toEqual([]);
  });

  it('believe the first word about a connection, and none about one whose beginning was not seen', () => {
    const table = new FlowTable();
    table.tell(speaks('http', ''));
    expect(table.drain()).toEqual([]);
    table.add(event({}));
    table.tell(speaks('http', 'a.example'));
    table.tell(speaks('redis', ''));
    expect(table.drain()).toMatchObject([{ application: 'http', connections: 1 }]);
  });

  it('tell apart so many names of one server and no more, and lose no connection by it', () => {
    const table = new FlowTable();
    for (let index = 0; index < 40; index += 1) {
      table.add(event({ socketId: String(index) }));
      table.tell(speaks('http', `${index}.example`, { socketId: String(index) }));
    }
    const flows = table.drain();
    expect(flows).toHaveLength(17);
    expect(flows.reduce((sum, flow) => sum + flow.connections, 0)).toBe(40);
    expect(flows.find((flow) => flow.applicationHost === undefined)?.connections).toBe(24);
  });

  it('know a datagram socket, which has no number of its own, by its ends', () => {
    const table = new FlowTable();
    const udp = { ...event({ remotePort: 53 }).connection, protocol: 'udp' as const };
    table.add(event({ socketId: '0', connection: udp }));
    table.add(event({ socketId: '0', connection: { ...udp, localPort: 40_001, remoteAddress: '10.0.0.9' } }));
    table.tell(speaks('dns', 'shop.example', { socketId: '0', connection: udp }));
    expect(table.drain()).toMatchObject([
      { remoteAddress: '10.0.0.9', connections: 1 },
      { remoteAddress: '10.0.0.3', application: 'dns', connections: 1 },
    ]);
  });
});

describe('detections', () => {
  const text = { en: 't', ja: 't' };
  const rule = (foldSeconds: number): DetectionRule => ({
    id: 'test.rule',
    title: text,
    description: text,
    severity: 'high',
    triggers: ['exec'],
    scope: 'any',
    condition: { field: 'process.name', operator: 'present' },
    message: text,
    fix: text,
    control: [],
    owasp: { 2022: [], 2025: [] },
    attack: [],
    foldSeconds,
    tests: { mustMatch: [], mustNotMatch: [] },
  });
  const decision: Decision = {
    verdict: 'alert',
    reasons: [],
    nearest: [],
    enforcementPoint: 'none',
    elapsedUs: 1,
  };
  const detection = (atMs: number, foldSeconds: number, pid = 1): Detection => ({
    rule: rule(foldSeconds),
    decision,
    message: text,
    sighting: {
      trigger: 'exec',
      bootUs: atMs,
      occurredAtMs: atMs,
      workload,
      inContainer: true,
      source: 'sensor',
      chain: chainOf(pid),
      connections: [],
    },
  });

  it('are told at once the first time, and their repeats together with count, first and last', () => {
    const folder = new Folder();
    expect(folder.take(detection(0, 10), 0)).toMatchObject([{ count: 1 }]);
    expect(folder.take(detection(100, 10, 2), 100)).toEqual([]);
    expect(folder.take(detection(900, 10, 3), 900)).toEqual([]);
    expect(folder.expire(5000)).toEqual([]);
    expect(folder.expire(10_000)).toMatchObject([{ count: 2, firstAtMs: 100, lastAtMs: 900 }]);
    expect(folder.expire(20_000)).toEqual([]);
  });

  it('lose no repeat when the next interval begins before the last was told', () => {
    const folder = new Folder();
    folder.take(detection(0, 10), 0);
    folder.take(detection(1, 10), 1);
    expect(folder.take(detection(10_500, 10), 10_500)).toMatchObject([
      { count: 1, firstAtMs: 1 },
      { count: 1, firstAtMs: 10_500 },
    ]);
  });

  const ran = (line: string, atMs: number): Detection => {
    const { sighting, ...rest } = detection(atMs, 60);
    const { process, ...chain } = chainOf(atMs + 1);
    const own = { ...process, arguments: line.split(' ') };
    return {
      ...rest,
      message: { en: line, ja: line },
      sighting: { ...sighting, chain: { ...chain, process: own } },
    };
  };
  const lines = (told: readonly FoldedDetection[]): string[] =>
    told.map(({ count, message }) => `${count} ${message.en}`);

  it('are told apart by what ran: a probe does not hide the command of an attacker', () => {
    const folder = new Folder();
    expect(lines(folder.take(ran('sh -c /health.sh', 0), 0))).toEqual(['1 sh -c /health.sh']);
    expect(folder.take(ran('sh -c /health.sh', 10_000), 10_000)).toEqual([]);
    expect(lines(folder.take(ran('sh -c cat /run/secrets/db', 25_000), 25_000))).toEqual([
      '1 sh -c cat /run/secrets/db',
    ]);
    expect(folder.take(ran('sh -c /health.sh', 30_000), 30_000)).toEqual([]);
    expect(lines(folder.expire(60_000))).toEqual(['2 sh -c /health.sh']);
    expect(folder.expire(90_000)).toEqual([]);
  });

  it('are told apart where only the border between two arguments differs', () => {
    const folder = new Folder();
    folder.take(ran('sh -c id', 0), 0);
    const other = ran('sh -c id', 1);
    const { chain } = other.sighting;
    if (!chain) throw new Error('no chain');
    const process = { ...chain.process, arguments: ['sh', '-c id'] };
    expect(
      folder.take({ ...other, sighting: { ...other.sighting, chain: { ...chain, process } } }, 1),
    ).toHaveLength(1);
  });

  it('are told apart by who the process was and became', () => {
    const folder = new Folder();
    const became = (uid: number): Detection => {
      const one = detection(0, 60);
      const credentials = { before: { uid, euid: uid }, after: { uid, euid: 0 } };
      return { ...one, sighting: { ...one.sighting, trigger: 'credentials', credentials } };
    };
    expect(folder.take(became(33), 0)).toHaveLength(1);
    expect(folder.take(became(1000), 1)).toHaveLength(1);
    expect(folder.take(became(33), 2)).toEqual([]);
  });

  it('of too many different commands are folded together, which the message says', () => {
    const folder = new Folder();
    const told: FoldedDetection[] = [];
    for (let at = 0; at < 40; at += 1) told.push(...folder.take(ran(`sh -c ${at}`, at), at));
    // 32 for themselves, the 33rd as the first of the others.
    expect(lines(told.slice(0, 32))).toEqual(Array.from({ length: 32 }, (_, at) => `1 sh -c ${at}`));
    expect(told.slice(32).map(({ count, message }) => [count, message])).toEqual([
      [1, { en: `sh -c 32 (${MANY.en})`, ja: `sh -c 32（${MANY.ja}）` }],
    ]);
    // A command that has its own place keeps it.
    folder.take(ran('sh -c 0', 50), 50);
    expect(lines(folder.expire(70_000))).toEqual(['1 sh -c 0', `7 sh -c 39 (${MANY.en})`]);
    expect(lines(folder.take(ran('sh -c 41', 70_001), 70_001))).toEqual(['1 sh -c 41']);
  });

  it('keep the words about other commands in a message that is too long', () => {
    const folder = new Folder();
    for (let at = 0; at < 32; at += 1) folder.take(ran(`sh -c ${at}`, at), at);
    const [last] = folder.take(ran(`sh -c ${'x'.repeat(3000)}`, 33), 33);
    expect(last?.message.en).toHaveLength(2000);
    expect(last?.message.en.endsWith(`(${MANY.en})`)).toBe(true);
    expect(last?.message.ja.endsWith(`（${MANY.ja}）`)).toBe(true);
  });

  it('are not folded when the rule says 0', () => {
    const folder = new Folder();
    expect(folder.take(detection(0, 0), 0)).toHaveLength(1);
    expect(folder.take(detection(1, 0), 1)).toHaveLength(1);
  });
});

describe('the ends of processes', () => {
  const sighting = (action: ProcessSighting['action'], pid: number, exitCode?: number): ProcessSighting => ({
    action,
    bootUs: 1,
    occurredAtMs: 1,
    workload,
    chain: chainOf(pid),
    exitCode,
  });
  const collect = () => {
    const told: ProcessSighting[] = [];
    return { told, ends: new ProcessEnds((one) => told.push(one)) };
  };

  it('go into the record of a short process', () => {
    const { told, ends } = collect();
    ends.take(sighting('exec', 1), 0);
    ends.take(sighting('exit', 1, 3), 50);
    ends.expire(1000);
    expect(told).toMatchObject([{ action: 'exec', exitCode: 3 }]);
  });

  it('are a record of their own for a long one', () => {
    const { told, ends } = collect();
    ends.take(sighting('exec', 1), 0);
    ends.expire(600);
    ends.take(sighting('exit', 1, 0), 5000);
    expect(told.map((one) => one.action)).toEqual(['exec', 'exit']);
  });

  it('of forks that never ran a program are not told', () => {
    const { told, ends } = collect();
    ends.take(sighting('exit', 9, 0), 0);
    expect(told).toEqual([]);
  });

  it('do not swallow the first of two programs that one process ran', () => {
    const { told, ends } = collect();
    ends.take(sighting('exec', 1), 0);
    ends.take(sighting('exec', 1), 1);
    ends.take(sighting('exit', 1, 7), 2);
    expect(told).toMatchObject([
      { action: 'exec', exitCode: undefined },
      { action: 'exec', exitCode: 7 },
    ]);
  });
});
