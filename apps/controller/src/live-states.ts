// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** States of a container that is there. One whose state its runtime does not tell is, too, until a snapshot ends it. */
export const LIVE_STATES = ['running', 'created', 'paused', 'unknown'] as const;
