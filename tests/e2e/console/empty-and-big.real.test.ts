// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  buildConsole,
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
