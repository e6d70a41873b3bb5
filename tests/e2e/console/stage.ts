// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchApart } from './browser-apart.ts';
import { untilQuiet } from './quiet.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const consoleDir = join(root, 'apps/console');
/** Where pictures of the pages are left; ignored by git. */
export const PICTURES = join(root, 'artefacts/console');
const CHROMIUM = process.env['BARTIZAN_CHROMIUM'] ?? '/usr/bin/chromium';
const PASSWORD = 'correct horse battery';

export type Language = 'en' | 'ja';
export type Theme = 'light' | 'dark';

/** The console, built as the product does: once for the test files that ask for it, also when they ask at once. */
export const buildConsole = (): void => {
  mkdirSync(join(root, 'artefacts'), { recursive: true });
  const lock = join(root, 'artefacts/console-build.lock');
  const script = fileURLToPath(new URL('build-console.ts', import.meta.url));
  const built = spawnSync('flock', [lock, process.execPath, script], { encoding: 'utf8', timeout: 300_000 });
  if (built.status !== 0) throw new Error(`the console does not build:\n${built.stdout}${built.stderr}`);
};

export interface Mock {
  readonly url: string;
  /** Steers the mock: `emit`, `fail`, `heal`. */
  steer(act: string, query?: Record<string, string>): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** Starts the mock controller on a free port of the loopback. */
export const startMock = async (...flags: readonly string[]): Promise<Mock> => {
  const child = spawn(process.execPath, [join(consoleDir, 'dev/mock-server.ts'), '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<number>((resolve, reject) => {
    lines.once('line', (line) => {
      const ready: unknown = JSON.parse(line);
      const isReady = typeof ready === 'object' && ready !== null && 'port' in ready;
      resolve(isReady ? Number(ready.port) : 0);
    });
    child.once('exit', (code) => reject(new Error(`the mock ended with ${code}`)));
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    steer: async (act, query = {}) => {
      const response = await fetch(`${url}/__mock/${act}?${new URLSearchParams(query)}`, { method: 'POST' });
      const answer: unknown = await response.json();
      return typeof answer === 'object' && answer !== null ? { ...answer } : {};
    },
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit');
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
};

/** Starts Debian's Chromium without a graphics card and without any call home. */
export const startBrowser = (): Promise<Browser> => {
  if (!existsSync(CHROMIUM))
    throw new Error(`no Chromium at ${CHROMIUM}; install the Debian package chromium`);
  mkdirSync(PICTURES, { recursive: true });
  return launchApart(CHROMIUM, [
    '--no-sandbox',
    '--disable-gpu',
    '--enable-unsafe-swiftshader',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]);
};

export interface Visit {
  readonly language?: Language;
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
}
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained about: errors of scripts, of the console, of the content security policy. */
  readonly complaints: string[];
}

/** A fresh reader with a language, a theme and a screen; not signed in. */
export const visit = async (browser: Browser, how: Visit = {}): Promise<Visitor> => {
  const language = how.language ?? 'en';
  const context = await browser.newContext({
    viewport: { width: how.width ?? 1440, height: how.height ?? 900 },
    locale: language === 'ja' ? 'ja-JP' : 'en-GB',
    timezoneId: 'Asia/Tokyo',
    reducedMotion: 'reduce',
    acceptDownloads: true,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await context.addInitScript(
    ([chosen, theme]) => {
      if (localStorage.getItem('bartizan-language') === null)
        localStorage.setItem('bartizan-language', chosen ?? 'en');
      if (localStorage.getItem('bartizan-theme') === null)
        localStorage.setItem('bartizan-theme', theme ?? 'light');
    },
    [language, how.theme ?? 'light'],
  );
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { context, page, complaints };
};

/** Signs in through the form. */
export const signIn = async (page: Page, url: string, name = 'admin'): Promise<void> => {
  await page.goto(`${url}/sign-in`);
  await page.locator('input[autocomplete="username"]').fill(name);
  await page.locator('input[autocomplete="current-password"]').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL((address) => !address.pathname.startsWith('/sign-in'));
};

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly targets: readonly string[];
}

/** Serious and critical violations of WCAG 2.2 A and AA that axe finds on the page as it is. */
export const violationsOf = async (page: Page): Promise<Violation[]> => {
  // A page that goes on by links keeps what it was given.
  if (!(await page.evaluate(() => Reflect.has(globalThis, 'axe')))) await page.evaluate(axeSource);
  // What passed is most of a result, and nobody reads it: it stays in the page.
  const found = await page.evaluate(async () => {
    const result: { violations: unknown } = await Reflect.get(globalThis, 'axe').run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { region: { enabled: false } },
    });
    return JSON.stringify(result.violations);
  });
  const violations: {
    id: string;
    impact: string;
    nodes: { target: unknown[]; failureSummary?: string }[];
  }[] = JSON.parse(found);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => ({
      id,
      impact,
      targets: nodes
        .slice(0, 4)
        .map((node) => `${node.target.join(' ')}: ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`),
    }));
};

/**
 * Sentences of three or more English words that a reader of another language meets: texts that are marked as names of
 * machines (`translate="no"`, code) are not sentences of ours.
 */
export const englishSentences = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const sentence = /(?:\b[A-Za-z][a-z']{1,}\b[ ,]+){2,}[A-Za-z][a-z']+/;
    const ofMachines = '[translate="no"], code, pre, kbd, script, style, noscript, svg';
    const texts: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (node.parentElement?.closest(ofMachines) === null) texts.push((node.textContent ?? '').trim());
    }
    const attributes = ['aria-label', 'title', 'placeholder', 'alt'].flatMap((name) =>
      [...document.querySelectorAll(`[${name}]`)]
        .filter((element) => element.closest(ofMachines) === null)
        .map((element) => `${name}: ${element.getAttribute(name)}`),
    );
    return [...texts, ...attributes.map((text) => text.trim())].filter((text) => sentence.test(text));
  });

/** Goes to another page the way a link does, without loading everything again. */
export const go = async (page: Page, path: string): Promise<void> => {
  await page.evaluate((address) => {
    history.pushState(null, '', address);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
};

/** Waits until the page stands still: nothing is loading, fonts are there, a map is drawn. */
export const settle = async (page: Page): Promise<void> => {
  await page.waitForFunction(
    () =>
      document.querySelector('h1, h2') !== null &&
      document.querySelector('[role="status"] .mantine-Skeleton-root') === null,
  );
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  if ((await page.locator('.map-stage').count()) > 0) {
    await page.waitForFunction(() => performance.getEntriesByName('bartizan-map-painted').length > 0);
    // A map is drawn outside of the document: nothing there tells when it stands.
    await page.waitForTimeout(250);
  }
  // What was asked after the first answers: details of a panel, pages of a list.
  await untilQuiet(page);
};
