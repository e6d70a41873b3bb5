// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createServer, type Server } from 'node:https';
import { issueAuthority, issueServer } from '@bartizan/adapters/pki';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../ports.ts';
import { Watchdog } from './watchdog.ts';

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const EVERY_MS = 20;
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** A port that answers as long as it is told to, with its authority. */
async function port() {
  const validity = { nowMs: Date.now(), lifetimeMs: 3_600_000 };
  const [authority, stranger] = [
    await issueAuthority('one', validity),
    await issueAuthority('two', validity),
  ];
  const leaf = await issueServer(authority, ['127.0.0.1'], validity);
  let status = 200;
  let server: Server | undefined;
  let at = 0;
  const start = async (): Promise<void> => {
    const made = createServer({ key: leaf.keyPem, cert: leaf.certificatePem }, (_request, response) => {
      response.writeHead(status);
      response.end();
    });
    await new Promise<void>((resolve) => made.listen(at, '127.0.0.1', resolve));
    const address = made.address();
    at = typeof address === 'object' && address !== null ? address.port : 0;
    server = made;
  };
  const stop = async (): Promise<void> => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  };
  await start();
  open.push(stop);
  return {
    ...{ start, stop, at, authority, stranger },
    answer: (next: number) => {
      status = next;
    },
  };
}
async function watched(caPem?: () => string) {
  const asked = await port();
  const changes: boolean[] = [];
  const onFailure = vi.fn();
  const watchdog = new Watchdog({
    ...{ host: '127.0.0.1', port: asked.at, serverName: '127.0.0.1', log: quiet, everyMs: EVERY_MS },
    caPem: caPem ?? (() => asked.authority.certificatePem),
    onChange: (isAnswering) => changes.push(isAnswering),
    onFailure,
  });
  watchdog.start();
  open.push(() => watchdog.close());
  return { ...asked, changes, onFailure };
}
const within = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 5 });

describe('the watchdog of the webhook port', () => {
  it('says nothing while it answers, and once that it does not, and once that it does again', async () => {
    const { stop, start, changes, onFailure } = await watched();
    await new Promise((resolve) => setTimeout(resolve, 10 * EVERY_MS));
    expect(changes).toEqual([]);
    expect(onFailure).not.toHaveBeenCalled();
    await stop();
    await within(() => expect(changes).toEqual([false]));
    expect(onFailure.mock.calls.length).toBeGreaterThanOrEqual(6);
    await new Promise((resolve) => setTimeout(resolve, 10 * EVERY_MS));
    expect(changes).toEqual([false]);
    await start();
    await within(() => expect(changes).toEqual([false, true]));
  });

  it('takes a moment without an answer for no more than that', async () => {
    const { answer, changes, onFailure } = await watched();
    answer(500);
    await within(() => expect(onFailure).toHaveBeenCalled());
    answer(200);
    await new Promise((resolve) => setTimeout(resolve, 20 * EVERY_MS));
    expect(changes).toEqual([]);
  });

  it('asks as an API server does: a certificate that nobody trusts is no answer', async () => {
    let trusted = '';
    const { authority, stranger, changes, onFailure } = await watched(() => trusted);
    trusted = authority.certificatePem;
    await new Promise((resolve) => setTimeout(resolve, 5 * EVERY_MS));
    expect(onFailure).not.toHaveBeenCalled();
    trusted = stranger.certificatePem;
    await within(() => expect(changes).toEqual([false]));
  });
});
