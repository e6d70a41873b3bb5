// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// <reference lib="dom" />

import type { Page, Request } from 'playwright-core';

/** For so long nothing of the page may change. Counted by the page itself: while it is busy, no time passes. */
const QUIET_MS = 100;
/** A page that is watched for the first time may have asked for something before: what was asked is unknown. */
const FIRST_MS = 250;
const LIMIT_MS = 5_000;

const watched = new WeakMap<Page, Set<Request>>();

/** The requests of a page that have no answer yet; the live stream never ends and is none of them. */
function requestsOf(page: Page): Set<Request> {
  const known = watched.get(page);
  if (known !== undefined) return known;
  const open = new Set<Request>();
  watched.set(page, open);
  page.on('request', (request) => {
    if (request.resourceType() !== 'eventsource') open.add(request);
  });
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  return open;
}

/** Waits until the page neither waits for an answer nor changes; at most `LIMIT_MS`, then it is taken as it is. */
export async function untilQuiet(page: Page): Promise<void> {
  const isFirst = !watched.has(page);
  const open = requestsOf(page);
  const endMs = performance.now() + LIMIT_MS;
  if (isFirst) await page.waitForTimeout(FIRST_MS);
  do {
    await page.evaluate(
      ([quietMs, limitMs]) =>
        new Promise<void>((resolve) => {
          const done = (): void => {
            observer.disconnect();
            clearTimeout(limit);
            resolve();
          };
          let timer = setTimeout(done, quietMs);
          const limit = setTimeout(done, limitMs);
          const observer = new MutationObserver(() => {
            clearTimeout(timer);
            timer = setTimeout(done, quietMs);
          });
          observer.observe(document, {
            subtree: true,
            childList: true,
            attributes: true,
            characterData: true,
          });
        }),
      [QUIET_MS, 1_000] as const,
    );
  } while (open.size > 0 && performance.now() < endMs);
}
