// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * A real container under a real attack, watched by real parts twice: with the rules in force and without. For tests only.
 * In: a plan, an attack and its benign twin. Out: the events of the API. Serves every control with an attack test.
 */
export type { Attack, AttackFile, AttackOutcome, AttackPlan } from './attack-stage.ts';
export { AttackStage } from './attack-stage.ts';
export { ControllerProcess, type Told } from './controller-process.ts';
export { type AttackCase, type Expectation, summary, wanted } from './expectation.ts';
export { bartizan, type Ended } from './program.ts';
