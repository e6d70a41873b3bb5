// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// <reference lib="dom" />

import { fileURLToPath } from 'node:url';
import { ControllerProcess } from '@bartizan/testkit/attack';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { WatchedPage } from '../console/failed-page.ts';

const ONE_TIME = 'plover-anvil-quartz-tide';
const PASSWORD = 'kestrel-violet-anvil-tide';
export type Language = 'en' | 'ja';

const WATCHED = new WeakMap<object, WatchedPage>();
/** The page of a reader that is on its way in: nobody else knows it when that fails. */
let signingIn: Page | undefined;

export interface Reader {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained about: errors of scripts, of the console, of the content security policy. */
  readonly complaints: string[];
}

/** Closes the reader after a test and gives what its page complained about; says what a failed test had before it. */
export async function leave(
  reader: Reader | undefined,
  task: { readonly name: string; readonly result?: { readonly state: string } | undefined },
): Promise<readonly string[]> {
  const watched = WATCHED.get(reader?.page ?? signingIn ?? {});
  if (task.result?.state === 'fail' && watched !== undefined)
    process.stderr.write(`the page of "${task.name}": ${await watched.tell()}\n`);
  await (reader?.context ?? signingIn?.context())?.close();
  signingIn = undefined;
  return reader?.complaints ?? [];
}

/** A real controller that serves the built console, without any cluster. */
export class ConsoleController {
  readonly #controller: ControllerProcess;
  #isFirst = true;

  /** `more`: settings beyond those that every test needs. */
  constructor(more: Readonly<Record<string, string>> = {}) {
    this.#controller = new ControllerProcess({
      consoleDir: fileURLToPath(new URL('../../../apps/console/dist', import.meta.url)),
      bootstrapAdminPassword: ONE_TIME,
      ...more,
    });
  }

  get url(): string {
    return `https://localhost:${this.#controller.port}`;
  }
  get dataDir(): string {
    return `${this.#controller.folder}/data`;
  }

  start(): Promise<void> {
    return this.#controller.start();
  }
  stop(): Promise<void> {
    return this.#controller.stop();
  }
  close(): Promise<void> {
    return this.#controller.close();
  }
  /** Asks the API as local root: what somebody else does at the same time. */
  call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown> {
    return this.#controller.call(method, path, body);
  }

  /** Signs in through the form; the first reader chooses a password in place of the one-time one. */
  async signIn(browser: Browser, language: Language): Promise<Reader> {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: { width: 1440, height: 900 },
      locale: language === 'ja' ? 'ja-JP' : 'en-GB',
      timezoneId: 'Asia/Tokyo',
      reducedMotion: 'reduce',
      acceptDownloads: true,
    });
    await context.addInitScript((chosen) => localStorage.setItem('bartizan-language', chosen), language);
    const page = await context.newPage();
    WATCHED.set(page, new WatchedPage(page));
    signingIn = page;
    page.setDefaultTimeout(30_000);
    // The whole console is loaded, while other tests may need the machine.
    page.setDefaultNavigationTimeout(60_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${this.url}/sign-in`);
    await page.locator('input[autocomplete="username"]').fill('admin');
    await page.locator('input[autocomplete="current-password"]').fill(this.#isFirst ? ONE_TIME : PASSWORD);
    await page.keyboard.press('Enter');
    if (this.#isFirst) {
      const next = page.locator('input[autocomplete="new-password"]');
      await next.first().waitFor();
      await page.locator('input[autocomplete="current-password"]').fill(ONE_TIME);
      await next.nth(0).fill(PASSWORD);
      await next.nth(1).fill(PASSWORD);
      await page.locator('button[type="submit"]').click();
      await next.first().waitFor({ state: 'detached' });
      this.#isFirst = false;
    }
    await page.waitForURL((address) => !address.pathname.startsWith('/sign-in'));
    await this.#speak(page, language);
    signingIn = undefined;
    return { context, page, complaints };
  }

  /** The language belongs to the account: one account reads in both here. */
  async #speak(page: Page, language: Language): Promise<void> {
    await page.evaluate(async (wanted) => {
      const session: { csrfToken: string } = await (await fetch('/api/v1/session')).json();
      await fetch('/api/v1/session', {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrfToken },
        body: JSON.stringify({ language: wanted }),
      });
    }, language);
    await page.reload();
    await page.locator('h1').first().waitFor();
  }
}
