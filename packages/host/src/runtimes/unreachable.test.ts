// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Failure, type Result, toldOf } from '@bartizan/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openChannel } from '../grpc/channel.ts';
import { getJson } from './docker/http.ts';
import { openRunc } from './runc/runc.ts';

let folder = '';
let endings: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-unreachable-'));
  endings = [];
});
afterEach(() => {
  for (const end of endings) end();
  rmSync(folder, { recursive: true, force: true });
});

const socket = (): string => join(folder, 'runtime.sock');
const why = (outcome: Result<unknown, Failure>) => (outcome.ok ? undefined : toldOf(outcome.error));

describe('a runtime that cannot be asked over HTTP', () => {
  const asked = async (answer: RequestListener) => {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(socket(), resolve));
    endings.push(() => server.close());
    return why(await getJson(socket(), '/version?x=1'));
  };

  it('says in both languages what it answered', async () => {
    const told = await asked((_, response) => {
      response.statusCode = 500;
      response.end();
    });
    expect(told).toEqual({
      en: `${socket()} /version: status 500`,
      ja: `${socket()} /version：ステータス 500`,
    });
  });

  it('says when it does not speak JSON', async () => {
    expect(await asked((_, response) => response.end('<html>'))).toEqual({
      en: `${socket()} /version: the answer is not JSON`,
      ja: `${socket()} /version：応答が JSON ではありません`,
    });
  });

  it('leaves what the machine says as it is', async () => {
    const told = why(await getJson(socket(), '/version'));
    expect(told?.en).toMatch(/: connect ENOENT /);
    expect(told?.ja).toMatch(/：connect ENOENT /);
  });
});

describe('a runtime that cannot be asked over gRPC', () => {
  const asked = async (answer: (stream: ServerHttp2Stream) => void, timeoutMs = 5000) => {
    const server = createHttp2Server();
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      answer(stream);
    });
    await new Promise<void>((resolve) => server.listen(socket(), resolve));
    const channel = openChannel(socket());
    endings.push(
      () => channel.close(),
      () => server.close(),
    );
    return why(await channel.call('a/B', {}, { timeoutMs }));
  };

  it('says in both languages what it answered', async () => {
    const told = await asked((stream) => {
      stream.respond({ ':status': 200, 'grpc-status': '14', 'grpc-message': 'not%20now' });
      stream.end();
    });
    expect(told).toEqual({
      en: `${socket()} a/B: status 14 not now`,
      ja: `${socket()} a/B：ステータス 14 not now`,
    });
  });

  it('says when it does not answer', async () => {
    expect((await asked(() => undefined, 50))?.ja).toBe(`${socket()} a/B：時間内に応答がありません`);
  });

  it('says when a message cannot be read', async () => {
    const told = await asked((stream) => {
      stream.respond({ ':status': 200 });
      stream.end(Buffer.from([0, 0, 0, 0, 2, 0xff, 0xff]));
    });
    expect(told?.ja).toBe(`${socket()} a/B：読み取れないメッセージがあります`);
  });
});

describe('a state folder of runc', () => {
  it('that is none is said in both languages', async () => {
    writeFileSync(join(folder, 'file'), '');
    const runc = openRunc(join(folder, 'gone'), { procfs: undefined as never, keyRoot: undefined });
    expect(why(await runc.version())).toEqual({
      en: `${join(folder, 'gone')}: does not exist`,
      ja: `${join(folder, 'gone')}：存在しません`,
    });
    runc.close();
  });
});
