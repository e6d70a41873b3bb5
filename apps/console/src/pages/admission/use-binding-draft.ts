// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding, ResponseOf } from '@bartizan/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/api-client.ts';
import { ApiError } from '../../data/api-error.ts';
import { keepAnswer } from '../../data/queries.ts';
import { useT } from '../../i18n/language.ts';
import { useToast } from '../../widgets/toast.tsx';
import { type Drafting, diffBindings, follow, type HeldBindings, rebase } from './binding-draft.ts';
import { renewPolicy } from './stale-routes.ts';

type Bindings = ResponseOf<'admission.bindings'>;

const heldOf = ({ bindings, revision }: Bindings): HeldBindings => ({
  bindings: bindings.map(({ binding }) => binding),
  revision,
});
const untouched = (base: HeldBindings): Drafting => ({ base, draft: base.bindings });
const put = (bindings: readonly AdmissionBinding[], ifRevision: string) =>
  call('admission.bindings.put', { body: { bindings: [...bindings], ifRevision } });

/** The draft, on top of what was read last. */
const useDrafting = (read: Bindings) => {
  const [seen, setSeen] = useState(read);
  const [drafting, setDrafting] = useState<Drafting>(() => untouched(heldOf(read)));
  if (seen !== read) {
    setSeen(read);
    setDrafting(follow(drafting, heldOf(read)));
  }
  return [drafting, setDrafting] as const;
};

/** Bindings as they were read, the draft made of them, and the ways to apply it, to take it back, to catch up. */
export const useBindingDraft = (read: Bindings) => {
  const t = useT();
  const toast = useToast();
  const [{ base, draft }, setDrafting] = useDrafting(read);
  const setDraft = (next: readonly AdmissionBinding[]): void => setDrafting({ base, draft: next });
  const changes = diffBindings(base.bindings, draft);
  // The page may be gone by now, as when it is left before "Undo": what holds is kept for when it is opened again.
  const settle = (answer: Bindings): void => {
    setDrafting(untouched(heldOf(answer)));
    keepAnswer('admission.bindings', answer);
    renewPolicy();
  };
  const undo = useMutation({
    mutationFn: (ask: HeldBindings) => put(ask.bindings, ask.revision),
    onSuccess: settle,
    onError: toast.failed,
  });
  const apply = useMutation({
    mutationFn: () => put(draft, base.revision),
    onSuccess: (answer) => {
      const before = base.bindings;
      settle(answer);
      toast.done(t('admission.applied'), () => undo.mutate({ bindings: before, revision: answer.revision }));
    },
    // Refused, most likely for what somebody else made meanwhile: who discards the draft has to see that.
    onError: renewPolicy,
  });
  const catchUp = useMutation({
    mutationFn: () => call('admission.bindings', {}),
    onSuccess: (answer) => {
      const held = heldOf(answer);
      setDrafting({ base: held, draft: rebase(base.bindings, draft, held.bindings) });
      keepAnswer('admission.bindings', answer);
      apply.reset();
    },
    onError: toast.failed,
  });
  const isRefused = apply.error instanceof ApiError && apply.error.code === 'E_CONFLICT';
  return {
    base,
    draft,
    change: (next: readonly AdmissionBinding[]): void => {
      apply.reset();
      setDraft(next);
    },
    discard: (): void => {
      apply.reset();
      setDrafting(untouched(heldOf(read)));
    },
    changes,
    apply,
    catchUp,
    /** Somebody changed the bindings since: known from a refusal, or read before anything was applied. */
    isConflict: isRefused || (changes.length > 0 && read.revision !== base.revision),
  };
};
export type BindingDraft = ReturnType<typeof useBindingDraft>;
