// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createContext } from 'react';

/** How many characters of a machine's name have room where it stands; a table tells it for each of its columns. */
export const CutRoom = createContext(Number.POSITIVE_INFINITY);

/** Width of a character of such a name. */
const CHARACTER_PX = 7.6;
/** With fewer nothing is left to recognise; the style cuts the rest. */
const LEAST = 8;

/** Characters that have room in so many pixels. */
export const charactersIn = (px: number): number => Math.max(LEAST, Math.floor(px / CHARACTER_PX));
