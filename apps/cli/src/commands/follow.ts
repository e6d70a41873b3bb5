// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { IncomingMessage } from 'node:http';
import { ok, parser, type Result, SecurityEvent } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { instantText } from '../output/format.ts';
import { toJson } from '../output/json.ts';
import { painter } from '../output/terminal.ts';
import { plain } from '../output/width.ts';
import type { ListFlags } from './flags.ts';
import { inIncidents } from './incidents.ts';
import { runList } from './list.ts';

const FRAME_MAX = 1024 * 1024;
const parseEvent = parser(SecurityEvent);

/** Frames of a server-sent event stream (WHATWG HTML 9.2): event name and data. */
export async function* eventFrames(
  stream: AsyncIterable<Buffer>,
): AsyncGenerator<{ event: string; data: string }> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    for (let end = /\r?\n\r?\n/.exec(text); end !== null; end = /\r?\n\r?\n/.exec(text)) {
      const lines = text.slice(0, end.index).split(/\r?\n/);
      text = text.slice(end.index + end[0].length);
      const value = (name: string): string =>
        lines
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).replace(/^ /, ''))
          .join('\n');
      const data = value('data');
      if (data !== '') yield { event: value('event') || 'message', data };
    }
    if (text.length > FRAME_MAX) text = '';
  }
}

function show(context: CliContext, flags: ListFlags, data: string): void {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return;
  }
  const parsed = parseEvent(value);
  if (!parsed.ok) return;
  const event = parsed.value;
  if (flags.output !== 'table') {
    context.process.stdout.write(`${toJson(event)}\n`);
    return;
  }
  const paint = painter(context.process.stdout, context.process.env);
  const colour = event.severity === 'critical' || event.severity === 'high' ? 'red' : 'yellow';
  const head = `${instantText(event.occurredAtMs)}  ${paint(colour, event.severity.padEnd(8))}  ${plain(event.rule)}`;
  context.process.stdout.write(
    `${head}  ${plain(event.workload.name)}  ${plain(event.message[context.language])}\n`,
  );
}

async function follow(
  context: CliContext,
  stream: IncomingMessage,
  flags: ListFlags,
): Promise<Result<number, ApiFailure>> {
  context.process.stderr.write(`${context.t('event.following')}\n`);
  try {
    for await (const frame of eventFrames(stream))
      if (frame.event === 'security' || frame.event === 'message') show(context, flags, frame.data);
  } catch (error) {
    if (context.interrupted.aborted) return ok(EXIT.interrupted);
    context.process.stderr.write(`${plain(error instanceof Error ? error.message : String(error))}\n`);
    return ok(EXIT.unreachable);
  }
  return ok(context.interrupted.aborted ? EXIT.interrupted : EXIT.unreachable);
}

/** `event list`, and with `--follow` every security event as it comes, until interrupted. */
export async function runEvents(
  context: CliContext,
  flags: ListFlags & { readonly follow: boolean },
): Promise<void> {
  if (!flags.follow) return runList(context, 'event.list', flags, inIncidents);
  return perform(context, async () => {
    const client = await clientOf(context);
    if (!client.ok) return client;
    const stream = await client.value.open('live.stream', {
      query: { topics: 'security' },
      accept: 'text/event-stream',
      timeoutMs: 0,
      signal: context.interrupted,
    });
    return stream.ok ? follow(context, stream.value, flags) : stream;
  });
}
