// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readText, repositoryFiles } from '../architecture/repository.ts';
import { commandsOfScript, parseTemplate, scriptsOf, TEMPLATES, type TemplateName } from './ci-templates.ts';
import { faultOf } from './cli-help.ts';

const NAMES = Object.keys(TEMPLATES) as TemplateName[];

describe('templates for pipelines', { timeout: 120_000 }, () => {
  it('are all in the list', () => {
    expect(
      repositoryFiles()
        .filter((path) => path.startsWith('deploy/ci/'))
        .sort(),
    ).toEqual(Object.values(TEMPLATES).sort());
  });

  it.each(NAMES)('of %s tell only of commands and flags that exist', async (name) => {
    const commands = scriptsOf(name).flatMap((script) => commandsOfScript(TEMPLATES[name], script));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      expect(command.words.slice(0, 2)).toMatchObject(['scan', expect.stringMatching(/^(dir|image)$/)]);
      expect(command.flags).toContain('--fail-on');
      expect(await faultOf(command)).toBeUndefined();
    }
  });

  it('fail on a flag that does not exist', async () => {
    const [command] = commandsOfScript('p', '  "$BARTIZAN" scan dir . \\\n    --louder');
    if (command === undefined) throw new Error('not read');
    expect(await faultOf(command)).toContain('--louder is not in its help');
  });

  it('put what a pipeline brings into the environment, never into a script', () => {
    for (const name of NAMES)
      for (const script of scriptsOf(name))
        expect(script).not.toMatch(/\$\{\{|\$\(params|\$\(workspaces|"""/);
  });

  it('of Jenkins have as many closing braces as opening ones', () => {
    const text = readText(TEMPLATES.jenkins).replace(/'''[\s\S]*?'''|'[^'\n]*'|\/\/.*$/gm, '');
    for (const [open, close] of ['{}', '()', '[]'].map((pair) => [...pair] as [string, string]))
      expect(text.split(open).length).toBe(text.split(close).length);
  });

  it('have what their readers ask for', () => {
    const github = parseTemplate(readText(TEMPLATES.github));
    expect(github).toMatchObject({
      on: expect.anything(),
      permissions: { contents: 'read' },
      jobs: { scan: { 'runs-on': expect.any(String) } },
    });
    const gitlab = parseTemplate(readText(TEMPLATES.gitlab));
    expect(gitlab).toMatchObject({
      'bartizan-image': {
        artifacts: { when: 'always', reports: { container_scanning: expect.any(String) } },
      },
    });
    const tekton = parseTemplate(readText(TEMPLATES.tekton));
    expect(tekton).toMatchObject({
      apiVersion: 'tekton.dev/v1',
      kind: 'Task',
      spec: { steps: [{ securityContext: { runAsNonRoot: true } }] },
    });
  });
});
