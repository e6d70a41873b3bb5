// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  buildConsole,
  englishSentences,
  go,
  type Mock,
  PICTURES,
  settle,
  signIn,
  startBrowser,
  startMock,
  violationsOf,
  visit,
} from './stage.ts';

// Generous: a promise of speed is measured in bench/, not here.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let browser: Browser;
const mocks: Mock[] = [];
const start = async (flag: string): Promise<Mock> => {
  const mock = await startMock(flag);
  mocks.push(mock);
  return mock;
};

beforeAll(async () => {
  buildConsole();
  browser = await startBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  for (const mock of mocks) await mock.stop();
});

describe('an installation that has seen nothing yet', () => {
  it('says on each page what is missing and what makes it appear', async () => {
    const mock = await start('--empty');
    const { context, page } = await visit(browser);
    await signIn(page, mock.url);
    const faults: string[] = [];
    for (const [name, path, words] of [
      ['overview', '/', 'No security event'],
      ['map', '/map', 'No connection in this time'],
      ['workloads', '/workloads', 'No workload yet'],
      ['images', '/images', 'No image yet'],
      ['packages', '/images/packages', 'No package is known'],
      ['registries', '/images/registries', 'No registry yet'],
      ['exceptions', '/findings/exceptions', 'No exception yet'],
      ['report', '/findings/report', 'No finding matches this filter.'],
      ['events', '/events', 'No security event in this time'],
      ['findings', '/findings', 'No open finding'],
      ['nodes', '/nodes', 'No node yet'],
      ['audit', '/audit', 'No record in this time'],
    ] as const) {
      await go(page, path);
      await page.getByText(words).first().waitFor();
      await settle(page);
      await page.screenshot({ path: join(PICTURES, `empty-${name}.png`) });
      for (const violation of await violationsOf(page))
        faults.push(`${name}: ${violation.id} ${violation.targets.join(' | ')}`);
    }
    await context.close();
    expect(faults).toEqual([]);
  }, 300_000);
});

const SEEN = [
  ['en', 'light'],
  ['en', 'dark'],
  ['ja', 'light'],
  ['ja', 'dark'],
] as const;
const EMPTY_PAGES = [
  '/',
  '/map',
  '/workloads',
  '/images',
  '/images/packages',
  '/images/registries',
  '/findings',
  '/findings/exceptions',
  '/findings/report',
  '/events',
  '/admission',
  '/access',
  '/compliance',
  '/nodes',
  '/audit',
] as const;
/** Pages with the route that their evidence comes by. */
const FAILING = [
  ['/', 'scorecard.show'],
  ['/map', 'map.show'],
  ['/workloads', 'workload.list'],
  ['/images', 'image.list'],
  ['/findings', 'finding.groups'],
  ['/events', 'event.list'],
  ['/nodes', 'node.list'],
  ['/admission', 'admission.rules'],
] as const;

describe.each(SEEN)('in %s, %s', (language, theme) => {
  /** Axe and, in Japanese, English sentences, on each of these pages; with a route, while that fails. */
  const faultsOf = async (
    mock: Mock,
    pages: readonly (readonly [path: string, failing?: string])[],
  ): Promise<string[]> => {
    const { context, page } = await visit(browser, { language, theme });
    const faults: string[] = [];
    // Before anybody signs in: an answer that is there already is kept.
    for (const [, failing] of pages) if (failing !== undefined) await mock.steer('fail', { route: failing });
    await signIn(page, mock.url);
    for (const [path, failing] of pages) {
      await go(page, path);
      if (failing !== undefined) await page.getByRole('alert').first().waitFor();
      await settle(page);
      for (const violation of await violationsOf(page))
        faults.push(`${path}: ${violation.id} ${violation.targets.join(' | ')}`);
      if (language === 'ja')
        for (const sentence of await englishSentences(page)) faults.push(`${path}: English: ${sentence}`);
    }
    await context.close();
    return faults;
  };
  it.each([
    ['have nothing yet', ['--empty'], EMPTY_PAGES.map((path) => [path] as const)],
    ['cannot ask their question', [], FAILING],
  ] as const)('pages that %s are accessible, and in one language', async (_, flags, pages) => {
    const mock = await startMock(...flags);
    try {
      expect(await faultsOf(mock, pages)).toEqual([]);
    } finally {
      await mock.stop();
    }
  });
});

describe('access without a cluster', () => {
  it('is a state with what to do about it, and no failure to try again', async () => {
    const mock = await start('--empty');
    const { context, page } = await visit(browser);
    await signIn(page, mock.url);
    await go(page, '/access');
    await page.getByRole('heading', { name: 'No cluster is watched' }).waitFor();
    await page.getByText('Give the controller access to a cluster').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await context.close();
  }, 120_000);
});

describe('ten thousand workloads', () => {
  it('are scrolled with a few rows drawn, page after page, and sorted by the controller', async () => {
    const mock = await start('--big');
    const { context, page } = await visit(browser);
    await signIn(page, mock.url);
    await go(page, '/workloads');
    await settle(page);
    expect(await page.locator('.table-foot').textContent()).toContain('10,000');
    for (let step = 0; step < 6; step += 1) {
      await page.locator('.table-scroll').evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await page.waitForTimeout(400);
    }
    const rows = await page.locator('[data-index]').count();
    expect(rows).toBeGreaterThan(5);
    expect(rows).toBeLessThan(80);
    const last = await page.locator('[data-index]').last().getAttribute('data-index');
    expect(Number(last)).toBeGreaterThan(250);
    await page.getByRole('button', { name: 'Name' }).click();
    await page.waitForURL(/sort=name/);
    await page.screenshot({ path: join(PICTURES, 'big-workloads.png') });
    await context.close();
  }, 180_000);
  it('are a map of groups that opens on request', async () => {
    const mock = mocks.at(-1);
    const { context, page } = await visit(browser, { theme: 'dark' });
    await signIn(page, mock?.url ?? '');
    await go(page, '/map');
    await settle(page);
    expect(await page.locator('.page-head p').textContent()).toContain('5,000 workloads as 120 marks');
    await page.screenshot({ path: join(PICTURES, 'big-map.png') });
    await go(page, '/map?expand=g-team-003');
    await page
      .getByText('5,000 workloads as 161 marks')
      .or(page.getByText('5,000 workloads as 160 marks'))
      .first()
      .waitFor();
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(PICTURES, 'big-map-opened.png') });
    await context.close();
  }, 180_000);
});
