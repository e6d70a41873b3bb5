// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pagesOf } from './pages.ts';
import {
  buildConsole,
  englishSentences,
  go,
  type Language,
  type Mock,
  PICTURES,
  settle,
  signIn,
  startBrowser,
  startMock,
  type Theme,
  violationsOf,
  visit,
} from './stage.ts';

const LOOKS: readonly (readonly [Language, Theme])[] = [
  ['en', 'light'],
  ['en', 'dark'],
  ['ja', 'light'],
  ['ja', 'dark'],
];
const WIDTHS = [390, 1280, 1920] as const;
let browser: Browser;
let mock: Mock;

beforeAll(async () => {
  buildConsole();
  mock = await startMock();
  browser = await startBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await mock?.stop();
});

describe.each(LOOKS)('in %s, %s', (language, theme) => {
  it('every page is drawn without a complaint, accessible, in its language', async () => {
    const { context, page, complaints } = await visit(browser, { language, theme });
    const faults: string[] = [];
    const check = async (name: string): Promise<void> => {
      await settle(page);
      await page.screenshot({ path: join(PICTURES, `${name}-${language}-${theme}.png`) });
      for (const violation of await violationsOf(page))
        faults.push(`${name}: ${violation.id} ${violation.targets.join(' | ')}`);
      if (language === 'ja')
        for (const sentence of await englishSentences(page)) faults.push(`${name}: English: ${sentence}`);
      const lang = await page.evaluate(() => document.documentElement.lang);
      if (lang !== language) faults.push(`${name}: lang is ${lang}`);
    };
    await page.goto(`${mock.url}/sign-in`);
    await page.locator('input[autocomplete="username"]').waitFor();
    await check('sign-in');
    // The one complaint of that page is the browser's note that nobody is signed in yet.
    complaints.length = 0;
    await signIn(page, mock.url);
    complaints.length = 0;
    for (const [name, path] of await pagesOf(mock.url)) {
      await go(page, path);
      await check(name);
      for (const complaint of complaints.splice(0)) faults.push(`${name}: ${complaint}`);
    }
    await context.close();
    expect(faults).toEqual([]);
  }, 600_000);
});

describe.each(WIDTHS)('at %d pixels', (width) => {
  it('no page is wider than the screen, in either language', async () => {
    const faults: string[] = [];
    // A phone is checked on every page, the wider screens where a layout could break.
    const all = await pagesOf(mock.url);
    const spots =
      width === 390
        ? all
        : all.filter(([name]) =>
            ['overview', 'map', 'workload', 'event', 'node', 'settings-users'].includes(name),
          );
    for (const language of ['en', 'ja'] as const) {
      const { context, page } = await visit(browser, {
        language,
        width,
        height: width < 500 ? 844 : 1000,
        theme: width === 390 ? 'dark' : 'light',
      });
      await signIn(page, mock.url);
      for (const [name, path] of spots) {
        await go(page, path);
        await settle(page);
        await page.screenshot({ path: join(PICTURES, `${name}-${language}-${width}.png`) });
        const over = await page.evaluate(() => {
          const main = document.querySelector('main');
          const widest = Math.max(
            document.documentElement.scrollWidth - window.innerWidth,
            main === null ? 0 : main.scrollWidth - main.clientWidth,
          );
          return widest;
        });
        if (over > 0) faults.push(`${name} (${language}): ${over} pixels too wide`);
      }
      await context.close();
    }
    expect(faults).toEqual([]);
  }, 600_000);
});
