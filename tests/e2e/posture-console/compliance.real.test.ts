// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// <reference lib="dom" />

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '@bartizan/adapters/store';
import { type CheckResult, DEFAULT_TENANT, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import { checkToFinding } from '@bartizan/engine';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConsoleController, type Language, leave, type Reader } from '../admission-console/stage.ts';
import {
  buildConsole,
  englishSentences,
  go,
  PICTURES,
  settle,
  startBrowser,
  violationsOf,
} from '../console/stage.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000, expect: { poll: { timeout: 15_000 } } });

const DIFF = '--- a/daemon.json\n+++ b/daemon.json\n@@ -1 +1 @@\n-{"debug":true}\n+{"debug":false}\n';
const dataKey = randomBytes(32).toString('base64');
const controller = new ConsoleController({ dataKey });
let browser: Browser;
let reader: Reader | undefined;

const check = (id: string, outcome: CheckResult['outcome'], name: string, command?: string): CheckResult => ({
  check: id,
  cluster: LOCAL_CLUSTER,
  tenant: DEFAULT_TENANT,
  subject: { workload: `w-${name}`, kind: 'Host', namespace: '', name },
  outcome,
  severity: 'high',
  title: { en: 'A check', ja: '検査' },
  evidence: [`${id} = ${outcome}`],
  ...(command === undefined
    ? {}
    : { fix: { state: 'configuration', action: { en: 'Repair it.', ja: '修正してください。' }, command } }),
  owasp: { 2022: [], 2025: [] },
  checkedAtMs: Date.now() - 60_000,
});

/** What agents would have reported, put where the controller keeps it before it starts. */
async function seed(): Promise<void> {
  const opened = await openSqliteStore({
    dataDir: controller.dataDir,
    clock: { nowMs: () => Date.now() },
    sealKey: Buffer.from(dataKey, 'base64'),
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  const scope = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
  const accepted = check('host.single-root', 'fail', 'node-2');
  const file = join(controller.dataDir, '../content/posture/host.single-root.json');
  const finding = checkToFinding(JSON.parse(readFileSync(file, 'utf8')), accepted);
  if (finding === undefined) throw new Error('a failed check has a finding');
  await opened.value.checks.put(scope, [
    check('host.time-sync', 'pass', 'node-1'),
    check('host.logs-remote', 'fail', 'node-1', DIFF),
    check('host.logs-remote', 'pass', 'node-2'),
    check('host.docker-insecure-registries', 'unknown', '=node-3'),
    accepted,
  ]);
  await opened.value.findings.put(scope, [
    {
      ...finding,
      state: 'accepted',
      acceptance: { owner: 'ann', reason: 'moved in May', expiresAtMs: Date.now() + 86_400_000 },
    },
  ]);
  await opened.value.close();
}

beforeAll(async () => {
  buildConsole();
  await seed();
  await controller.start();
  browser = await startBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await controller.close();
});
const open = async (path: string, language: Language = 'en'): Promise<Page> => {
  reader = await controller.signIn(browser, language);
  await go(reader.page, path);
  await settle(reader.page);
  return reader.page;
};
afterEach(async ({ task }) => {
  const complaints = await leave(reader, task);
  reader = undefined;
  expect(complaints.filter((text) => !/status of 404/.test(text))).toEqual([]);
});

describe('frameworks', () => {
  it('are listed with both OWASP editions; where nothing was judged there is no number', async () => {
    const page = await open('/compliance');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(13);
    const gdpr = page.locator('tbody tr', { hasText: 'GDPR' });
    expect(await gdpr.locator('.score-number').count()).toBe(0);
    await gdpr.getByText('No score: too little was judged').waitFor();
  });
  it('lead down from a control to the evidence and its repair as a diff, by keyboard alone', async () => {
    const page = await open('/compliance/pci-dss-4');
    const control = page.locator('li.check', { hasText: '10.3.3' }).first();
    await control.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await control.locator('[data-line="added"]', { hasText: '"debug":false' }).waitFor();
    expect(
      await control
        .getByText(/[0-9a-f]{64}/)
        .first()
        .isVisible(),
    ).toBe(true);
    await page.screenshot({ path: join(PICTURES, 'compliance-evidence-en.png'), fullPage: true });
  });
  it('say of a control for people that no tool judges it', async () => {
    const page = await open('/compliance/pci-dss-4?by=not-judged');
    const control = page.locator('li.check', { hasText: '12.1.1' });
    await control.locator('summary').click();
    await control.getByText('it is never counted as met here').waitFor();
    expect(await page.locator('li.check', { hasText: '10.3.3' }).count()).toBe(0);
  });
  it('show checks, nodes and accepted risks as views with an address of their own', async () => {
    const page = await open('/compliance/pci-dss-4');
    await page.getByRole('link', { name: 'Nodes and subjects' }).click();
    await page.waitForURL(/tab=places/);
    await page.getByText('=node-3').or(page.getByText('node-2')).first().waitFor();
    await page.getByRole('link', { name: 'Accepted risks' }).click();
    await page.locator('li.check', { hasText: 'Only root has user id 0' }).locator('summary').click();
    await page.getByText('moved in May').waitFor();
    await page.getByRole('link', { name: 'Checks', exact: true }).click();
    await page.waitForURL(/tab=checks/);
    await page.locator('li.check', { hasText: '10.3.3' }).first().waitFor();
  });
  it('that are compared with a run nobody made say so, and can be tried again', async () => {
    const page = await open('/compliance/pci-dss-4?tab=runs&cmp=none');
    await page.getByText('E_NOT_FOUND').waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(1);
  });
});

describe('reports', () => {
  it.each([
    ['PDF', /pci-dss-4-en-.*\.pdf$/, '%PDF-1.7'],
    ['CSV for Excel', /pci-dss-4-en-.*\.csv$/, '\uFEFF'],
    ['OSCAL assessment results', /\.oscal\.json$/, '{"assessment-results"'],
  ])('are saved as %s', async (name, file, start) => {
    const page = await open('/compliance/pci-dss-4');
    await page.getByRole('button', { name: 'Download' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name, exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(file);
    expect(readFileSync(await download.path(), 'utf8').startsWith(start)).toBe(true);
  });
});

describe.each(['en', 'ja'] as const)('pages in %s', (language) => {
  /** One reader goes through all of them. */
  let through: Reader | undefined;
  beforeAll(async () => {
    through = await controller.signIn(browser, language);
  });
  afterAll(() => through?.context.close());
  it.each([
    '/compliance',
    '/compliance/pci-dss-4',
    '/compliance/ismap?tab=checks',
    '/compliance/pci-dss-4?tab=places',
    '/compliance/pci-dss-4?tab=exceptions',
    '/compliance/pci-dss-4?tab=runs',
  ])('%s: no violation of axe, no English sentence in Japanese', async (path) => {
    if (through === undefined) throw new Error('nobody is signed in');
    const { page, complaints } = through;
    await go(page, path);
    await page.locator('h1').first().waitFor();
    await settle(page);
    expect(await page.locator('main').textContent()).not.toMatch(/\{[a-z]+\}/u);
    expect(await violationsOf(page)).toEqual([]);
    if (language === 'ja') expect(await englishSentences(page)).toEqual([]);
    const name = path.replaceAll(/[^a-z0-9]+/g, '-');
    await page.screenshot({ path: join(PICTURES, `posture${name}-${language}.png`) });
    expect(complaints.splice(0).filter((text) => !/status of 404/.test(text))).toEqual([]);
  });
});
