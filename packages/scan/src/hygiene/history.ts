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

const UPDATE =
  /\b(?:apt-get|apt|aptitude|apk|zypper)\s(?:[^;&|]{0,80}\s)?(?:update|refresh)\b|\b(?:yum|dnf|microdnf|tdnf)\s(?:[^;&|]{0,80}\s)?(?:makecache|check-update)\b/;
const INSTALL =
  /\b(?:apt-get|apt|aptitude|apk|zypper|yum|dnf|microdnf|tdnf)\s(?:[^;&|]{0,200}\s)?(?:install|add|upgrade|dist-upgrade|full-upgrade|in|up)\b/;
const PIPED =
  /\b(?:curl|wget)\b[^|]{0,1000}\|\s{0,8}(?:sudo\s{1,8})?(?:(?:ba|da|z|k|a)?sh|python[0-9.]{0,5}|perl|node)\b/;
const UNVERIFIED: readonly (readonly [string, RegExp])[] = [
  ['--allow-unauthenticated', /--allow-unauthenticated\b/],
  ['--force-yes', /--force-yes\b/],
  ['--allow-untrusted', /--allow-untrusted\b/],
  ['--nogpgcheck', /--no-?gpg-?checks?\b/],
  ['trusted=yes', /\btrusted=yes\b/],
  ['--no-check-certificate', /--no-check-certificate\b/],
  ['curl --insecure', /\bcurl\b[^;&|]{0,200}\s(?:--insecure|-[a-zA-Z]{0,8}k[a-zA-Z]{0,8})\s/],
  ['--trusted-host', /--trusted-host\b/],
  ['strict-ssl false', /\bstrict-ssl[= ]false\b/],
  ['http.sslVerify false', /\bhttp\.sslVerify[= ]false\b/],
];

const nameOf = ({ at, instruction }: BuildStep): string => `history[${at}] ${instruction}`;

/** Steps that refresh the lists of packages and install nothing: the next build uses what the cache of this one holds. */
export const lonelyUpdates = (steps: readonly BuildStep[]): string[] =>
  steps
    .filter(({ instruction, text }) => instruction === 'RUN' && UPDATE.test(text) && !INSTALL.test(text))
    .map(nameOf);

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
  steps.filter(({ instruction, text }) => instruction === 'RUN' && PIPED.test(text)).map(nameOf);

/** Steps that install or fetch with the checks switched off. */
export const uncheckedSteps = (steps: readonly BuildStep[]): string[] =>
  steps.flatMap((step) =>
    UNVERIFIED.flatMap(([name, pattern]) =>
      step.instruction === 'RUN' && pattern.test(step.text) ? [`${nameOf(step)}: ${name}`] : [],
    ),
  );
