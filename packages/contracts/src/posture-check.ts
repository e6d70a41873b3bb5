// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import { FactValue } from './decision.ts';
import { ConditionSchema } from './detection-rule.ts';
import { DottedId } from './ids.ts';
import { AttackTechniques, CONTROL_IDS, OwaspItems } from './owasp.ts';
import { choice, inline, list, localText, object, optional, text } from './schema.ts';
import { SeveritySchema } from './severity.ts';

/** Types a fact can have. `list` is a list of text. */
export const FACT_TYPES = ['text', 'number', 'boolean', 'list'] as const;
export type FactType = (typeof FACT_TYPES)[number];

/** What posture checks are about: a machine, one container, or an image. */
export const POSTURE_SUBJECTS = ['Host', 'Container', 'Image'] as const;
export type PostureSubject = (typeof POSTURE_SUBJECTS)[number];

/** One fact that checks may ask for: `content/posture/facts.json` is the list agents and scans collect, and nothing else. */
export const PostureFactDefinition = object('PostureFactDefinition', 'A fact that posture checks use', {
  name: text('Stable name', 128, { pattern: '^[a-z0-9]+([._-][a-z0-9]+)*$' }),
  subject: choice(POSTURE_SUBJECTS, 'What it is a fact of'),
  type: choice(FACT_TYPES, 'Type of its value'),
  origin: choice(
    ['collected', 'derived'],
    'collected: by the agent, or by the scan of an image; derived: by the controller from other facts and dates',
  ),
  description: localText('What it says', 1000),
  collect: text('How it is found, exactly; what makes it unknown', 2000),
});
export type PostureFactDefinition = Static<typeof PostureFactDefinition>;

const FactsSchema = Type.Record(text('Fact', 128), FactValue, { description: 'Facts', maxProperties: 128 });
const exampleCase = inline('case', { name: text('Name', 256), facts: FactsSchema });

/** A posture check as `content/posture` holds it. Data, not code. A fact it needs and does not get makes it unknown. */
export const PostureCheck = object('PostureCheck', 'A check of how a host, container or image is set up', {
  id: DottedId,
  title: localText('The claim that is checked: true when it passes', 256),
  failure: localText('What is wrong when it fails, one sentence, {fact} placeholders', 512),
  description: localText('Why it matters and when a failure is acceptable', 2000),
  severity: SeveritySchema,
  subjects: list(choice(POSTURE_SUBJECTS, 'subject'), 'What it is asked of', 3),
  needs: list(text('Fact', 128), 'Facts without which it is unknown', 16),
  appliesWhen: optional(ConditionSchema),
  pass: ConditionSchema,
  evidence: list(text('Template with {fact} placeholders', 512), 'What is shown as evidence', 8),
  fix: inline('How to repair it', {
    action: localText('What to do', 2000),
    command: optional(text('A command or configuration that does it', 4000)),
  }),
  control: list(choice(CONTROL_IDS, 'control'), 'Controls it serves', 5),
  owasp: OwaspItems,
  attack: AttackTechniques,
  references: list(text('Id in a public benchmark or guide, never its text', 128), 'References by id', 16),
  tests: inline('Examples every build is held to', {
    mustPass: list(exampleCase, 'Facts with which it passes', 16),
    mustFail: list(exampleCase, 'Facts with which it fails', 16),
    notApplicable: optional(list(exampleCase, 'Facts with which it is not asked', 16)),
  }),
});
export type PostureCheck = Static<typeof PostureCheck>;

/** When the support of a release ends. Dates are the end of free security updates from the maker. */
export const SupportWindow = inline('Support of one release', {
  product: text('debian, ubuntu, alpine, kernel ...', 64),
  release: text('Release as os-release or the kernel names it, e.g. 12, 24.04, 6.12', 64),
  endsOn: text('Last day of free security updates, YYYY-MM-DD', 10, {
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
  }),
});
export type SupportWindow = Static<typeof SupportWindow>;

/** Dated table of support windows: `content/lifecycle.json`. What it does not list is unknown, never supported. */
export const Lifecycle = object('Lifecycle', 'Until when releases are supported', {
  asOf: text('Date of the table, YYYY-MM-DD', 10),
  windows: list(SupportWindow, 'Releases', 1000),
});
export type Lifecycle = Static<typeof Lifecycle>;
