// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueAuthority, issueServer } from '@bartizan/adapters/pki';
import type { AdmissionCoverage, AdmissionNative, AdmissionReports } from '@bartizan/contracts';
import { run as runCli } from '@stricli/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildCli } from '../app.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Language, translator } from '../text/catalogue.ts';

const NONE = { reports: 0, results: 0, leftOut: 0 };
const KEPT: AdmissionReports = {
  ...{ state: 'on', api: 'openreports.io/v1alpha1', reports: 3, results: 12, leftOut: 4 },
};
let folder = '';
let server: Server;
let answer: AdmissionReports | AdmissionCoverage | AdmissionNative = KEPT;
const asked: string[] = [];
/** Instead of the answer: a status and a body. */
let answers: ((request: IncomingMessage, body: string) => readonly [number, object]) | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-reports-'));
  const validity = { nowMs: Date.now(), lifetimeMs: 3_600_000 };
  const authority = await issueAuthority('test', validity);
  const leaf = await issueServer(authority, ['127.0.0.1'], validity);
  writeFileSync(join(folder, 'ca.pem'), authority.certificatePem);
  server = createServer({ key: leaf.keyPem, cert: leaf.certificatePem }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      asked.push(`${request.method} ${request.url} ${body}`.trim());
      const [status, value] = answers?.(request, body) ?? [200, answer];
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `policy ...` in this process, against the server of this test. */
async function policy(words: readonly string[], language: Language = 'en') {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const written: string[] = [];
  const write = (text: string): number => written.push(text);
  const env = {
    BARTIZAN_SERVER: `https://127.0.0.1:${port}`,
    BARTIZAN_TOKEN: 'token',
    BARTIZAN_CA_FILE: join(folder, 'ca.pem'),
  };
  const process = { env, exitCode: undefined as unknown, stdout: { write }, stderr: { write } };
  const context = { process, language, t: translator(language), checkout: folder };
  const cli = await buildCli(translator(language), '0');
  await runCli(cli, ['policy', ...words], context as unknown as CliContext);
  return { exitCode: process.exitCode, text: written.join('') };
}

const reports = (words: readonly string[], language: Language = 'en') =>
  policy(['reports', ...words], language);

describe('policy coverage', () => {
  const kind = { versions: ['v1'], places: ['spec.template'], open: [], native: true };
  const coverage: AdmissionCoverage = {
    kinds: [],
    namespaces: [],
    custom: {
      ...{ definitions: 'known', read: 3, leftOut: 0 },
      kinds: [
        { ...kind, resource: 'argoproj.io/rollouts', found: 'schema', audit: 'followed', objects: 12 },
        {
          ...{
            ...kind,
            resource: 'shapes.example/opens',
            found: 'name',
            native: false,
            open: ['spec.values'],
          },
          ...{ audit: 'not-permitted', code: 'E_KUBE_NOT_PERMITTED', remedy: 'kubectl create clusterrole x' },
        },
      ],
    },
    notAsked: [],
  };

  it('shows what holds pods, what is unknown, and the command that helps', async () => {
    answer = coverage;
    const { exitCode, text } = await policy(['coverage']);
    expect(exitCode).toBe(0);
    for (const part of [
      'argoproj.io/rollouts',
      'spec.template',
      '12',
      'unknown',
      'spec.values',
      'webhook only',
    ])
      expect(text).toContain(part);
    expect(text).toContain('To read what exists of shapes.example/opens: kubectl create clusterrole x');
    const japanese = (await policy(['coverage'], 'ja')).text;
    expect(japanese).toContain('読み取りを許可するには');
    expect(JSON.parse((await policy(['coverage', '-o', 'json'])).text)).toEqual(coverage);
  });

  it('fails where rules name what is asked of nobody, and says what', async () => {
    answer = {
      ...coverage,
      custom: { ...coverage.custom, definitions: 'not-permitted', code: 'E_KUBE_NOT_PERMITTED', kinds: [] },
      notAsked: ['g9.example/r1'],
    };
    const { exitCode, text } = await policy(['coverage']);
    expect(exitCode).toBe(1);
    expect(text).toContain('Rules name 1 resources');
    expect(text).toContain('g9.example/r1');
    expect(text).toContain('not known now (E_KUBE_NOT_PERMITTED)');
  });
});

describe('policy native', () => {
  const none: AdmissionNative = { state: 'off', rules: [], revision: '0', policies: [] };
  afterEach(() => {
    answers = undefined;
  });

  it('fails where something that nobody wants any more may still be in force', async () => {
    answer = none;
    expect((await policy(['native', 'status'])).exitCode).toBe(0);
    answer = { ...none, leftover: { code: 'E_KUBE_TOO_MANY', detail: 'more than 10000' } };
    const { exitCode, text } = await policy(['native', 'status']);
    expect([exitCode, text.includes('E_KUBE_TOO_MANY: more than 10000')]).toEqual([1, true]);
  });

  const STALE = {
    ...{ type: 'urn:bartizan:error:E_PRECONDITION', code: 'E_PRECONDITION', status: 412 },
    ...{ title: 'It has changed', remedy: 'Load it again', traceId: 't' },
  };
  /** Chooses as the API does, while others choose `rivals`, one before each change. */
  const contested = (rules: string[], rivals: readonly string[]) => {
    const left = [...rivals];
    let revision = 0;
    const choose = (to: string[]): void => {
      rules.splice(0, rules.length, ...to);
      revision += 1;
    };
    answers = ({ method, headers }, body) => {
      if (method === 'PUT') {
        const rival = left.shift();
        if (rival !== undefined) choose([...rules, rival]);
        if ((headers['if-match'] ?? `"${revision}"`) !== `"${revision}"`) return [412, STALE];
        choose((JSON.parse(body) as { rules: string[] }).rules);
      }
      return [200, { ...none, rules, revision: `${revision}` }];
    };
    return rules;
  };

  it('keeps what others choose at the same time', async () => {
    const chosen = contested(['a.*'], ['b.*', 'c.*']);
    expect((await policy(['native', 'on', 'd.*'])).exitCode).toBe(0);
    expect(chosen).toEqual(['a.*', 'b.*', 'c.*', 'd.*']);
    contested(chosen, ['e.*']);
    expect((await policy(['native', 'off', 'a.*', 'd.*'])).exitCode).toBe(0);
    expect(chosen).toEqual(['b.*', 'c.*', 'e.*']);
  });

  it('fails where others choose without an end, and changes nothing', async () => {
    const chosen = contested([], ['a', 'b', 'c', 'd', 'e']);
    const { exitCode, text } = await policy(['native', 'on', 'mine']);
    expect([exitCode, text.includes('E_PRECONDITION')]).toEqual([EXIT.conflict, true]);
    expect(chosen).not.toContain('mine');
  });
});

describe('policy reports', () => {
  it('are shown with their API, their number and what found no room', async () => {
    answer = KEPT;
    const { exitCode, text } = await reports(['status']);
    expect(exitCode).toBe(0);
    for (const part of ['kept', 'openreports.io/v1alpha1', '3', '12', '4']) expect(text).toContain(part);
    expect((await reports(['status'], 'ja')).text).toContain('有効');
    expect(JSON.parse((await reports(['status', '-o', 'json'])).text)).toEqual(KEPT);
  });

  it('are switched on and off', async () => {
    asked.length = 0;
    answer = KEPT;
    expect((await reports(['on'])).exitCode).toBe(0);
    answer = { state: 'off', ...NONE };
    expect((await reports(['off'])).exitCode).toBe(0);
    expect(asked).toEqual(
      ['{"on":true}', '{"on":false}'].map((body) => `PUT /api/v1/admission/reports ${body}`),
    );
  });

  it('fail where none can be written, with the reason', async () => {
    answer = { state: 'not-served', ...NONE };
    expect(await reports(['on'])).toMatchObject({ exitCode: 1 });
    expect(await reports(['status'])).toMatchObject({ exitCode: 0 });
    answer = {
      state: 'not-permitted',
      ...NONE,
      code: 'E_KUBE_NOT_PERMITTED',
      detail: 'reports is forbidden',
    };
    const { exitCode, text } = await reports(['status']);
    expect([exitCode, text.includes('E_KUBE_NOT_PERMITTED: reports is forbidden')]).toEqual([1, true]);
  });
});
