// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionBinding, ResponseOf } from '@bartizan/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/api-client.ts';
import { ApiError } from '../../data/api-error.ts';
import { useT } from '../../i18n/language.ts';
import { useToast } from '../../widgets/toast.tsx';
import { diffBindings, rebase } from './binding-draft.ts';
import { renewPolicy } from './stale-routes.ts';

type Bindings = ResponseOf<'admission.bindings'>;
interface Held {
  readonly bindings: readonly AdmissionBinding[];
  readonly revision: string;
}

const heldOf = ({ bindings, revision }: Bindings): Held => ({
  bindings: bindings.map(({ binding }) => binding),
  revision,
});
const put = (bindings: readonly AdmissionBinding[], ifRevision: string) =>
  call('admission.bindings.put', { body: { bindings: [...bindings], ifRevision } });

/** Bindings as they were read, the draft made of them, and the ways to apply it, to take it back, to catch up. */
export const useBindingDraft = (read: Bindings) => {
  const t = useT();
  const toast = useToast();
  const [base, setBase] = useState<Held>(() => heldOf(read));
  const [draft, setDraft] = useState<readonly AdmissionBinding[]>(base.bindings);
  const settle = (answer: Bindings): void => {
    const held = heldOf(answer);
    setBase(held);
    setDraft(held.bindings);
    renewPolicy();
  };
  const undo = useMutation({
    mutationFn: (ask: Held) => put(ask.bindings, ask.revision),
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
  });
  const catchUp = useMutation({
    mutationFn: () => call('admission.bindings', {}),
    onSuccess: (answer) => {
      const held = heldOf(answer);
      setDraft(rebase(base.bindings, draft, held.bindings));
      setBase(held);
      apply.reset();
    },
    onError: toast.failed,
  });
  return {
    base,
    draft,
    change: (next: readonly AdmissionBinding[]): void => {
      apply.reset();
      setDraft(next);
    },
    discard: (): void => {
      apply.reset();
      setDraft(base.bindings);
    },
    changes: diffBindings(base.bindings, draft),
    apply,
    catchUp,
    isConflict: apply.error instanceof ApiError && apply.error.code === 'E_CONFLICT',
  };
};
export type BindingDraft = ReturnType<typeof useBindingDraft>;
