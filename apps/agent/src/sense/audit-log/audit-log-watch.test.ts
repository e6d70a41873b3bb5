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
import { type Clock, openProcfs } from '@bartizan/host';
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
let isFull = false;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-audit-watch-'));
  mkdirSync(join(root, 'state'));
  mkdirSync(join(root, 'pod/var/log'), { recursive: true });
  [sent, waiting, isFull] = [[], 0, false];
  server(7, '--audit-log-path=/var/log/audit.log');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A process table with an API server in it, in a root of its own. */
function server(pid: number, ...args: string[]): void {
  const folder = join(root, 'proc', String(pid));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cmdline'), `${['/usr/local/bin/kube-apiserver', ...args].join('\0')}\0`);
  symlinkSync(join(root, 'pod'), join(folder, 'root'));
}
const LOG = () => join(root, 'pod/var/log/audit.log');
const event = (auditID: string, more: object = {}): string =>
  `${JSON.stringify({
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', auditID, stage: 'ResponseComplete', verb: 'list' },
    ...{ requestURI: '/api/v1/secrets', user: { username: 'ann', groups: ['system:authenticated'] } },
    ...{ sourceIPs: ['10.1.0.5'], objectRef: { resource: 'secrets' }, responseStatus: { code: 200 } },
    stageTimestamp: '2026-11-29T01:00:00.000000Z',
    ...more,
  })}\n`;

function watching(more: { readonly auditLogs?: string[]; readonly followAuditLogs?: boolean } = {}) {
  const parts = {
    ...{ clock, procfs: openProcfs(join(root, 'proc')), name: 'cp-1' },
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
const ids = (): string[] => sent.flatMap(({ requests }) => requests.map(({ id }) => id));
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
