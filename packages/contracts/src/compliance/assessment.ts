// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import {
  choice,
  flag,
  inline,
  instant,
  integer,
  list,
  localText,
  object,
  optional,
  text,
} from '../schema.ts';
import { SeveritySchema } from '../severity.ts';

/** What a check said about one subject. `unknown` never counts as pass. */
export const ANSWER_OUTCOMES = ['pass', 'fail', 'unknown'] as const;
export type AnswerOutcome = (typeof ANSWER_OUTCOMES)[number];

/** One answer of one check about one subject: the smallest piece of evidence a control stands on. */
export const ComplianceAnswer = inline('What one check says about one subject', {
  ref: text('What answered, as frameworks refer to it', 256),
  subject: text('What it is about', 640),
  node: optional(text('Node it was seen on', 253)),
  outcome: choice(ANSWER_OUTCOMES, 'Outcome'),
  severity: SeveritySchema,
  at: instant('When it was seen'),
  detail: localText('What was seen', 1000),
  fix: optional(text('Unified diff or command that repairs it', 65_536)),
  evidenceSha256: text('SHA-256 of what was seen, hexadecimal', 64),
  accepted: optional(
    inline('The risk is accepted', {
      owner: text('Who answers for it', 256),
      reason: text('Why', 2000),
      until: instant('Until when'),
    }),
  ),
});
export type ComplianceAnswer = Static<typeof ComplianceAnswer>;

/**
 * met: everything was answered and nothing failed; not-met: something failed and nothing passed; partly: both;
 * unknown: nothing failed, and something was not answered; not-judged: no tool can tell.
 */
export const CONTROL_STATES = ['met', 'partly', 'not-met', 'unknown', 'not-judged'] as const;
export type ControlState = (typeof CONTROL_STATES)[number];

/** What can be said of one reference: `no-data` is not a pass, and `stale` is evidence that is too old to count, or dated ahead. */
export const MAPPING_STATES = ['pass', 'fail', 'unknown', 'stale', 'no-data'] as const;
export type MappingState = (typeof MAPPING_STATES)[number];

const counted = {
  passed: integer('Subjects that pass', '1'),
  failed: integer('Subjects that fail, accepted ones too', '1'),
  unknown: integer('Subjects without an answer that counts', '1'),
  accepted: integer('Of the failing ones, those whose risk is accepted', '1'),
};
const share = {
  score: optional(integer('Passed share of what was answered; absent: no data', 'percent', { maximum: 100 })),
  coverage: optional(
    integer('Answered share of what can be asked; absent: nothing to ask', 'percent', { maximum: 100 }),
  ),
};

/** What one reference of a control says, with why it is evidence for it. */
export const MappingAssessment = inline('What one check says for a control', {
  ref: text('What answers', 256),
  title: localText('What it checks', 256),
  reason: localText('Why it is evidence for the control', 1000),
  state: choice(MAPPING_STATES, 'State'),
  ...counted,
  oldestAt: optional(instant('Oldest answer')),
});

/** How one control stands. */
export const ControlAssessment = inline('How one control stands', {
  id: text('Number in the framework', 64),
  isNumberUnverified: optional(flag('The number was not held against the edition that is named')),
  title: localText('What it asks', 512),
  state: choice(CONTROL_STATES, 'State'),
  ...share,
  ...counted,
  mappings: list(MappingAssessment, 'What answers it', 400),
  evidenceSha256: optional(text('SHA-256 over the answers it stands on, hexadecimal', 64)),
  oldestAt: optional(instant('Oldest answer it stands on')),
});
export type ControlAssessment = Static<typeof ControlAssessment>;

/** How many controls stand how. Score = met / judged; coverage = judged / what a tool can judge. */
export const ControlCounts = inline('Controls by state', {
  met: integer('Met', '1'),
  partly: integer('Partly met', '1'),
  notMet: integer('Not met', '1'),
  unknown: integer('Unknown', '1'),
  notJudged: integer('Not judged by a tool', '1'),
});
export type ControlCounts = Static<typeof ControlCounts>;

const head = {
  id: text('Framework', 64),
  title: localText('Title', 256),
  edition: text('Edition', 64),
  asOf: text('Date of the mapping, YYYY-MM-DD', 10),
  limits: localText('Which part of it a tool cannot judge', 2000),
  numbers: optional(localText('What its numbers were compared with', 1000)),
  at: instant('When it was judged'),
  counts: ControlCounts,
  ...share,
  oldestAt: optional(instant('Oldest answer it stands on')),
  evidenceSha256: optional(text('SHA-256 over all answers it stands on, hexadecimal', 64)),
  run: optional(text('Run of benchmarks it stands on', 64)),
};

/** A framework in short. */
export const FrameworkSummary = object('FrameworkSummary', 'How a framework stands, in short', head);
export type FrameworkSummary = Static<typeof FrameworkSummary>;

const moved = (description: string) =>
  list(
    inline('One check on one subject', {
      ref: text('What answered', 256),
      subject: text('What it is about', 640),
      node: optional(text('Node', 253)),
    }),
    description,
    10_000,
  );

/** Two runs beside each other. */
export const ComplianceChange = inline('What differs from an earlier run', {
  before: text('The earlier run', 64),
  beforeAt: optional(instant('When the earlier run was made')),
  newlyFailing: moved('Fails now and did not before'),
  repaired: moved('Failed before and passes now'),
  stillOpen: moved('Failed before and fails still'),
  newlyUnknown: moved('Was answered before and is not now'),
});
export type ComplianceChange = Static<typeof ComplianceChange>;

/** A framework with its controls, and the answers they stand on. */
export const FrameworkAssessment = object('FrameworkAssessment', 'How a framework stands', {
  ...head,
  controls: list(ControlAssessment, 'Controls', 1000),
  answers: list(ComplianceAnswer, 'Answers it stands on; failing and unknown ones first', 100_000),
  answersTotal: integer('Answers in all', '1'),
  change: optional(ComplianceChange),
});
export type FrameworkAssessment = Static<typeof FrameworkAssessment>;
