// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionNative } from '@bartizan/contracts';
import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/api-client.ts';
import { keepAnswer, useApi } from '../../data/queries.ts';
import { useFormat } from '../../format/use-format.ts';
import { useLanguage, useT } from '../../i18n/language.ts';
import { Badge, type Tone } from '../../widgets/badges.tsx';
import { Asked, FailureLine } from '../../widgets/states.tsx';
import { StoredFailure } from '../../widgets/stored-failure.tsx';
import { Verbatim } from '../../widgets/text.tsx';
import { useToast } from '../../widgets/toast.tsx';
import { RuleChoice } from './rule-choice.tsx';
import { renewPolicy } from './stale-routes.ts';

type Policy = AdmissionNative['policies'][number];
const TONES = {
  applied: 'ok',
  pending: 'quiet',
  refused: 'critical',
  'not-permitted': 'critical',
  'not-enforced': 'unknown',
  'not-expressible': 'medium',
} as const satisfies Record<Policy['state'], Tone>;
const STATES = Object.keys(TONES) as Policy['state'][];

interface Change {
  readonly rules: readonly string[];
  /** The choice it was made from: one that somebody else made meanwhile is not overwritten. */
  readonly over: Pick<AdmissionNative, 'rules' | 'revision'>;
}

/** Sends a choice; taking it back is the choice before. */
const useChoose = () => {
  const t = useT();
  const toast = useToast();
  const put = ({ rules, over }: Change) =>
    call('admission.native.put', { body: { rules: [...rules] }, ifMatch: over.revision });
  const settle = (answer: AdmissionNative): void => {
    keepAnswer('admission.native', answer);
    renewPolicy();
  };
  const undo = useMutation({ mutationFn: put, onSuccess: settle, onError: toast.failed });
  return useMutation({
    mutationFn: put,
    onSuccess: (answer, { over }) => {
      settle(answer);
      toast.done(t('admission.kept.done'), () => undo.mutate({ rules: over.rules, over: answer }));
    },
    // Refused, most likely for what somebody else chose meanwhile: the next choice is made from that.
    onError: renewPolicy,
  });
};

const PolicyLine = ({ policy }: { policy: Policy }) => {
  const t = useT();
  const language = useLanguage();
  const { count } = useFormat();
  const { rule, reason, code, detail, knownDigestsOnly, restoredTotal, defaults } = policy;
  return (
    <li>
      <Verbatim mono>{rule}</Verbatim>
      <span className="small second">
        {reason !== undefined && <> {reason[language]}</>}
        {code !== undefined && (
          <>
            {' '}
            <StoredFailure code={code} detail={detail} />
          </>
        )}
        {knownDigestsOnly !== undefined && (
          <> {t('admission.kept.digests', { n: count(knownDigestsOnly) })}</>
        )}
        {defaults !== undefined && <> {t(`admission.kept.defaults.${defaults.state}`)}</>}
        {defaults?.code !== undefined && defaults.state !== 'not-served' && (
          <>
            {' '}
            <StoredFailure code={defaults.code} detail={defaults.detail} />
          </>
        )}
        {restoredTotal > 0 && <> {t('admission.kept.restored', { n: count(restoredTotal) })}</>}
      </span>
    </li>
  );
};

/** The rules by what became of them. */
const Policies = ({ native }: { native: AdmissionNative }) => {
  const t = useT();
  const { count } = useFormat();
  const overflow = native.verdicts?.overflow ?? 0;
  return (
    <section className="stack tight" aria-label={t('admission.kept.rules')}>
      {STATES.map((state) => {
        const policies = native.policies.filter((one) => one.state === state);
        if (policies.length === 0) return null;
        return (
          <details key={state}>
            <summary>
              <Badge tone={TONES[state]}>{t(`admission.kept.state.${state}`)}</Badge> {count(policies.length)}
            </summary>
            <ul className="list-plain">
              {policies.map((policy) => (
                <PolicyLine key={policy.rule} policy={policy} />
              ))}
            </ul>
          </details>
        );
      })}
      {overflow > 0 && (
        <p className="warn-text small">{t('admission.kept.overflow', { n: count(overflow) })}</p>
      )}
      {native.leftover !== undefined && (
        <p className="warn-text small">
          {t('admission.kept.leftover')}{' '}
          <StoredFailure code={native.leftover.code} detail={native.leftover.detail} />
        </p>
      )}
    </section>
  );
};

const Chosen = ({ native, mayChange }: { native: AdmissionNative; mayChange: boolean }) => {
  const t = useT();
  const [added, setAdded] = useState<readonly string[]>([]);
  const choose = useChoose();
  const add = (): void =>
    choose.mutate(
      { rules: [...new Set([...native.rules, ...added])], over: native },
      { onSuccess: () => setAdded([]) },
    );
  const remove = (rule: string): void =>
    choose.mutate({ rules: native.rules.filter((one) => one !== rule), over: native });
  return (
    <>
      {native.rules.length === 0 && <p className="quiet">{t('admission.kept.none')}</p>}
      <ul className="list-plain" aria-label={t('admission.kept.chosen')}>
        {native.rules.map((rule) => (
          <li key={rule} className="row">
            <Verbatim mono>{rule}</Verbatim>
            {mayChange && (
              <ActionIcon
                onClick={() => remove(rule)}
                disabled={choose.isPending}
                aria-label={t('admission.kept.remove', { rule })}
                title={t('admission.kept.remove', { rule })}
              >
                <IconX size={16} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
      {mayChange && (
        <>
          <RuleChoice value={added} onChange={setAdded} />
          {choose.isError && <FailureLine error={choose.error} />}
          <span>
            <Button size="sm" disabled={added.length === 0} loading={choose.isPending} onClick={add}>
              {t('admission.kept.choose')}
            </Button>
          </span>
        </>
      )}
    </>
  );
};

/** Which rules the API server holds by itself, what became of each, and the choice of more. */
export const NativeCard = ({ mayChange }: { mayChange: boolean }) => {
  const t = useT();
  const asked = useApi('admission.native');
  return (
    <section className="card card-body stack" aria-label={t('admission.kept')}>
      <h2>{t('admission.kept')}</h2>
      <p className="small second">{t('admission.kept.note')}</p>
      <Asked of={asked}>
        {(native) =>
          native.state === 'no-cluster' ? (
            <p className="quiet">{t('admission.kept.no-cluster')}</p>
          ) : (
            <>
              <Chosen native={native} mayChange={mayChange} />
              <Policies native={native} />
            </>
          )
        }
      </Asked>
    </section>
  );
};
