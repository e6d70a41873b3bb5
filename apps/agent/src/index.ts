// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * The agent of a node: senses what happens, decides by the rules of the controller, responds as its mode allows, and
 * reports. In: sensor, runtimes, file systems. Out: records for the controller. Serves k01, k04, k05, k07, k08, k10.
 */
export { AGENT_CAPABILITIES, AGENT_CAPABILITY, CAPABILITY_HISTORY } from './capabilities.ts';
export { type AgentConfig, readConfig } from './config.ts';
export { type PostureJob, surveyPosture } from './sense/posture/survey.ts';
export { type SecretJob, surveySecrets } from './sense/secret-survey.ts';
export { type Agent, startAgent } from './wire.ts';
