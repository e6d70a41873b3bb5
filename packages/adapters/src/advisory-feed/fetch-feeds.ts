// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '@bartizan/contracts';
import { type Downloaded, downloadFile, type FeedError } from './download.ts';
import { type Feed, feedUrl } from './feeds.ts';

/** What to fetch and where to put it. */
export interface FetchOptions {
  readonly feeds: readonly Feed[];
  /** Base addresses by feed id, group or `*`: a mirror inside. */
  readonly bases: Readonly<Record<string, string>>;
  /** Folder for the files; kept between updates, so that a feed that fails leaves its last file in place. */
  readonly directory: string;
  readonly timeoutMs?: number;
  readonly idleTimeoutMs?: number;
  readonly certificates?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (outcome: FeedOutcome) => void;
}

/** What became of one feed. */
export interface FeedOutcome {
  readonly feed: string;
  readonly url: string;
  readonly result: Result<Downloaded, FeedError>;
}

const AT_ONCE = 2;
const DEFAULT_TIMEOUT_MS = 20 * 60_000;
const DEFAULT_IDLE_TIMEOUT_MS = 60_000;

const fetchOne = async (feed: Feed, options: FetchOptions): Promise<FeedOutcome> => {
  const url = feedUrl(feed, options.bases);
  const result = await downloadFile(url, join(options.directory, feed.file), {
    maxBytes: feed.maxBytes,
    form: feed.form,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    idleTimeoutMs: options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    ...(options.certificates === undefined ? {} : { certificates: options.certificates }),
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  });
  const outcome = { feed: feed.id, url, result };
  options.onProgress?.(outcome);
  return outcome;
};

/** Fetches feeds, two at a time. One that fails does not stop the others: the caller sees which. */
export const fetchFeeds = async (options: FetchOptions): Promise<readonly FeedOutcome[]> => {
  await mkdir(options.directory, { recursive: true });
  const pending = [...options.feeds];
  const outcomes: FeedOutcome[] = [];
  const work = async (): Promise<void> => {
    for (let feed = pending.shift(); feed !== undefined; feed = pending.shift())
      outcomes.push(await fetchOne(feed, options));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const order = new Map(options.feeds.map((feed, at) => [feed.id, at]));
  return outcomes.sort((a, b) => (order.get(a.feed) ?? 0) - (order.get(b.feed) ?? 0));
};
