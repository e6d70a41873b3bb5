// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildConsole, englishSentences, go, settle, startBrowser, violationsOf } from '../console/stage.ts';
import { ConsoleController, type Language, leave, type Reader } from './stage.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000, expect: { poll: { timeout: 15_000 } } });

let browser: Browser;
let reader: Reader | undefined;
const controller = new ConsoleController();

beforeAll(async () => {
  buildConsole();
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
  expect(complaints).toEqual([]);
});

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: web
      image: web:1
      securityContext:
        privileged: true
`;
const modesOf = async (id: string): Promise<unknown> => {
  const detail = await controller.call('GET', `/admission/rules/${id}`);
  return typeof detail === 'object' && detail !== null ? Reflect.get(detail, 'modes') : undefined;
};

describe('rules of the product', () => {
  it('are listed without a number where no cluster is watched, filtered in the address, sorted, exported', async () => {
    const page = await open('/admission');
    await page.getByText('Rules can be written and tried; nothing is judged yet.').waitFor();
    await expect
      .poll(() => page.locator('[role="cell"] .unknown', { hasText: 'No cluster is watched' }).count())
      .toBeGreaterThan(3);
    await page.locator('[data-filter-input]').fill('severity:critical');
    await page.keyboard.press('Enter');
    await page.waitForURL(/filter=severity/);
    await expect.poll(() => page.locator('.table-row .badge', { hasText: 'High' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Rule', exact: true }).click();
    await page.waitForURL(/sort=title/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByRole('button', { name: 'Export' })
        .click()
        .then(() => page.getByRole('menuitem').first().click()),
    ]);
    expect(download.suggestedFilename()).toMatch(/admission-rules.*\.csv$/);
  });

  it('say in words what they ask, why, and how to repair it', async () => {
    const page = await open('/admission/rules/admission.privileged');
    const panel = page.locator('aside.panel');
    await panel.getByText('In words').waitFor();
    for (const part of [
      'Why it matters',
      'Fix',
      'Bindings in their order',
      'OWASP item',
      'References',
      'Examples',
    ])
      expect(await panel.getByText(part, { exact: true }).count(), part).toBe(1);
    await page.keyboard.press('Escape');
    await page.waitForURL(/\/admission(\?|$)/);
  });
});

describe('an object', () => {
  it('is tried: places, values, a patch, and the repaired object passes that rule', async () => {
    const page = await open('/admission/try?sel=admission.privileged');
    await page.getByLabel('Object', { exact: true }).fill(POD);
    await page.getByRole('button', { name: 'Try it' }).click();
    const outcome = page.getByRole('region', { name: 'Verdict' });
    await outcome.getByText('spec.containers[0].securityContext.privileged').first().waitFor();
    expect(await outcome.getByText('true', { exact: true }).count()).toBe(1);
    await outcome.getByRole('button', { name: 'Repair the object and try again' }).click();
    await outcome.getByText('No place violates a rule.').waitFor();
    expect(await page.getByLabel('Object', { exact: true }).inputValue()).toContain('privileged: false');
  });
  it('that cannot be read is told with its line, and one without a kind with the code of the controller', async () => {
    const page = await open('/admission/try');
    await page.getByLabel('Object', { exact: true }).fill('kind: Pod\nkind: Pod\n');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('Line 2:').waitFor();
    await page.getByLabel('Object', { exact: true }).fill('a: 1');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('E_POLICY_INVALID').waitFor();
  });
});

describe('modes', () => {
  it('change for a namespace by a draft with its diff, honest about the unknown effect, and are taken back', async () => {
    const page = await open('/admission/modes?sel=admission.privileged');
    expect(await modesOf('admission.privileged')).not.toContain('enforce');
    await page.getByRole('combobox', { name: 'Namespaces' }).fill('shop');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Add to the draft' }).click();
    const draft = page.getByRole('region', { name: 'Draft' });
    await draft.getByText('New binding').waitFor();
    await draft.getByText('The effect is not known: no cluster is watched.').waitFor();
    expect(await modesOf('admission.privileged')).not.toContain('enforce');
    await draft.getByRole('button', { name: 'Apply without knowing the effect' }).click();
    await page.getByText('The modes are in force.').waitFor();
    expect(await modesOf('admission.privileged')).toContain('enforce');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => modesOf('admission.privileged')).not.toContain('enforce');
  });

  it('are shown as they hold now, whatever the page showed when it was left', async () => {
    const page = await open('/admission/modes?sel=admission.privileged');
    const bindings = page.getByRole('region', { name: 'Bindings in their order' });
    await page.getByRole('button', { name: 'Add to the draft' }).click();
    await page.getByRole('button', { name: 'Apply without knowing the effect' }).click();
    await page.getByText('The modes are in force.').waitFor();
    await bindings.getByText('admission.privileged', { exact: true }).waitFor();
    await go(page, '/admission');
    await settle(page);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => modesOf('admission.privileged')).not.toContain('enforce');
    await go(page, '/admission/modes');
    await settle(page);
    expect(await bindings.getByText('admission.privileged', { exact: true }).count()).toBe(0);
  });

  it('that somebody else changed meanwhile are neither overwritten nor lost', async () => {
    const page = await open('/admission/modes?sel=admission.host-pid');
    await page.getByRole('button', { name: 'Add to the draft' }).click();
    const now = await controller.call('GET', '/admission/bindings');
    const revision = typeof now === 'object' && now !== null ? Reflect.get(now, 'revision') : '';
    const theirs = { id: 'binding.theirs', rules: ['admission.host-ipc'], mode: 'warn' };
    await controller.call('PUT', '/admission/bindings', { bindings: [theirs], ifRevision: revision });
    const apply = page.getByRole('button', { name: 'Apply without knowing the effect' });
    await apply.click();
    await page.getByText('Somebody changed the bindings meanwhile').waitFor();
    await page.getByRole('button', { name: 'Put my draft on top of the newest' }).click();
    await page.getByText('Somebody changed the bindings meanwhile').waitFor({ state: 'detached' });
    await apply.click();
    await page.getByText('The modes are in force.').waitFor();
    expect(await modesOf('admission.host-pid')).toEqual(['enforce']);
    expect(JSON.stringify(await controller.call('GET', '/admission/bindings'))).toContain('binding.theirs');
  });
});

describe('a rule of one’s own', () => {
  it('is tested before it is saved, judges at once, is removed, and put back', async () => {
    const page = await open('/admission/editor');
    const save = page.getByRole('button', { name: 'Save and put into force' });
    expect(await save.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Test the rule' }).click();
    await page.getByText('As expected', { exact: true }).nth(1).waitFor();
    await save.click();
    await page.waitForURL(/\/admission\/rules\/custom\.own-registry/);
    const panel = page.locator('aside.panel');
    await panel.getByRole('button', { name: 'Remove the rule' }).click();
    await panel.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('The rule custom.own-registry is removed.').waitFor();
    await expect(controller.call('GET', '/admission/rules/custom.own-registry')).rejects.toThrow(
      'E_NOT_FOUND',
    );
    await page
      .locator('.mantine-Notification-root', { hasText: 'is removed' })
      .getByRole('button', { name: 'Undo' })
      .click();
    await expect.poll(() => modesOf('custom.own-registry').catch(() => undefined)).toEqual(['warn']);
  });

  it('that is saved under another id is a new one, which undo takes away again', async () => {
    const page = await open('/admission/editor?sel=custom.own-registry');
    const field = page.getByLabel('Rule', { exact: true });
    await field.fill((await field.inputValue()).replace('custom.own-registry', 'custom.renamed'));
    await page.getByRole('button', { name: 'Test the rule' }).click();
    await page.getByText('As expected', { exact: true }).nth(1).waitFor();
    await page.getByRole('button', { name: 'Save and put into force' }).click();
    await page.waitForURL(/\/admission\/rules\/custom\.renamed/);
    expect(await modesOf('custom.renamed')).toEqual(['warn']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => modesOf('custom.renamed').catch(String)).toContain('E_NOT_FOUND');
    expect(await modesOf('custom.own-registry')).toEqual(['warn']);
  });

  it('is not asked about by the question that was asked of another one', async () => {
    const { rule } = (await controller.call('GET', '/admission/rules/custom.own-registry')) as {
      rule: object;
    };
    const other = { ...rule, id: 'custom.other' };
    await controller.call('POST', '/admission/rules', { rule: other, enabled: false });
    const page = await open('/admission?filter=origin:user');
    const panel = page.locator('aside.panel');
    const show = async (id: string): Promise<void> => {
      await page.locator('.table-row', { hasText: id }).getByRole('link').first().click();
      await panel.getByText(id, { exact: true }).first().waitFor();
    };
    // Both were read before, so that nothing is loaded when one follows the other.
    await show('custom.other');
    await show('custom.own-registry');
    await panel.getByRole('button', { name: 'Remove the rule' }).click();
    await panel.getByRole('button', { name: 'Remove it' }).waitFor();
    await show('custom.other');
    await panel.getByRole('button', { name: 'Remove the rule' }).waitFor();
    expect(await panel.getByRole('button', { name: 'Remove it' }).count()).toBe(0);
    await controller.call('DELETE', '/admission/rules/custom.other');
  });

  it('that is wrong is told where, by the controller, and cannot be saved', async () => {
    const page = await open('/admission/editor');
    const field = page.getByLabel('Rule', { exact: true });
    const text = await field.inputValue();
    const test = page.getByRole('button', { name: 'Test the rule' });
    const save = page.getByRole('button', { name: 'Save and put into force' });
    await field.fill(text.replace('severity: medium', 'severity: terrible'));
    await test.click();
    await page.getByText('severity', { exact: false }).first().waitFor();
    await page.getByText('E_BODY_INVALID').waitFor();
    await field.fill(text.replace('field: container.image.registry', 'field: container.image.nothing'));
    await test.click();
    await page.getByText('E_POLICY_INVALID').waitFor();
    await field.fill(text.replace('registry.example.com/shop/web', 'other.example.com/shop/web'));
    await test.click();
    await page.getByText('Not as expected', { exact: true }).waitFor();
    expect(await save.isDisabled()).toBe(true);
  });
});

describe('an exception', () => {
  it('is made with owner, reason and end, marked when its end is near, and ended with a way back', async () => {
    const page = await open('/admission/exceptions');
    await page.getByRole('button', { name: 'New exception' }).click();
    const panel = page.locator('aside.panel');
    await panel.getByRole('button', { name: 'Accept until this date' }).isVisible();
    await panel.getByRole('combobox', { name: 'Rules' }).fill('admission.privileged');
    await page.keyboard.press('Enter');
    await panel.getByRole('combobox', { name: 'Namespaces' }).fill('storage');
    await page.keyboard.press('Enter');
    await panel.getByLabel('Reason').fill('The driver formats disks');
    await panel.getByLabel('End').fill(new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10));
    await panel.getByRole('button', { name: 'Accept until this date' }).click();
    await page.getByText('The exception holds.').waitFor();
    await page
      .locator('.table-row', { hasText: 'admission.privileged' })
      .getByText(/^ends /)
      .waitFor();
    await page.locator('.table-row', { hasText: 'admission.privileged' }).getByRole('button').first().click();
    await panel.getByRole('button', { name: 'End the exception now' }).click();
    await panel.getByRole('button', { name: 'End it' }).click();
    await page.getByText('The exception has ended.').waitFor();
    expect(JSON.stringify(await controller.call('GET', '/admission/exceptions'))).not.toContain('storage');
    await page
      .locator('.mantine-Notification-root', { hasText: 'has ended' })
      .getByRole('button', { name: 'Undo' })
      .click();
    await expect
      .poll(async () => JSON.stringify(await controller.call('GET', '/admission/exceptions')))
      .toContain('storage');
  });
});

describe.each(['en', 'ja'] as const)('in %s', (language) => {
  it('every page without a cluster says so, and is clean for axe', async () => {
    const page = await open('/admission', language);
    const faults: string[] = [];
    const notWatched = language === 'en' ? 'No cluster is watched' : '監視中のクラスター';
    for (const path of [
      '/admission',
      '/admission/rules/admission.privileged',
      '/admission/modes',
      '/admission/try?sel=admission.privileged',
      '/admission/editor',
      '/admission/decisions',
      '/admission/exceptions',
      '/admission/coverage',
    ]) {
      await go(page, path);
      await settle(page);
      if (path !== '/admission/editor')
        expect(await page.getByText(notWatched).count(), path).toBeGreaterThan(0);
      for (const { id, targets } of await violationsOf(page))
        faults.push(`${path}: ${id}: ${targets.join(' | ')}`);
      if (language === 'ja')
        for (const sentence of await englishSentences(page)) faults.push(`${path}: English: ${sentence}`);
    }
    expect(faults).toEqual([]);
  });
});
