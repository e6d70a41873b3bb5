// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { IncomingMessage } from 'node:http';
import { ok, parser, type Result, SecurityEvent } from '@bartizan/contracts';
import type { ApiFailure } from '../api/client.ts';
import { type CliContext, clientOf, perform, usage } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { instantText } from '../output/format.ts';
import { toJson } from '../output/json.ts';
import { painter } from '../output/terminal.ts';
import { plain } from '../output/width.ts';
import { eventFilter } from './event-filter.ts';
import type { ListFlags } from './flags.ts';
import { inIncidents } from './incidents.ts';
import { fetchItems, runList } from './list.ts';

const FRAME_MAX = 1024 * 1024;
/** Nodes whose names a filter may mean. */
const NODES_MAX = 10_000;
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

interface Followed {
  readonly output: ListFlags['output'];
  readonly matches: (event: SecurityEvent) => boolean;
}

/** What a list has and a stream without an end has not; undefined: all that was given can be followed. */
function notFollowed({ output, sort, limit }: ListFlags): string | undefined {
  if (sort !== undefined) return '--sort';
  if (limit !== undefined) return '--limit';
  return output === 'csv' || output === 'yaml' ? `--output ${output}` : undefined;
}

function show(context: CliContext, { output, matches }: Followed, data: string): void {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return;
  }
  const parsed = parseEvent(value);
  if (!parsed.ok || !matches(parsed.value)) return;
  const event = parsed.value;
  if (output !== 'table') {
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
  followed: Followed,
): Promise<Result<number, ApiFailure>> {
  const say = (text: string): void => {
    context.process.stderr.write(`${text}\n`);
  };
  say(context.t('event.following'));
  try {
    for await (const { event, data } of eventFrames(stream)) {
      if (event === 'security' || event === 'message') show(context, followed, data);
      if (event !== 'dropped' && event !== 'ended') continue;
      say(context.t(`event.${event}`));
      return ok(event === 'ended' ? EXIT.login : EXIT.unreachable);
    }
  } catch (error) {
    if (context.interrupted.aborted) return ok(EXIT.interrupted);
    say(plain(error instanceof Error ? error.message : String(error)));
    return ok(EXIT.unreachable);
  }
  return ok(context.interrupted.aborted ? EXIT.interrupted : EXIT.unreachable);
}

/** `event list`, and with `--follow` every security event that the filter chooses as it comes, until interrupted. */
export async function runEvents(
  context: CliContext,
  flags: ListFlags & { readonly follow: boolean },
): Promise<void> {
  if (!flags.follow) return runList(context, 'event.list', flags, inIncidents);
  return perform(context, async () => {
    const refused = notFollowed(flags);
    if (refused !== undefined) return usage(context.t('event.not-followed', { flag: refused }));
    const filter = eventFilter(flags.filter);
    if (!filter.ok) return filter;
    const client = await clientOf(context);
    if (!client.ok) return client;
    const nodes = filter.value.isOfNodes
      ? await fetchItems(client.value, 'node.list', { limit: NODES_MAX })
      : ok({ items: [] });
    if (!nodes.ok) return nodes;
    const names = new Map(nodes.value.items.map(({ id, name }) => [id, name]));
    const matches = (event: SecurityEvent): boolean => filter.value.matches(event, names);
    const stream = await client.value.open('live.stream', {
      query: { topics: 'security' },
      accept: 'text/event-stream',
      timeoutMs: 0,
      signal: context.interrupted,
    });
    return stream.ok ? follow(context, stream.value, { output: flags.output, matches }) : stream;
  });
}
