// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { PAGES } from './navigation.ts';

const CHORD_MS = 1_200;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** Keys that belong to the page: no modifier, no input method, nobody typing. */
const isFree = (event: KeyboardEvent): boolean =>
  !event.isComposing && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);

const focusFilter = (event: KeyboardEvent): void => {
  const input = document.querySelector<HTMLElement>('[data-filter-input]');
  if (input === null) return;
  event.preventDefault();
  input.focus();
};

/** `g` then a letter opens a page, `/` goes to the filter, `?` shows the list. Nothing fires while typing. */
export const useShortcuts = (onHelp: () => void): void => {
  const navigate = useNavigate();
  const chordAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isFree(event)) return;
      const isChord = event.timeStamp - chordAt.current < CHORD_MS;
      chordAt.current = event.key === 'g' && !isChord ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const page = isChord ? PAGES.find((candidate) => candidate.key === event.key) : undefined;
      if (page !== undefined) void navigate({ to: page.to });
      else if (event.key === '?') onHelp();
      else if (event.key === '/') focusFilter(event);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate, onHelp]);
};
