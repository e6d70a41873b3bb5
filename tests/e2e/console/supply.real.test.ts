// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  buildConsole,
  go,
  type Language,
  type Mock,
  PICTURES,
  settle,
  signIn,
  startBrowser,
  startMock,
  type Visitor,
  visit,
} from './stage.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000, expect: { poll: { timeout: 15_000 } } });

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
const open = async (language: Language = 'en'): Promise<void> => {
  visitor = await visit(browser, { language });
  page = visitor.page;
  await signIn(page, mock.url);
};
beforeEach(() => open());
afterEach(async () => {
  await visitor.context.close();
});

/** The answer of a route, as the page itself would get it. */
const ask = (
  path: string,
): Promise<{ readonly items: readonly Record<string, unknown>[]; readonly total: number }> =>
  page.evaluate(async (address) => (await fetch(`/api/v1${address}`)).json(), path);
const waitForAddress = (wanted: RegExp): Promise<void> =>
  page.waitForURL((url) => wanted.test(decodeURIComponent(url.pathname + url.search)));

describe('images', () => {
  it('that were not read, or not wholly, never look clean', async () => {
    await go(page, '/images');
    await settle(page);
    const cells = (name: string) => page.locator('.table-row', { hasText: name });
    for (const unread of ['shop/mail', 'shop/search']) {
      await expect.poll(() => cells(unread).textContent()).toContain('Not known yet');
    }
    expect(await cells('shop/api').textContent()).toContain('at least');
    expect(await cells('prom/prometheus').textContent()).toContain('None');
    await cells('shop/mail').getByRole('link').click();
    await page.getByText('The scan failed: what is wrong with this image is not known.').waitFor();
    expect(await page.locator('main').textContent()).not.toContain('No open finding');
    expect(await page.locator('.tabs').textContent()).not.toMatch(/Findings \d/);
  });
  it('show their layers, lead from a layer to its packages, and are scanned again', async () => {
    await go(page, '/images');
    await page.getByRole('link', { name: 'shop/web:2.14.1' }).click();
    await page.getByRole('navigation', { name: 'Parts of the image' }).getByText('Layers').click();
    const layers = page.locator('.layer');
    await expect.poll(() => layers.count()).toBe(7);
    expect(await layers.first().textContent()).toContain('COPY');
    expect(await page.locator('.layer[data-base="true"]').count()).toBe(3);
    await layers.nth(1).getByRole('link').click();
    await waitForAddress(/sel=sha256:/);
    const packages = page.getByRole('table', { name: 'Packages' });
    await packages.getByText('No. 6').first().waitFor();
    expect(await packages.getByText('No. 1', { exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Scan again' }).click();
    await page.getByText('The image will be scanned next.').waitFor();
    await page.getByText('Waiting').first().waitFor();
    expect(await page.getByRole('button', { name: 'Scan again' }).isDisabled()).toBe(true);
  });
  it.each([
    ['en', 'Base image', 'A newer base removes 4 findings.', 'Licences'],
    ['ja', 'ベースイメージ', '新しいベースで 4 件の検出事項が解消します。', 'ライセンス'],
  ] as const)(
    'tell what a newer base removes, and their licences (%s)',
    async (language, title, said, licences) => {
      await visitor.context.close();
      await open(language);
      await go(page, '/images');
      const { items } = await ask('/images');
      const withBase = items.map(({ image }) => image as { digest: string; base?: object });
      const digest = withBase.find(({ base }) => base !== undefined)?.digest ?? '';
      await go(page, `/images/${digest}`);
      const base = page.locator('section', { has: page.locator('#image-base') });
      await base.getByText(said).waitFor();
      expect(await base.locator('h2').textContent()).toBe(title);
      expect(await base.textContent()).toContain('CVE-2024-5535 openssl 3.0.11-1');
      const card = page.locator('section', { has: page.locator('#image-licences') });
      await card.getByText('GPL-2.0-or-later').waitFor();
      expect(await card.locator('h2').textContent()).toBe(licences);
      const other = withBase.find((one) => one.base === undefined)?.digest ?? '';
      await go(page, `/images/${other}`);
      const unknown = language === 'en' ? 'The base image is not known' : 'ベースイメージは不明です';
      await base.getByText(unknown).waitFor();
    },
  );

  it('give their bill of materials in the format that was chosen', async () => {
    await go(page, '/images');
    await page.getByRole('link', { name: 'shop/api:1.9.0' }).click();
    await page.getByRole('button', { name: 'SBOM' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'CycloneDX 1.6 (JSON)' }).click(),
    ]);
    expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toMatchObject({ asked: 'cyclonedx-1.6' });
  });
});

describe('packages', () => {
  it('are found by name, with every place they are in', async () => {
    await go(page, '/images/packages');
    await page.getByRole('textbox', { name: 'Search packages' }).fill('log4j-core');
    await waitForAddress(/filter=log4j-core/);
    await page.getByRole('button', { name: 'org.apache.logging.log4j:log4j-core' }).click();
    const panel = page.locator('aside.panel');
    await panel.getByText('In 3 places').waitFor();
    expect(await panel.getByRole('link', { name: 'shop/web', exact: true }).getAttribute('href')).toContain(
      '/workloads/',
    );
    expect(await panel.getByRole('link', { name: /shop\/api:1\.9\.0/ }).getAttribute('href')).toContain(
      '/images/sha256',
    );
    // Its name has a colon, and is no field with a value.
    await panel.getByRole('link', { name: 'All versions' }).click();
    await waitForAddress(/filter="org\.apache\.logging\.log4j:log4j-core"/);
    await page.getByRole('button', { name: 'org.apache.logging.log4j:log4j-core' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => panel.count()).toBe(0);
  });
});

describe('the search for packages', () => {
  it('keeps the cursor while the address follows what is typed', async () => {
    await go(page, '/images/packages');
    const box = page.getByRole('textbox', { name: 'Search packages' });
    await box.focus();
    await page.keyboard.press('n');
    await waitForAddress(/filter=n/);
    // Outside of the box these two keys open the list of images.
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    expect(await box.inputValue()).toBe('ngi');
    await waitForAddress(/\/images\/packages\?.*filter=ngi/);
    for (let left = 3; left > 0; left -= 1) await page.keyboard.press('Backspace');
    await expect.poll(() => page.url()).not.toContain('filter=');
    await page.keyboard.press('l');
    expect(await box.inputValue()).toBe('l');
  });
});

describe('registries', () => {
  it('are tried before they are kept: the code and what to do, then that it holds', async () => {
    await go(page, '/images/registries');
    await page.getByRole('button', { name: 'Add a registry' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Lab');
    await page.getByLabel('Host').fill('wrong.example.com');
    await page.getByRole('button', { name: 'Try the connection' }).click();
    const trial = page.locator('form [role="status"]');
    await trial.getByText('E_REGISTRY_LOGIN').waitFor();
    expect(await trial.textContent()).toContain('The connection does not hold.');
    await page.getByLabel('Host').fill('lab.example.com');
    await expect.poll(() => trial.count()).toBe(0);
    await page.getByRole('button', { name: 'Try the connection' }).click();
    await trial.getByText('It answers and lets us in.').waitFor();
    await page.getByRole('textbox', { name: 'Password' }).fill('never-shown-again');
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByText('Lab is added.').waitFor();
    expect(await page.content()).not.toContain('never-shown-again');
    expect(JSON.stringify(await ask('/registries'))).not.toContain('never-shown-again');
  });
  it('have the fields of their kind, and no others', async () => {
    await go(page, '/images/registries?sel=new');
    await settle(page);
    const labels = async (): Promise<string[]> =>
      (await page.locator('form fieldset').first().locator('label').allTextContents()).map((text) =>
        text.trim(),
      );
    expect(await labels()).toContain('Certificates of its authority (PEM)');
    await page.locator('form input').first().click();
    await page.getByRole('option', { name: 'Amazon ECR' }).click();
    expect(await labels()).toEqual([
      'Kind',
      'Name',
      'Host',
      'Region',
      'Access key id',
      'Secret access key',
      'Another address of its API',
    ]);
  });
  it('take a secret for notes about pushes, tell where to send them, and never show it', async () => {
    const secret = 'a-push-secret-of-the-test';
    await go(page, '/images/registries?sel=r-old');
    await settle(page);
    const pushes = page.locator('form fieldset', { hasText: 'Notes about pushes' });
    const field = pushes.getByRole('textbox', { name: 'Push secret' });
    expect(await field.getAttribute('type')).toBe('password');
    expect(await pushes.locator('code').textContent()).toBe(
      `${new URL(page.url()).origin}/hooks/registries/r-old`,
    );
    await field.fill('short');
    await page.getByRole('button', { name: 'Save the changes' }).click();
    expect(await field.evaluate((input) => (input as HTMLInputElement).validity.tooShort)).toBe(true);
    await field.fill(secret);
    await page.getByRole('button', { name: 'Save the changes' }).click();
    await page.getByText('Legacy is changed.').waitFor();
    const kept = (await ask('/registries')).items.find(({ id }) => id === 'r-old');
    expect(kept).toMatchObject({ hasPushSecret: true });
    await go(page, '/images/registries?sel=r-old');
    await pushes.getByText('One is kept. Empty: it stays').waitFor();
    expect(await field.inputValue()).toBe('');
    expect((await page.content()) + JSON.stringify(kept)).not.toContain(secret);
  });
  it('are stopped while they run, started again, and removed only after a second word', async () => {
    await go(page, '/images/registries');
    const shop = page.locator('.registry', { hasText: 'Harbor' });
    expect(await shop.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('63');
    await shop.getByRole('button', { name: 'Cancel the scan' }).click();
    await shop.getByText('Cancelled').waitFor();
    await shop.getByRole('button', { name: 'Scan now' }).click();
    await shop.getByText('Listing').waitFor();
    await shop.getByRole('button', { name: 'Actions for Shop' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await shop.getByText('Its credentials go; what is known about its images stays.').waitFor();
    expect((await ask('/registries')).items.some((one) => one['name'] === 'Shop')).toBe(true);
    await shop.getByRole('button', { name: 'Remove Shop' }).click();
    await expect.poll(() => shop.count()).toBe(0);
  });
});

describe('exceptions', () => {
  it('open by their address also where they are not among the rows', async () => {
    await go(page, '/findings/exceptions?filter=owner:nobody&sel=x-1');
    await page.locator('aside.panel').getByRole('button').first().waitFor();
  });

  it('are refused when they would be for everything, and made when they are for something', async () => {
    await go(page, '/findings/exceptions?sel=new');
    const form = page.locator('aside.panel');
    await form.getByLabel('Reason').fill('Only a test.');
    await form.getByLabel('Image').fill('registry.example.com/*');
    await form.getByRole('button', { name: 'Accept until this date' }).click();
    await form.getByText('an exception for everything is none').waitFor();
    await form.getByLabel('Vulnerability').fill('CVE-0000-0000');
    await form.getByRole('button', { name: 'Accept until this date' }).click();
    await page.getByText('The exception holds; nothing matches it now.').waitFor();
    await page.getByRole('table').getByText('CVE-0000-0000').waitFor();
  });
  it('mark what ends soon and tell what has ended', async () => {
    await go(page, '/findings/exceptions');
    await settle(page);
    const rows = page.locator('.table-row');
    expect(await rows.filter({ hasText: 'CVE-2026-10037' }).textContent()).toMatch(/ends in [56] days/);
    expect(await rows.filter({ hasText: 'container.privileged' }).textContent()).toContain(
      'ended 3 days ago',
    );
  });
  it('are not begun for one finding and made for the next', async () => {
    await go(page, '/findings?by=list');
    const begin = page.getByRole('button', { name: 'Accept until a date' });
    const show = async (at: number): Promise<void> => {
      const link = page.locator('.table-row').nth(at).getByRole('link').first();
      const path = (await link.getAttribute('href'))?.split('?')[0] ?? '';
      await link.click();
      await page.waitForURL((url) => url.pathname === path);
    };
    // Both were read before, so that nothing is loaded when one follows the other.
    for (const at of [1, 0]) {
      await show(at);
      await begin.waitFor();
    }
    await begin.click();
    await page.getByLabel('Reason').fill('Only for the first one.');
    await show(1);
    await begin.waitFor();
    expect(await page.getByLabel('Reason').count()).toBe(0);
  });
  it('come from a finding, wherever it is found, and go again', async () => {
    await go(page, '/findings?by=list&filter=check:host.sshd-root-login');
    await page.getByRole('link', { name: 'Root may sign in over SSH' }).click();
    await page.getByRole('button', { name: 'Accept until a date' }).click();
    await page.getByRole('radio', { name: 'Wherever it is found' }).check();
    await page.getByLabel('Reason').fill('Until the jump host is there.');
    await page.getByRole('button', { name: 'Accept until this date' }).click();
    await page.getByText('The exception holds: 1 finding is accepted.').waitFor();
    await go(page, '/findings/exceptions');
    await page.getByRole('button', { name: 'host.sshd-root-login' }).click();
    await page.getByRole('button', { name: 'Take the exception back' }).click();
    await page.getByText('1 finding is open again at once.').waitFor();
    await page.getByRole('button', { name: 'Take it back', exact: true }).click();
    await page.getByText('The exception is taken back.').waitFor();
    const open = await ask('/findings?filter=check:host.sshd-root-login%20state:open');
    expect(open.total).toBe(1);
  });
});

/** Text of a PDF without its white space: where lines break is the printer's business. */
const textOf = (pdf: Buffer): string => {
  const path = join(PICTURES, 'report.pdf');
  writeFileSync(path, pdf);
  const run = spawnSync('pdftotext', ['-raw', '-enc', 'UTF-8', path, '-'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (run.status !== 0) throw new Error(`pdftotext: ${String(run.error ?? run.stderr)}`);
  return run.stdout.replace(/\s+/g, '');
};
const bare = (text: unknown): string => String(text).replace(/\s+/g, '');
const titleIn = (finding: Record<string, unknown>, language: Language): string => {
  const { title } = finding;
  return bare(typeof title === 'object' && title !== null ? Reflect.get(title, language) : '');
};

describe.each([
  ['en', 'Report of findings', 'Everything'],
  ['ja', '検出事項レポート', 'すべて'],
] as const)('a report in %s', (language, title, everything) => {
  const FILTER = 'severity:critical';
  const path = `/findings/report?filter=${FILTER}`;
  beforeEach(async () => {
    await visitor.context.close();
    await open(language);
    await go(page, path);
    await page.locator('.report-table').waitFor();
    await settle(page);
  });
  it('prints the findings of the filter, all of them and no others, with what it rests on', async () => {
    const text = textOf(await page.pdf({ preferCSSPageSize: true, printBackground: true }));
    const wanted = await ask(`/findings?limit=1000&filter=${encodeURIComponent(`${FILTER} state:open`)}`);
    const others = await ask(
      `/findings?limit=1000&filter=${encodeURIComponent('-severity:critical state:open')}`,
    );
    const { digest } = (await ask('/advisories')) as unknown as { digest: string };
    expect(wanted.total).toBeGreaterThan(5);
    for (const said of [title, everything, `${FILTER} state:open`, digest])
      expect(text).toContain(bare(said));
    const titles = new Set(wanted.items.map((finding) => titleIn(finding, language)));
    for (const one of titles) {
      const times = wanted.items.filter((finding) => titleIn(finding, language) === one).length;
      expect([one, text.split(one).length - 1]).toEqual([one, times]);
    }
    const foreign = others.items
      .map((finding) => titleIn(finding, language))
      .filter((one) => !titles.has(one));
    expect(foreign.length).toBeGreaterThan(5);
    expect(foreign.filter((one) => text.includes(one))).toEqual([]);
    // The frame of the console is not on paper.
    expect(text).not.toContain(bare(language === 'en' ? 'First steps' : 'はじめに'));
  });
  it('saves the same as a table that names the same', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const csv = readFileSync(await download.path(), 'utf8');
    const wanted = await ask(`/findings?limit=1000&filter=${encodeURIComponent(`${FILTER} state:open`)}`);
    const { digest } = (await ask('/advisories')) as unknown as { digest: string };
    const [head = '', table = ''] = csv.split('\r\n\r\n');
    for (const said of [everything, `${FILTER} state:open`, digest]) expect(head).toContain(said);
    expect(table.trim().split('\r\n')).toHaveLength(wanted.total + 1);
    for (const finding of wanted.items) expect(table).toContain(String(finding['id']));
  });
});

describe('the map in two times', () => {
  it('is compared with the time before by keyboard, and its table tells what differs', async () => {
    await go(page, '/map');
    await settle(page);
    await page.getByRole('button', { name: 'Compare with the time before' }).press('Enter');
    await waitForAddress(/cmp=\d+-\d+/);
    const switches = page.getByRole('group', { name: 'Change' });
    await switches.waitFor();
    for (const word of ['New', 'Gone', 'Changed'])
      expect(await switches.getByRole('button', { name: word, exact: false }).textContent()).toBe(`${word}1`);
    const table = page.getByRole('table', { name: 'Connections of the map' });
    await expect.poll(() => table.locator('[data-index]').count()).toBe(3);
    await switches.getByRole('button', { name: 'Same' }).press('Enter');
    await expect.poll(() => table.locator('[data-index]').count()).toBe(5);
    await table.locator('[data-index]', { hasText: 'Changed' }).getByRole('button').press('Enter');
    const panel = page.locator('aside.panel');
    await panel.getByText('What differs').waitFor();
    expect(await panel.textContent()).toContain('Blocked');
  });
  it('moves its time with the arrow keys', async () => {
    await go(page, '/map?range=24h');
    await settle(page);
    const start = page.getByRole('slider', { name: 'Shown: start' });
    const before = Number(await start.getAttribute('aria-valuenow'));
    await start.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await waitForAddress(/range=\d+-\d+/);
    const after = Number(await start.getAttribute('aria-valuenow'));
    expect(before - after).toBeGreaterThan(0);
    expect(before - after).toBeLessThanOrEqual(2 * 3_600_000);
  });
});
