// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { launchApart } from '../console/browser-apart.ts';
import { untilQuiet } from '../console/quiet.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const CHROMIUM = process.env['BARTIZAN_CHROMIUM'] ?? '/usr/bin/chromium';

/** Starts Debian's Chromium without any call home. */
export const openBrowser = (): Promise<Browser> =>
  launchApart(CHROMIUM, [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]);

/** Signs in with the one-time password and chooses a new one. Returns the page at the overview. */
export async function signIn(
  browser: Browser,
  url: string,
  passwords: { readonly oneTime: string; readonly next: string },
): Promise<Page> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1440, height: 900 },
    bypassCSP: true,
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('input[autocomplete="username"]').fill('admin');
  await page.locator('input[type="password"]').first().fill(passwords.oneTime);
  await page.locator('button[type="submit"]').click();
  const fields = page.locator('input[autocomplete="new-password"]');
  await fields.first().waitFor({ timeout: 30_000 });
  await page.locator('input[autocomplete="current-password"]').fill(passwords.oneTime);
  await fields.nth(0).fill(passwords.next);
  await fields.nth(1).fill(passwords.next);
  await page.locator('button[type="submit"]').click();
  await fields.first().waitFor({ state: 'detached', timeout: 30_000 });
  return page;
}

/** Goes to a page of the console and waits until it shows `text`, and until what it asks for next is there as well. */
export async function visit(page: Page, url: string, text: string | RegExp): Promise<string> {
  await page.goto(url);
  await page.getByText(text).first().waitFor({ timeout: 30_000 });
  // The head of a page comes before its content.
  await untilQuiet(page);
  // What a person sees: no style, no script, nothing hidden.
  return page.evaluate('document.body.innerText');
}

/** Violations of WCAG 2.2 A and AA on the page as it is, one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const violations: { id: string; help: string; nodes: { html: string }[] }[] = await page.evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((r) => r.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map((n) => ({ html: n.html.slice(0, 200) })) })))",
  );
  return violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).join(' | ')}`);
}
