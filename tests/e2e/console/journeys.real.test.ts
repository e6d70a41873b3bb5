// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  buildConsole,
  go,
  type Mock,
  PICTURES,
  settle,
  signIn,
  startBrowser,
  startMock,
  type Visitor,
  violationsOf,
  visit,
} from './stage.ts';

// Generous: a promise of speed is measured in bench/, not here.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let browser: Browser;
let mock: Mock;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
  buildConsole();
  mock = await startMock();
  browser = await startBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await mock?.stop();
});
beforeEach(async () => {
  visitor = await visit(browser);
  page = visitor.page;
});
afterEach(async () => {
  await visitor.context.close();
});

const address = (): string => {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
};
const waitForAddress = (wanted: RegExp): Promise<void> =>
  page.waitForURL((url) => wanted.test(url.pathname + url.search));
const focusedText = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '');

describe('sign-in', () => {
  it('shows code and remedy of a failure and keeps what was typed', async () => {
    await page.goto(`${mock.url}/events?range=7d`);
    await page.locator('input[autocomplete="username"]').fill('admin');
    await page.locator('input[autocomplete="current-password"]').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('E_LOGIN_FAILED');
    expect(await page.locator('input[autocomplete="username"]').inputValue()).toBe('admin');
    await page.screenshot({ path: join(PICTURES, 'sign-in-failed.png') });
    await page.locator('input[autocomplete="current-password"]').fill('correct horse battery');
    await page.keyboard.press('Enter');
    await waitForAddress(/^\/events\?range=7d$/);
  });
  it('changes its language before anything else is asked', async () => {
    await page.goto(`${mock.url}/sign-in`);
    await page.getByText('日本語').click();
    await page.getByRole('heading', { name: 'Bartizan にサインイン' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('ja');
  });
  it('speaks the language of the account at once, whatever this browser remembers', async () => {
    await signIn(page, mock.url);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const status = await page.evaluate(async () => {
      const session: { csrfToken: string } = JSON.parse(await (await fetch('/api/v1/session')).text());
      const changed = await fetch('/api/v1/session', {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrfToken },
        body: JSON.stringify({ language: 'ja' }),
      });
      return changed.status;
    });
    expect(status).toBe(200);
    await page.reload();
    await page.waitForFunction(() => document.documentElement.lang === 'ja');
    expect(await page.evaluate(() => localStorage.getItem('bartizan-language'))).toBe('ja');
  });
  it('demands a new password after a one-time one', async () => {
    await signIn(page, mock.url, 'new');
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: join(PICTURES, 'password-change.png') });
    const [current, next, again] = [0, 1, 2].map((at) => page.locator('input[type="password"]').nth(at));
    await current?.fill('correct horse battery');
    await next?.fill('short');
    await again?.fill('short');
    await page.keyboard.press('Enter');
    await page.getByText('E_PASSWORD_WEAK').waitFor();
    await next?.fill('a much longer passphrase');
    await again?.fill('a much longer passphrase');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
});

describe('with the keyboard alone', () => {
  beforeEach(() => signIn(page, mock.url));

  it('one gets from the overview to a process tree and back', async () => {
    await settle(page);
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    await waitForAddress(/^\/workloads/);
    await settle(page);
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-filter-input'))).toBe(true);
    await page.keyboard.type('name:web');
    await page.keyboard.press('Enter');
    await waitForAddress(/filter=name:web/);
    await page.getByRole('link', { name: 'shop/web' }).waitFor();
    await page.getByRole('link', { name: 'shop/web' }).focus();
    await page.keyboard.press('Enter');
    await waitForAddress(/^\/workloads\/w-/);
    await page.getByRole('link', { name: 'Processes' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('/bin/bash -i').waitFor();
    await page.goBack();
    await page.goBack();
    await waitForAddress(/filter=name:web/);
  });
  it('arrow keys move between rows, Enter opens the panel, Escape returns to the row', async () => {
    await go(page, '/events');
    await settle(page);
    const first = page.locator('[data-index="0"] a').first();
    await first.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowUp');
    expect(
      await page.evaluate(() => document.activeElement?.closest('[data-index]')?.getAttribute('data-index')),
    ).toBe('1');
    const row = await focusedText();
    await page.keyboard.press('Enter');
    await page.locator('.panel').waitFor();
    await waitForAddress(/^\/events\/n-/);
    await page.keyboard.press('Escape');
    await waitForAddress(/^\/events(\?|$)/);
    await page.waitForFunction((text) => document.activeElement?.textContent === text, row);
  });
  it('Ctrl-K finds pages, workloads, images and findings', async () => {
    await settle(page);
    await page.keyboard.press('Control+k');
    const input = page.getByPlaceholder('Pages, workloads, images, findings');
    await input.waitFor();
    await input.fill('privileged');
    await page.getByText('ci-runner is privileged').first().waitFor();
    await page.screenshot({ path: join(PICTURES, 'palette.png') });
    await input.fill('prometheus');
    await page.getByText('docker.io/prom/prometheus:v3.2.1').first().waitFor();
    await input.fill('nodes');
    await page.locator('[data-action][data-selected]').filter({ hasText: 'Nodes' }).waitFor();
    await page.keyboard.press('Enter');
    await waitForAddress(/^\/nodes/);
  });
  it('? shows the list of keys', async () => {
    await settle(page);
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Search everything').waitFor();
    expect(await violationsOf(page)).toEqual([]);
  });
  it('the map is moved with arrow keys and chosen through its table', async () => {
    await go(page, '/map');
    await settle(page);
    await page.locator('.map-stage').focus();
    for (const key of ['ArrowLeft', 'ArrowUp', '+', '-', '0']) await page.keyboard.press(key);
    await page.getByRole('button', { name: /ci-runner.*bastion-01/ }).focus();
    await page.keyboard.press('Enter');
    await waitForAddress(/sel=e:/);
    await page.locator('.panel').getByText('Blocked', { exact: true }).waitFor();
    expect(visitor.complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });
});

describe('an input method', () => {
  it('keeps Enter for itself while it composes', async () => {
    await signIn(page, mock.url);
    await go(page, '/workloads');
    await settle(page);
    const input = page.locator('[data-filter-input]');
    await input.focus();
    const session = await visitor.context.newCDPSession(page);
    await session.send('Input.imeSetComposition', { text: 'けんち', selectionStart: 3, selectionEnd: 3 });
    await input.dispatchEvent('keydown', {
      key: 'Enter',
      code: 'Enter',
      keyCode: 229,
      isComposing: true,
      bubbles: true,
    });
    expect(address()).toBe('/workloads');
    await session.send('Input.insertText', { text: '検知' });
    expect(await input.inputValue()).toBe('検知');
    await page.keyboard.press('Enter');
    await waitForAddress(/filter=%E6%A4%9C%E7%9F%A5/);
  });
});

describe('an incident', () => {
  it('is one row that opens, and each of its events names the others', async () => {
    await signIn(page, mock.url);
    await go(page, '/events');
    const toggle = page.getByRole('button', { name: '1 more event of this incident' });
    await toggle.waitFor();
    expect(await page.getByRole('img', { name: 'Part of the incident above' }).count()).toBe(0);
    await toggle.click();
    expect(await toggle.getAttribute('aria-expanded')).toBe('true');
    await page.getByRole('img', { name: 'Part of the incident above' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: join(PICTURES, 'incident-open.png') });
    await page.getByRole('link', { name: 'Reverse shell in a container' }).first().click();
    const panel = page.getByRole('complementary').or(page.getByRole('dialog')).last();
    await panel.getByRole('heading', { name: 'Incident' }).waitFor();
    await panel.getByRole('link', { name: 'Interactive shell in a container' }).waitFor();
    await page.screenshot({ path: join(PICTURES, 'incident-panel.png') });
  });
});

describe('live events', () => {
  beforeEach(async () => {
    await signIn(page, mock.url);
    await go(page, '/events');
    await settle(page);
    await page.waitForFunction(
      () => document.querySelector('.live-dot')?.getAttribute('data-state') === 'open',
    );
  });

  it('are counted in a pill and move no row until they are asked for', async () => {
    const before = await page.locator('[data-index="0"]').textContent();
    await mock.steer('emit', { index: '0' });
    await mock.steer('emit', { index: '1' });
    await page.getByRole('button', { name: '2 new' }).waitFor();
    await page.screenshot({ path: join(PICTURES, 'live-pill.png') });
    // Longer than the console waits before it marks answers as old.
    await page.waitForTimeout(2_600);
    expect(await page.locator('[data-index="0"]').textContent()).toBe(before);
    await page.getByRole('button', { name: '2 new' }).click();
    await page.waitForFunction(
      (text) => document.querySelector('[data-index="0"]')?.textContent !== text,
      before,
    );
    expect(await page.getByRole('button', { name: /new$/ }).count()).toBe(0);
  });
  it('that the filter leaves out are not counted', async () => {
    await go(page, '/events?filter=severity:critical');
    await settle(page);
    await mock.steer('emit', { index: '3' });
    await mock.steer('emit', { index: '0' });
    await page.getByRole('button', { name: '1 new' }).waitFor();
  });
  it('reach two tabs over one connection', async () => {
    const second = await visitor.context.newPage();
    await second.goto(`${mock.url}/events`);
    await second.locator('[data-index="0"]').waitFor();
    await second.waitForFunction(
      () => document.querySelector('.live-dot')?.getAttribute('data-state') === 'open',
    );
    const { streams } = await mock.steer('state');
    expect(streams).toBe(1);
    await mock.steer('emit', { index: '0' });
    await second.getByRole('button', { name: '1 new' }).waitFor();
    await page.getByRole('button', { name: '1 new' }).waitFor();
  });
});

describe('lists', () => {
  beforeEach(() => signIn(page, mock.url));

  it('export exactly what the filter shows, for spreadsheets too', async () => {
    await go(page, '/findings?by=list&filter=severity:critical');
    await settle(page);
    const shown = Number(
      (await page.locator('.table-foot').textContent())?.match(/of (\d+)/)?.[1] ?? Number.NaN,
    );
    const save = async (name: string): Promise<string> => {
      await page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name, exact: true }).click(),
      ]);
      return readFileSync(await download.path(), 'utf8');
    };
    const json: unknown = JSON.parse(await save('JSON'));
    expect(Array.isArray(json) ? json.length : 0).toBe(shown);
    const csv = await save('CSV for Excel');
    expect(csv.startsWith('\u{feff}')).toBe(true);
    expect(csv.trim().split('\r\n')).toHaveLength(shown + 1);
  });
  it('say what failed with code and remedy, and come back after a retry', async () => {
    await mock.steer('fail', { route: 'workload.list' });
    await go(page, '/workloads');
    await page.getByRole('alert').getByText('E_INTERNAL').waitFor();
    await page.screenshot({ path: join(PICTURES, 'list-failed.png') });
    await mock.steer('heal', { route: 'workload.list' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'shop/web' }).waitFor();
  });
  it('offer a way out of a filter that leaves nothing', async () => {
    await go(page, '/workloads?filter=name:nothing-like-this');
    await page.getByRole('button', { name: 'Clear filter and scope' }).click();
    await page.getByRole('link', { name: 'shop/web' }).waitFor();
  });
  it('keep what they show when no newer answer comes, and say so', async () => {
    await go(page, '/workloads');
    const row = page.locator('.table-row').getByRole('link', { name: 'shop/web', exact: true });
    await row.waitFor();
    await mock.steer('fail', { route: 'workload.list' });
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitem', { name: '日本語' }).click();
    await page.getByRole('alert').getByText('E_INTERNAL').waitFor();
    await row.waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await mock.steer('heal', { route: 'workload.list' });
    await page.getByRole('button', { name: '再試行' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '言語' }).click();
    await page.getByRole('menuitem', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Workloads' }).waitFor();
  });
  it('complete filters field by field', async () => {
    await go(page, '/findings?by=list');
    await settle(page);
    await page.locator('[data-filter-input]').fill('sev');
    await page.getByRole('option', { name: /severity:/ }).click();
    await page.getByRole('option', { name: 'critical' }).click();
    await waitForAddress(/filter=severity:critical/);
    expect(await violationsOf(page)).toEqual([]);
  });
});

describe('what every page is narrowed by', () => {
  beforeEach(() => signIn(page, mock.url));

  it('the scope and a paused live switch are taken back', async () => {
    await go(page, '/events?scope=local/shop&live=off');
    await page.getByRole('button', { name: /^Scope/ }).click();
    await page.getByRole('menuitem', { name: 'Everything' }).click();
    await page.waitForURL((url) => !url.searchParams.has('scope'));
    await page.getByRole('switch', { name: 'Live updates' }).click();
    await page.waitForURL((url) => !url.searchParams.has('live'));
  });
  it('the scope narrows every page that lists what is of a place', async () => {
    const paths = ['/', '/map', '/workloads', '/events', '/findings', '/findings/report', '/nodes'];
    for (const path of [...paths, '/admission/decisions']) {
      for (const scope of ['local', 'local/shop']) {
        await go(page, `${path}?scope=${scope}`);
        await settle(page);
        expect([path, scope, await page.getByRole('alert').allTextContents()]).toEqual([path, scope, []]);
      }
    }
  });
  it('a scope that leaves nothing does not say that nothing is wrong', async () => {
    for (const by of ['act', 'list', 'cve', 'workload']) {
      await go(page, `/findings?by=${by}&scope=local/nowhere`);
      await page.getByRole('heading', { name: 'Nothing in this scope' }).waitFor();
      expect(await page.getByText('No open finding', { exact: true }).count()).toBe(0);
    }
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show everything' }).click();
    await page.waitForURL((url) => !url.searchParams.has('scope'));
  });
  it('a range is given by two times', async () => {
    await go(page, '/events');
    await page.getByRole('button', { name: /^Time range/ }).click();
    await page.getByRole('menuitem', { name: 'Exact times' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('From').fill('2026-11-25T02:00');
    await dialog.getByLabel('To').fill('2026-11-25T01:00');
    await dialog.getByText('The end has to be after the start.').waitFor();
    await dialog.getByLabel('To').fill('2026-11-25T03:30');
    expect(await violationsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Show this time' }).click();
    const from = Date.parse('2026-11-25T02:00+09:00');
    await waitForAddress(new RegExp(`range=${from}-${from + 90 * 60_000}`));
  });
});

describe('a risk', () => {
  it('is accepted with a reason and an end, and taken back by undo', async () => {
    await signIn(page, mock.url);
    await go(page, '/findings?by=list');
    await page.getByRole('link', { name: 'ci-runner is privileged' }).click();
    await page.getByRole('button', { name: 'Accept until a date' }).click();
    await page.getByLabel('Reason').fill('Rebuilt next week');
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Accept until this date' }).click();
    await page.locator('.panel').getByText('Rebuilt next week').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Accept until a date' }).waitFor();
  });
});
