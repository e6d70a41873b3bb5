// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { run } from '@stricli/core';
import { describe, expect, it } from 'vitest';
import { buildCli, COMMAND_GROUPS } from './app.ts';
import type { CliContext } from './context.ts';
import { translator } from './text/catalogue.ts';

const t = translator('en');

async function helpOf(words: readonly string[], first: string | undefined): Promise<string> {
  let text = '';
  const write = (piece: string): void => {
    text += piece;
  };
  const process = { env: {}, stdout: { write, isTTY: false }, stderr: { write, isTTY: false } };
  await run(await buildCli(t, '0', first), words, { process, t } as unknown as CliContext);
  return text;
}

describe('the command tree', () => {
  it('says of each group with words exactly the words that it has', async () => {
    for (const { load, words } of COMMAND_GROUPS)
      if (words !== undefined) expect(Object.keys(await load(t))).toEqual(words);
  });

  it('shows the same help of a command, loaded alone or with all others', async () => {
    const alone = await helpOf(['policy', 'apply', '--help'], 'policy');
    expect(alone).toContain('--own-only');
    expect(alone).toBe(await helpOf(['policy', 'apply', '--help'], undefined));
  });

  it('shows all commands to who asks for none, or for one that does not exist', async () => {
    for (const first of [undefined, '--help', 'polici']) {
      const whole = await helpOf(['--help'], first);
      expect(whole).toContain('policy');
      expect(whole).toContain('registry');
    }
    expect(await helpOf(['--help'], 'policy')).not.toContain('registry');
  });
});
