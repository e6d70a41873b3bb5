// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import type { FeedForm } from './feeds.ts';

/** Why a feed was not fetched. */
export type FeedError = Failure<'E_FEED_UNREACHABLE' | 'E_FEED_INVALID'>;

/** Bounds of one download, and how to reach the outside. */
export interface DownloadLimits {
  readonly maxBytes: number;
  /** For the whole download. */
  readonly timeoutMs: number;
  /** Without a single byte. */
  readonly idleTimeoutMs: number;
  readonly form: FeedForm;
  /** Certificates to trust instead of the built-in ones, for a mirror with a CA of its own. */
  readonly certificates?: string;
  /** Where `HTTPS_PROXY` and `NO_PROXY` are read from. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A file that arrived whole. */
export interface Downloaded {
  readonly sizeBytes: number;
  readonly sha256: string;
}

const MAX_REDIRECTS = 5;
const FIRST_BYTES: Readonly<Record<FeedForm, (first: Buffer) => boolean>> = {
  zip: (first) => first.length >= 2 && first.toString('latin1', 0, 2) === 'PK',
  gzip: (first) => first.length >= 2 && first.readUInt16BE(0) === 0x1f8b,
  json: (first) => first.length >= 1 && /^[\s\uFEFF]*[[{]/.test(first.toString('utf8', 0, 64)),
};

const unreachable = (detail: string, cause?: unknown): FeedError =>
  failure('E_FEED_UNREACHABLE', detail, cause);
const invalid = (detail: string): FeedError => failure('E_FEED_INVALID', detail);

/** What a stream is stopped with when the feed itself is at fault. */
class FeedFault extends Error {
  override readonly name = 'FeedFault';
}

const parseHttps = (text: string, base?: string): URL | undefined => {
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined;
  return url?.protocol === 'https:' ? url : undefined;
};

const agentFor = (limits: DownloadLimits): Agent => {
  const environment = limits.environment ?? {};
  const pick = (name: string): string | undefined => environment[name] ?? environment[name.toLowerCase()];
  return new Agent({
    keepAlive: false,
    ...(limits.certificates === undefined ? {} : { ca: limits.certificates }),
    proxyEnv: { HTTPS_PROXY: pick('HTTPS_PROXY'), NO_PROXY: pick('NO_PROXY') },
  });
};

const ask = (
  url: URL,
  agent: Agent,
  bounds: { limits: DownloadLimits; signal: AbortSignal },
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        agent,
        signal: bounds.signal,
        timeout: bounds.limits.idleTimeoutMs,
        headers: { 'user-agent': 'bartizan', 'accept-encoding': 'identity' },
      },
      resolve,
    );
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`no byte for ${bounds.limits.idleTimeoutMs} ms`)),
    );
    outgoing.on('error', reject);
    outgoing.end();
  });

/** Follows redirects, to HTTPS only: an answer may not lead to a place where anyone could change the file. */
const openFeed = async (
  start: URL,
  agent: Agent,
  bounds: { limits: DownloadLimits; signal: AbortSignal },
): Promise<Result<IncomingMessage, FeedError>> => {
  let url = start;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const response = await ask(url, agent, bounds);
    const status = response.statusCode ?? 0;
    const location = response.headers.location;
    if (status < 300 || status >= 400 || location === undefined) {
      if (status === 200) return ok(response);
      response.destroy();
      return err(unreachable(`${url.host} answers ${status}`));
    }
    response.destroy();
    const next = parseHttps(location, url.href);
    if (next === undefined) return err(invalid(`${url.host} leads to an address without HTTPS`));
    url = next;
  }
  return err(invalid(`more than ${MAX_REDIRECTS} redirects`));
};

const checker = (limits: DownloadLimits, onChunk: (chunk: Buffer) => void): Transform => {
  let sizeBytes = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      if (sizeBytes === 0 && !FIRST_BYTES[limits.form](chunk)) {
        done(new FeedFault(`not a ${limits.form} file`));
        return;
      }
      sizeBytes += chunk.length;
      onChunk(chunk);
      done(sizeBytes > limits.maxBytes ? new FeedFault(`more than ${limits.maxBytes} bytes`) : null, chunk);
    },
  });
};

const save = async (response: IncomingMessage, path: string, limits: DownloadLimits): Promise<Downloaded> => {
  const digest = createHash('sha256');
  let sizeBytes = 0;
  const check = checker(limits, (chunk) => {
    sizeBytes += chunk.length;
    digest.update(chunk);
  });
  await pipeline(response, check, createWriteStream(path));
  const stated = Number(response.headers['content-length'] ?? Number.NaN);
  if (!Number.isNaN(stated) && stated !== sizeBytes)
    throw new FeedFault(`${stated} bytes promised, ${sizeBytes} sent`);
  if (sizeBytes === 0) throw new FeedFault('an empty file');
  return { sizeBytes, sha256: digest.digest('hex') };
};

/**
 * Fetches one file by HTTPS. It appears under its name only when it arrived whole and looks like what it should be;
 * until then, and after any failure, an older file of that name stays as it was.
 */
export const downloadFile = async (
  address: string,
  path: string,
  limits: DownloadLimits,
): Promise<Result<Downloaded, FeedError>> => {
  const url = parseHttps(address);
  if (url === undefined) return err(invalid('the address is not one of HTTPS'));
  const temporary = `${path}.part`;
  const agent = agentFor(limits);
  try {
    const opened = await openFeed(url, agent, { limits, signal: AbortSignal.timeout(limits.timeoutMs) });
    if (!opened.ok) return opened;
    opened.value.setTimeout(limits.idleTimeoutMs, () =>
      opened.value.destroy(new Error(`no byte for ${limits.idleTimeoutMs} ms`)),
    );
    const downloaded = await save(opened.value, temporary, limits);
    await rename(temporary, path);
    return ok(downloaded);
  } catch (cause) {
    if (cause instanceof FeedFault) return err(invalid(`${url.host}: ${cause.message}`));
    return err(unreachable(`${url.host}: ${cause instanceof Error ? cause.message : 'no answer'}`, cause));
  } finally {
    agent.destroy();
    await rm(temporary, { force: true });
  }
};
