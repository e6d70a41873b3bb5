// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AuditRequestsReport, parser } from '@bartizan/contracts';
import { readAuditEvent } from '@bartizan/engine/audit-log';
import { type Clock, type KnownContainer, openProcfs } from '@bartizan/host';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditLogWatch } from './audit-log-watch.ts';

const clock: Clock = {
  bootUs: () => 0,
  wallMs: () => 1_700_000_000_000,
  after: () => () => undefined,
  every: () => () => undefined,
};
const parse = parser(AuditRequestsReport);
const BUSY = 1000;

let root: string;
let sent: AuditRequestsReport[] = [];
let waiting = 0;
const containers = new Map<number, object>();
/** Ids that the events of a test have on the wire, and those of their lines. */
const known = new Map<string, string>();
let isFull = false;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-audit-watch-'));
  mkdirSync(join(root, 'state'));
  mkdirSync(join(root, 'pod/var/log'), { recursive: true });
  [sent, waiting, isFull] = [[], 0, false];
  containers.clear();
  mkdirSync(join(root, 'proc/1'), { recursive: true });
  symlinkSync(join(root, 'pod'), join(root, 'proc/1/root'));
  server(7, '--audit-log-path=/var/log/audit.log');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A process that calls itself an API server: of root on the machine, unless it is told otherwise. */
function server(pid: number, ...args: string[]): void {
  program(pid, { args });
}
function program(
  pid: number,
  {
    args,
    at = 'pod',
    uid = 0,
    startedAt = pid,
  }: {
    readonly args: readonly string[];
    /** Folder that is its root. */
    readonly at?: string;
    readonly uid?: number;
    readonly startedAt?: number;
  },
): void {
  const folder = join(root, 'proc', String(pid));
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(root, at, 'var/log'), { recursive: true });
  writeFileSync(join(folder, 'cmdline'), `${['/usr/local/bin/kube-apiserver', ...args].join('\0')}\0`);
  writeFileSync(join(folder, 'status'), `Uid:\t${uid}\t${uid}\t0\t0\nGid:\t0\t0\t0\t0\n`);
  const numbers = ['S', '1', ...Array.from({ length: 17 }, () => '0'), String(startedAt), '0', '0'];
  writeFileSync(join(folder, 'stat'), `${pid} (kube-apiserver) ${numbers.join(' ')}\n`);
  symlinkSync(join(root, at), join(folder, 'root'));
}
/** Says of a process that it is the container of a pod. */
function inPod(pid: number, namespace: string, name: string, cgroupPath = '/kubepods/pod1/c1'): void {
  containers.set(pid, { cgroupPath, description: { name, namespace, labels: {} } });
}
const LOG = () => join(root, 'pod/var/log/audit.log');
function event(auditID: string, more: object = {}): string {
  const line = {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', auditID, stage: 'ResponseComplete', verb: 'list' },
    ...{ requestURI: '/api/v1/secrets', user: { username: 'ann', groups: ['system:authenticated'] } },
    ...{ sourceIPs: ['10.1.0.5'], objectRef: { resource: 'secrets' }, responseStatus: { code: 200 } },
    stageTimestamp: '2026-11-29T01:00:00.000000Z',
    ...more,
  };
  known.set(readAuditEvent(line)?.id ?? '', auditID);
  return `${JSON.stringify(line)}\n`;
}

function watching(more: { readonly auditLogs?: string[]; readonly followAuditLogs?: boolean } = {}) {
  const parts = {
    ...{ clock, procfs: openProcfs(join(root, 'proc')), name: 'cp-1' },
    containerOf: (pid: number) => containers.get(pid) as KnownContainer | undefined,
    buffer: {
      pending: () => waiting,
      status: () => ({ records: 0, bytes: 0, shedTotal: 0, full: isFull }),
    },
    send: (report: AuditRequestsReport) => {
      expect(parse(report)).toMatchObject({ ok: true });
      sent.push(report);
    },
  };
  const where = { stateDir: join(root, 'state'), root, auditLogs: [], followAuditLogs: true, ...more };
  const watch = new AuditLogWatch(parts, where);
  watch.find();
  return watch;
}
const ids = (): string[] => sent.flatMap(({ requests }) => requests.map(({ id }) => known.get(id) ?? id));
async function settle(watch: AuditLogWatch): Promise<void> {
  watch.turn();
  for (let turns = 0; turns < 50; turns += 1) await setImmediate();
}

