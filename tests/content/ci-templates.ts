// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { parseDocument } from 'yaml';
import { readText } from '../architecture/repository.ts';
import type { Told } from './cli-help.ts';

/** Templates for pipelines, by what reads them. */
export const TEMPLATES = {
  github: 'deploy/ci/github-actions.yml',
  gitlab: 'deploy/ci/gitlab-ci.yml',
  jenkins: 'deploy/ci/Jenkinsfile',
  tekton: 'deploy/ci/tekton-task.yaml',
} as const;
export type TemplateName = keyof typeof TEMPLATES;

type Json = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textsOf = (value: unknown): string[] => (typeof value === 'string' ? [value] : []);

/** A template as its reader parses it; fails on what is no YAML 1.2. */
export function parseTemplate(text: string): Json {
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0) throw new Error(String(document.errors[0]));
  return objectOf(document.toJS());
}

/** The scripts of a Jenkinsfile: texts in three single quotes, in which Groovy reads two backslashes as one. */
const groovyScripts = (text: string): string[] =>
  [...text.matchAll(/\bsh '''\n([\s\S]*?)'''/g)].map(([, script = '']) => script.replaceAll('\\\\', '\\'));

/** The scripts of a template, as a shell gets them. */
export function scriptsOf(name: TemplateName, text = readText(TEMPLATES[name])): string[] {
  if (name === 'jenkins') return groovyScripts(text);
  const template = parseTemplate(text);
  if (name === 'github')
    return Object.values(objectOf(template['jobs'])).flatMap((job) =>
      listOf(objectOf(job)['steps']).flatMap((step) => textsOf(objectOf(step)['run'])),
    );
  if (name === 'gitlab')
    return Object.values(template).flatMap((job) =>
      ['before_script', 'script'].flatMap((part) => listOf(objectOf(job)[part]).flatMap(textsOf)),
    );
  return listOf(objectOf(template['spec'])['steps']).flatMap((step) => textsOf(objectOf(step)['script']));
}

/** The commands of a script that go to the launcher. */
export function commandsOfScript(page: string, script: string): Told[] {
  return script
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const command = /^\s*"\$BARTIZAN" (.+)$/.exec(line)?.[1];
      if (command === undefined) return [];
      const all = command.trim().split(/\s+/);
      const first = all.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
      return [
        {
          page,
          line: line.trim(),
          words: all.slice(0, first),
          flags: all.filter((word) => /^--?[a-z]/.test(word)),
        },
      ];
    });
}
