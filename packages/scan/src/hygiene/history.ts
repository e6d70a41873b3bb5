// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, asText, type JsonObject } from '../json/fields.ts';

/** One step of the build of an image, as its history says it. */
export interface BuildStep {
  /** Place in the history, from 0. */
  readonly at: number;
  /** RUN, COPY, ADD, ENV ... */
  readonly instruction: string;
  readonly text: string;
}

const MAX_STEPS = 10_000;
const MAX_STEP_LENGTH = 16_384;
/** The classic builder: `/bin/sh -c #(nop) ADD file:... in /`. */
const CLASSIC = /^(?:\/bin\/sh -c )?#\(nop\)\s{1,8}([A-Z]{2,16})\b/;
/** BuildKit: the instruction as it stands in the Dockerfile, and a comment. */
const BUILDKIT = /^([A-Z]{2,16}) /;

/** The steps of an image's history; empty when it has none. */
export const buildSteps = (document: JsonObject): BuildStep[] =>
  asList(document['history'])
    .slice(0, MAX_STEPS)
    .flatMap((item, at): BuildStep[] => {
      const text = asText(asObject(item)?.['created_by'], MAX_STEP_LENGTH);
      if (text === undefined) return [];
      const [whole = '', instruction = 'RUN'] = CLASSIC.exec(text) ?? BUILDKIT.exec(text) ?? [];
      return [{ at, instruction, text: text.slice(whole.length) }];
    });

/** One command of a shell line, and whether it reads what the one before wrote. */
interface ShellCommand {
  readonly text: string;
  readonly isPiped: boolean;
}

/** Divides a line where a shell divides it; quotes are not regarded, so that no text takes more than one look. */
const commandsOf = (line: string): ShellCommand[] => {
  const parts = line.split(/(\|\||&&|[;&|\n])/);
  const commands: ShellCommand[] = [];
  for (let at = 0; at < parts.length; at += 2)
    commands.push({ text: parts[at] ?? '', isPiped: parts[at - 1] === '|' });
  return commands;
};

const MANAGER = /\b(?:apt-get|apt|aptitude|apk|zypper)\s/;
const RPM_MANAGER = /\b(?:yum|dnf|microdnf|tdnf)\s/;
const UPDATE = /\s(?:update|refresh)(?:\s|$)/;
const RPM_UPDATE = /\s(?:makecache|check-update)(?:\s|$)/;
const INSTALL = /\s(?:install|add|upgrade|dist-upgrade|full-upgrade|in|up)(?:\s|$)/;
const DOWNLOAD = /\b(?:curl|wget)\s/;
const INTERPRETER =
  /^\s{0,8}(?:sudo\s{1,8})?(?:\/usr\/bin\/|\/bin\/)?(?:(?:ba|da|z|k|a)?sh|python[0-9.]{0,5}|perl|node)(?:\s|$)/;

const isUpdate = ({ text }: ShellCommand): boolean =>
  (MANAGER.test(text) && UPDATE.test(text)) || (RPM_MANAGER.test(text) && RPM_UPDATE.test(text));
const isInstall = ({ text }: ShellCommand): boolean =>
  (MANAGER.test(text) || RPM_MANAGER.test(text)) && INSTALL.test(text);

/** An option, and the program it belongs to where another program could have the same. */
const UNVERIFIED: readonly (readonly [string, RegExp, RegExp?])[] = [
  ['--allow-unauthenticated', /--allow-unauthenticated\b/],
  ['--force-yes', /--force-yes\b/],
  ['--allow-untrusted', /--allow-untrusted\b/],
  ['--nogpgcheck', /--no-?gpg-?checks?\b/],
  ['trusted=yes', /\btrusted=yes\b/],
  ['--no-check-certificate', /--no-check-certificate\b/],
  ['curl --insecure', /\s(?:--insecure|-[a-zA-Z]{0,8}k[a-zA-Z]{0,8})(?:\s|$)/, /\bcurl\s/],
  ['--trusted-host', /--trusted-host\b/],
  ['strict-ssl false', /\bstrict-ssl[= ]false\b/],
  ['http.sslVerify false', /\bhttp\.sslVerify[= ]false\b/],
];

const nameOf = ({ at, instruction }: BuildStep): string => `history[${at}] ${instruction}`;

/** The RUN steps with their commands. */
const runSteps = (
  steps: readonly BuildStep[],
): { readonly step: BuildStep; readonly commands: readonly ShellCommand[] }[] =>
  steps
    .filter(({ instruction }) => instruction === 'RUN')
    .map((step) => ({ step, commands: commandsOf(step.text) }));

/** Steps that refresh the lists of packages and install nothing: the next build uses what the cache of this one holds. */
export const lonelyUpdates = (steps: readonly BuildStep[]): string[] =>
  runSteps(steps)
    .filter(({ commands }) => commands.some(isUpdate) && !commands.some(isInstall))
    .map(({ step }) => nameOf(step));

/** ADD where COPY would do, or where it fetches. The first step of an image from nothing has to unpack its archive. */
export const addSteps = (steps: readonly BuildStep[]): string[] =>
  steps
    .filter(({ at, instruction }) => instruction === 'ADD' && at > 0)
    .map((step) =>
      /^\s{0,8}(?:--\S{1,200}\s{1,8}){0,8}(?:https?:\/\/|git@)/.test(step.text)
        ? `${nameOf(step)} fetches a URL`
        : nameOf(step),
    );

/** Downloads that are given to a shell unseen. */
export const pipedDownloads = (steps: readonly BuildStep[]): string[] =>
  runSteps(steps)
    .filter(({ commands }) =>
      commands.some(
        ({ text, isPiped }, at) =>
          isPiped && INTERPRETER.test(text) && DOWNLOAD.test(commands[at - 1]?.text ?? ''),
      ),
    )
    .map(({ step }) => nameOf(step));

/** Steps that install or fetch with the checks switched off. */
export const uncheckedSteps = (steps: readonly BuildStep[]): string[] =>
  runSteps(steps).flatMap(({ step, commands }) =>
    UNVERIFIED.flatMap(([name, option, program]) =>
      commands.some(({ text }) => option.test(text) && program?.test(text) !== false)
        ? [`${nameOf(step)}: ${name}`]
        : [],
    ),
  );