describe('following audit logs', () => {
  it('finds the file of an API server in its own root, and sends requests without bodies', async () => {
    const body = { kind: 'Secret', type: 'Opaque', data: { password: 'aHVudGVyMg==' } };
    writeFileSync(LOG(), event('a') + event('b', { verb: 'create', requestObject: body }));
    await settle(watching());
    expect(ids()).toEqual(['a', 'b']);
    expect(JSON.stringify(sent)).not.toContain('aHVudGVyMg');
    expect(sent[0]).toMatchObject({
      ...{ name: 'cp-1', file: { path: '/var/log/audit.log', lines: 2, broken: 0, behindBytes: 0 } },
      requests: [{ addresses: ['10.1.0.5'], facts: { 'audit.user': 'ann' } }, {}],
    });
  });

  it('counts lines that are no event and goes on; one of more than a MiB is read', async () => {
    const long = event('long', { responseObject: { kind: 'List', x: 'y'.repeat(1_500_000) } });
    writeFileSync(
      LOG(),
      `no json\n{"kind":"Pod"}\n[]\n\u0000\n${long}${event('a')}${'x'.repeat(9_000_000)}\n${event('b')}`,
    );
    await settle(watching());
    expect(ids()).toEqual(['long', 'a', 'b']);
    expect(sent.at(-1)?.file).toMatchObject({ lines: 7, broken: 4 });
  });

  it('goes on after a crash from where it is certain: what comes twice has the same ids', async () => {
    writeFileSync(LOG(), event('a'));
    const first = watching();
    await settle(first);
    first.keep();
    first.keep();
    appendFileSync(LOG(), event('b'));
    await settle(first);
    first.keep();
    // It ends here without a word; what was read in the last second is read again.
    appendFileSync(LOG(), event('c'));
    sent = [];
    const second = watching();
    await settle(second);
    expect(ids()).toEqual(['b', 'c']);
    second.stop();
    appendFileSync(LOG(), event('d'));
    renameSync(LOG(), join(root, 'pod/var/log/audit-2026-11-29T00-47-25.123.log'));
    writeFileSync(LOG(), event('e'));
    sent = [];
    await settle(watching());
    expect(ids()).toEqual(['d', 'e']);
  });

  it('reads no faster than the controller takes, and loses nothing by it', async () => {
    const names = Array.from({ length: BUSY }, (_, index) => `id-${index}`);
    writeFileSync(LOG(), names.map((name) => event(name)).join(''));
    waiting = 33;
    const watch = watching();
    await settle(watch);
    expect(sent).toEqual([]);
    isFull = true;
    waiting = 0;
    await settle(watch);
    expect(sent).toEqual([]);
    isFull = false;
    await settle(watch);
    expect(ids()).toEqual(names);
    expect(sent.every(({ requests }) => requests.length <= 200)).toBe(true);
  });

  it('says why a file is not read, and follows an API server that starts again elsewhere', async () => {
    const watch = watching();
    await settle(watch);
    watch.progress();
    expect(sent).toMatchObject([{ requests: [], file: { problem: 'gone', lines: 0 } }]);
    writeFileSync(LOG(), event('a'));
    await settle(watch);
    rmSync(join(root, 'proc/7'), { recursive: true });
    server(9, '--audit-log-path', '/var/log/audit.log');
    appendFileSync(LOG(), event('b'));
    watch.find();
    await settle(watch);
    expect(ids()).toEqual(['a', 'b']);
    expect(sent.at(-1)?.file.problem).toBeUndefined();
    sent = [];
    watch.progress();
    expect(sent).toEqual([]);
  });

  it('follows named files whoever writes them, and nothing of API servers unless asked', async () => {
    writeFileSync(LOG(), event('a'));
    writeFileSync(join(root, 'k3s.log'), event('k'));
    await settle(watching({ auditLogs: ['/k3s.log'], followAuditLogs: false }));
    expect(ids()).toEqual(['k']);
    server(8, '--audit-log-path=-');
    sent = [];
    rmSync(join(root, 'proc/7'), { recursive: true });
    await settle(watching());
    expect(sent).toEqual([]);
  });
});

