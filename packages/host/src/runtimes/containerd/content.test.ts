// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, type FieldValues, type Message } from '../../grpc/protobuf.ts';
import { ContainerdImages } from './content.ts';

/** What the socket answers to a method: messages, or a status. */
type Answer = (request: Message, namespace: string) => readonly FieldValues[] | { readonly status: number };

const frame = (fields: FieldValues): Buffer => {
  const body = encodeMessage(fields);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
};

function answer(
  stream: ServerHttp2Stream,
  path: string,
  namespace: string,
  answers: Readonly<Record<string, Answer>>,
): void {
  const parts: Buffer[] = [];
  stream.on('error', () => undefined);
  stream.on('data', (part: Buffer) => parts.push(part));
  stream.on('end', () => {
    const request = decodeMessage(Buffer.concat(parts).subarray(5));
    const found =
      request === undefined ? undefined : answers[path.split('/').at(-1) ?? '']?.(request, namespace);
    const isFine = Array.isArray(found);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      const status = isFine ? 0 : ((found as { status: number } | undefined)?.status ?? 12);
      stream.sendTrailers({ 'grpc-status': String(status) });
    });
    if (isFine) for (const message of found as readonly FieldValues[]) stream.write(frame(message));
    stream.end();
  });
}

let folder = '';
let server: Http2Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-content-'));
});
afterEach(async () => {
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  rmSync(folder, { recursive: true, force: true });
});

async function imagesOf(answers: Readonly<Record<string, Answer>>): Promise<ContainerdImages> {
  const socket = join(folder, 's');
  const started = createServer();
  server = started;
  started.on('stream', (stream, headers) =>
    answer(stream, String(headers[':path']), String(headers['containerd-namespace'] ?? ''), answers),
  );
  await new Promise<void>((resolve) => started.listen(socket, () => resolve()));
  return new ContainerdImages(socket);
}

const BYTES = randomBytes(2_500_000);
const DIGEST = `sha256:${createHash('sha256').update(BYTES).digest('hex')}`;
const NAMESPACES: Answer = () => [{ 1: [{ 1: 'default' }, { 1: 'k8s.io' }] }];
const INFO: Answer = (request) =>
  request.text(1, 200) === DIGEST ? [{ 1: { 1: DIGEST, 2: BYTES.length } }] : { status: 5 };
/** The store as it is: pieces of at most 400,000 bytes, so that a range comes in several. */
const READ: Answer = (request) => {
  const [offset, size] = [request.number(2), request.number(3)];
  const pieces: FieldValues[] = [];
  for (let at = offset; at < offset + size; at += 400_000)
    pieces.push({ 1: at, 2: BYTES.subarray(at, Math.min(at + 400_000, offset + size)) });
  return pieces;
};

describe('the content store of containerd', () => {
  it('gives a blob in ranges, whole and as a stream', async () => {
    const images = await imagesOf({ Info: INFO, Read: READ });
    const content = images.content('k8s.io');
    expect((await content.read(DIGEST, 10_000_000))?.equals(BYTES)).toBe(true);
    const chunks: Buffer[] = [];
    for await (const chunk of await content.open(DIGEST)) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
    images.close();
  });

  it('gives nothing that is not there, and nothing that is too large', async () => {
    const images = await imagesOf({ Info: INFO, Read: READ });
    const content = images.content('k8s.io');
    expect(await content.read('sha256:0', 10_000_000)).toBeUndefined();
    expect(await content.read(DIGEST, 1000)).toBeUndefined();
    await expect(content.open('sha256:0')).rejects.toThrow('is not in the content store');
    images.close();
  });

  it.each<[string, Answer]>([
    ['less than was asked for', (request) => [{ 2: BYTES.subarray(0, request.number(3) - 1) }]],
    [
      'more than was asked for',
      (request) => [{ 2: Buffer.concat([BYTES.subarray(0, request.number(3)), BYTES.subarray(0, 1)]) }],
    ],
    ['nothing', () => []],
    ['an error', () => ({ status: 13 })],
  ])('is not believed when it gives %s', async (_what, read) => {
    const images = await imagesOf({ Info: INFO, Read: read });
    await expect(images.content('k8s.io').read(DIGEST, 10_000_000)).rejects.toThrow(RangeError);
    images.close();
  });
});

describe('an image of containerd', () => {
  const GET: Answer = (request, namespace) =>
    namespace === 'k8s.io' && request.text(1) === 'app:1'
      ? [{ 1: { 1: 'app:1', 3: { 2: DIGEST } } }]
      : { status: 5 };

  it('is found in the first namespace that has it, or in the one that is named', async () => {
    const images = await imagesOf({ List: NAMESPACES, Get: GET });
    expect(await images.find('app:1')).toMatchObject({
      ok: true,
      value: { namespace: 'k8s.io', digest: DIGEST },
    });
    expect(await images.find('app:1', 'default')).toMatchObject({
      ok: false,
      error: { code: 'E_SCAN_TARGET' },
    });
    expect(await images.find('app:2')).toMatchObject({
      ok: false,
      error: { detail: expect.stringContaining('default, k8s.io') },
    });
    images.close();
  });

  it('is told from a store that fails', async () => {
    const images = await imagesOf({ List: NAMESPACES, Get: () => ({ status: 7 }) });
    expect(await images.find('app:1')).toMatchObject({ ok: false, error: { code: 'E_RUNTIME_UNREACHABLE' } });
    images.close();
  });
});
