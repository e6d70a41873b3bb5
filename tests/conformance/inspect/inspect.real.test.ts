// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtSensor } from '../../kernel/built-sensor.ts';
import { hasShared, report, SHARED } from '../outside.ts';
import { type CapturedStart, capturedStarts } from './capture.ts';

const CAPTURES = 'fixtures/pcaps';
const OURS = ['http', 'http2', 'tls', 'ssh', 'dns', 'postgresql', 'mysql', 'redis', 'mongodb'] as const;

/** Names of the peers that travel in one of ours, or are one of ours under another name. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  dns: ['mdns', 'llmnr'],
  http: ['websocket', 'http-proxy'],
  tls: ['dns-over-http2'],
  http2: ['dns-over-http2'],
};

/** Where the list of what a capture holds is short: what its bytes hold beside that. */
const ALSO_THERE: Readonly<Record<string, string>> = {
  'suricata/bug-3616-smtp__input.pcap dns': 'a question for mail.patriots.in',
  'suricata/http2-compression-bug__input.pcap http2':
    'the connection preface; its list says http for every version',
  'suricata/output-eve-ftp-data__input.pcap dns': 'questions for isatap',
  'suricata/output-eve-ftp-data__input.pcap http': 'requests with HTTP/1.1 in the first line',
};

interface Row {
  readonly file: string;
  readonly expect: readonly string[];
  readonly detail?: readonly {
    readonly is: string;
    readonly by: string;
    readonly l4: string;
    readonly fields?: Readonly<Record<string, string>>;
  }[];
}
interface Answer {
  readonly name: string;
  readonly host: string;
}

/** Names of servers that the peer read in connections of ours over streams. */
const hostsOf = (row: Row): string[] =>
  (row.detail ?? [])
    .filter(({ is, by, l4 }) => by === 'DPI' && l4 === 'TCP' && /^(TLS|HTTP)(\.|$)/.test(is))
    .flatMap(({ fields }) => fields?.['Hostname/SNI'] ?? [])
    .map((host) => host.toLowerCase().replace(/:\d+$/, ''));

/** What the starts speak, each question with its answer after its length; see native/sensor/src/inspect/messages.rs. */
function recognise(starts: readonly CapturedStart[]): Answer[] {
  const questions = starts.map(({ protocol, client, server }, key) => {
    const head = Buffer.alloc(4 + 14);
    head.writeUInt32LE(14 + client.length + server.length, 0);
    head.writeBigUInt64LE(BigInt(key), 4);
    head.writeUInt8(protocol === 'udp' ? 3 : 1, 12);
    head.writeUInt16LE(client.length, 14);
    head.writeUInt16LE(server.length, 16);
    return Buffer.concat([head, client, server]);
  });
  const ended = spawnSync(builtSensor(), ['recognise', '--stdin'], {
    input: Buffer.concat(questions),
    maxBuffer: 64 * 1024 * 1024,
  });
  expect(ended.status, ended.stderr.toString()).toBe(0);
  const answers: Answer[] = [];
  for (let at = 0; at < ended.stdout.length; at += 4 + ended.stdout.readUInt32LE(at)) {
    const kind = ended.stdout[at + 12];
    const host = ended.stdout.toString('latin1', at + 15, at + 4 + ended.stdout.readUInt32LE(at));
    answers.push({ name: kind === 2 ? (OURS[ended.stdout[at + 13] ?? 99] ?? '?') : 'unknown', host });
  }
  expect(answers).toHaveLength(starts.length);
  return answers;
}

describe.skipIf(!hasShared(CAPTURES))('captures of others', { timeout: 300_000 }, () => {
  it('are recognised by what they hold, and nothing else is taken for one of ours', () => {
    const manifest = readFileSync(join(SHARED, CAPTURES, 'manifest.jsonl'), 'utf8');
    const rows: Row[] = manifest
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    const all: CapturedStart[] = [];
    const ofRow = rows.map((row) => {
      const starts = capturedStarts(readFileSync(join(SHARED, CAPTURES, row.file)));
      all.push(...starts);
      return { row, count: starts.length };
    });
    const answers = recognise(all);
    let at = 0;
    let wanted = 0;
    let found = 0;
    let hostsWanted = 0;
    let hostsFound = 0;
    const missed: string[] = [];
    const wrong: string[] = [];
    for (const { row, count } of ofRow) {
      const ofFile = answers.slice(at, at + count);
      const seen = new Set(ofFile.map(({ name }) => name));
      const hosts = new Set(ofFile.map(({ host }) => host));
      for (const host of new Set(hostsOf(row))) {
        hostsWanted += 1;
        if (hosts.has(host)) hostsFound += 1;
        else missed.push(`${row.file} host ${host} (${count} starts)`);
      }
      at += count;
      for (const protocol of OURS.filter((one) => row.expect.includes(one))) {
        wanted += 1;
        if (seen.has(protocol)) found += 1;
        else missed.push(`${row.file} ${protocol} (${count} starts)`);
      }
      for (const name of seen) {
        if (name === 'unknown' || row.expect.includes(name) || ALSO_THERE[`${row.file} ${name}`]) continue;
        if (!(ALSO[name] ?? []).some((other) => row.expect.includes(other)))
          wrong.push(`${row.file} ${name} [${row.expect.join()}]`);
      }
    }
    console.log(`${all.length} starts; not found: ${missed.join('; ')}`);
    expect(wrong).toEqual([]);
    report('captures', found, wanted);
    report('capture-hosts', hostsFound, hostsWanted);
  });
});