describe('who counts as an API server', () => {
  const ARGS = ['--audit-log-path=/var/log/audit.log'];
  beforeEach(() => rmSync(join(root, 'proc/7'), { recursive: true }));

  it('is no program of that name in a container of somebody else, nor one that nobody knows', async () => {
    program(7, { args: ARGS, at: 'evil' });
    writeFileSync(join(root, 'evil/var/log/audit.log'), event('forged'));
    await settle(watching());
    inPod(7, 'shop', 'kube-apiserver');
    await settle(watching());
    inPod(7, 'kube-system', 'shop');
    await settle(watching());
    // An image may bring the labels of a pod.
    inPod(7, 'kube-system', 'kube-apiserver', '/system.slice/docker-1.scope');
    await settle(watching());
    expect(sent).toEqual([]);
  });

  it('is no program of another user of the machine', async () => {
    program(7, { args: ARGS, uid: 1000 });
    writeFileSync(LOG(), event('forged'));
    await settle(watching());
    expect(sent).toEqual([]);
  });

  it('is its container among those of the control plane', async () => {
    program(7, { args: ARGS, at: 'static', uid: 2000 });
    writeFileSync(join(root, 'static/var/log/audit.log'), event('a'));
    inPod(7, 'kube-system', 'kube-apiserver');
    await settle(watching());
    expect(ids()).toEqual(['a']);
  });

  it('keeps its file when another one with a lower number names it too, and while it lives', async () => {
    program(20, { args: ARGS });
    writeFileSync(LOG(), event('a'));
    const watch = watching();
    await settle(watch);
    program(8, { args: ARGS, at: 'evil' });
    inPod(8, 'shop', 'kube-apiserver');
    program(9, { args: ARGS, at: 'other' });
    inPod(9, 'kube-system', 'kube-apiserver');
    for (const at of ['evil', 'other']) writeFileSync(join(root, at, 'var/log/audit.log'), event(`of ${at}`));
    appendFileSync(LOG(), event('b'));
    watch.find();
    await settle(watch);
    expect(ids()).toEqual(['a', 'b']);
    // The number of a process that ended may be another one's.
    rmSync(join(root, 'proc/20'), { recursive: true });
    program(20, { args: ARGS, at: 'evil', startedAt: 99 });
    watch.find();
    await settle(watch);
    expect(ids()).toEqual(['a', 'b', 'of other']);
  });

  it('has no file read through a link out of its root', async () => {
    program(7, { args: ARGS, at: 'static' });
    inPod(7, 'kube-system', 'kube-apiserver');
    writeFileSync(join(root, 'outside.log'), event('outside'));
    symlinkSync(join(root, 'outside.log'), join(root, 'static/var/log/audit.log'));
    const watch = watching();
    await settle(watch);
    watch.progress();
    expect(sent).toMatchObject([{ requests: [], file: { problem: 'gone', lines: 0 } }]);
    rmSync(join(root, 'static/var/log/audit.log'));
    writeFileSync(join(root, 'static/var/log/real.log'), event('inside'));
    symlinkSync('/var/log/real.log', join(root, 'static/var/log/audit.log'));
    await settle(watch);
    expect(ids()).toEqual(['inside']);
  });
});
