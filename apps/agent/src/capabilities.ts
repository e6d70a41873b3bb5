// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * What this agent can do, by step, as one rising number with its history. A controller asks nothing of an agent that
 * its number does not cover.
 */
export const AGENT_CAPABILITY = 1;

/** The dated history of the number. */
export const CAPABILITY_HISTORY = [
  {
    capability: 1,
    date: '2026-11-25',
    added: 'processes, flows, watched files, containers, packages, posture; Monitor',
  },
] as const;

/** Stable ids per step; the controls and the reference name these. */
export const AGENT_CAPABILITIES = {
  sense: [
    'sense.process',
    'sense.network',
    'sense.file',
    'sense.container',
    'sense.package',
    'sense.posture',
    'sense.fallback',
  ],
  decide: ['decide.detection'],
  respond: ['respond.monitor'],
  report: ['report.event', 'report.inventory', 'report.node'],
} as const;

/** Version of the agent, the product's. */
export const AGENT_VERSION = '0.1.0';
