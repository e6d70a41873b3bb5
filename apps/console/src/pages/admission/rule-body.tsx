// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule, ResponseOf } from '@bartizan/contracts';
import { useFormat } from '../../format/use-format.ts';
import { useT } from '../../i18n/language.ts';
import { CommandBlock, Facts, Section, Verbatim } from '../../widgets/text.tsx';
import { AdmissionMode, valueText } from './admission-words.tsx';
import { BindingPlaces } from './binding-places.tsx';
import { writeDocument } from './document.ts';
import { ExampleName } from './example-name.tsx';
import { ViolationCount } from './rule-columns.tsx';

type Detail = ResponseOf<'admission.rule'>;

const Bindings = ({ detail }: { detail: Detail }) => {
  const t = useT();
  return (
    <Section title={t('admission.bindings')}>
      <ul className="list-plain stack tight">
        {detail.bindings.map((binding) => (
          <li key={binding.id} className="row wrap">
            <AdmissionMode mode={binding.mode} />
            <BindingPlaces binding={binding} />
            <code className="small quiet">{binding.id}</code>
          </li>
        ))}
        <li className="row wrap">
          <AdmissionMode mode={detail.rule.mode} />
          <span className="second">{t('admission.bindings.else')}</span>
        </li>
      </ul>
    </Section>
  );
};

const Parameters = ({ rule }: { rule: AdmissionRule }) => {
  const t = useT();
  const { text } = useFormat();
  if (rule.parameters === undefined || rule.parameters.length === 0) return null;
  return (
    <Section title={t('admission.parameters')}>
      <ul className="list-plain stack tight">
        {rule.parameters.map((parameter) => (
          <li key={parameter.name}>
            <code>{parameter.name}</code> {text(parameter.description)}
            <div className="small quiet anywhere">
              {t('admission.default')} <Verbatim mono>{valueText(parameter.default)}</Verbatim>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
};

const Examples = ({ rule }: { rule: AdmissionRule }) => {
  const t = useT();
  const groups = [
    ['admission.examples.violate', rule.tests.mustViolate],
    ['admission.examples.pass', rule.tests.mustPass],
  ] as const;
  return (
    <Section title={t('admission.examples')}>
      {groups.map(([title, cases]) => (
        <div key={title} className="stack tight">
          <span className="small second">{t(title, { count: cases.length })}</span>
          {cases.map((one, index) => (
            <details key={`${one.name} ${String(index)}`} className="example">
              <summary>
                <ExampleName example={one} />
              </summary>
              <CommandBlock text={writeDocument(one.object)} />
            </details>
          ))}
        </div>
      ))}
    </Section>
  );
};

const Match = ({ rule }: { rule: AdmissionRule }) => {
  const t = useT();
  const mono = (values: readonly string[] | undefined) =>
    values !== undefined && values.length > 0 && <Verbatim mono>{values.join(', ')}</Verbatim>;
  const { match } = rule;
  return (
    <Section title={t('admission.match')}>
      <Facts
        rows={[
          [t('admission.resources'), mono(match.resources)],
          [t('admission.operations'), mono(match.operations)],
          [t('field.namespace'), mono(match.namespaces)],
          [t('admission.except'), mono(match.excludeNamespaces)],
          [t('admission.users'), mono(match.users)],
          [t('admission.stages'), rule.stages.map((stage) => t(`admission.stage.${stage}`)).join(' · ')],
          [t('admission.when-unknown'), t(`admission.when-unknown.${rule.whenUnknown}`)],
        ]}
      />
    </Section>
  );
};

const Marks = ({ detail }: { detail: Detail }) => {
  const t = useT();
  const { text } = useFormat();
  const { rule } = detail;
  const owasp = [
    ...rule.owasp['2022'].map((item) => `${item}:2022`),
    ...rule.owasp['2025'].map((item) => `${item}:2025`),
  ];
  return (
    <Section title={t('admission.marks')}>
      <Facts
        rows={[
          [t('admission.violations'), <ViolationCount key="v" row={detail} />],
          [
            t('admission.native'),
            <span key="n">
              {t(`admission.native.${detail.native}`)}
              {detail.nativeReason !== undefined && (
                <span className="quiet"> {text(detail.nativeReason)}</span>
              )}
            </span>,
          ],
          [t('admission.origin'), t(`admission.origin.${detail.origin}`)],
          [t('field.owasp'), owasp.length > 0 && <Verbatim key="o">{owasp.join(' · ')}</Verbatim>],
          [
            t('field.attack'),
            rule.attack.length > 0 && <Verbatim key="t">{rule.attack.join(' · ')}</Verbatim>,
          ],
          [
            t('admission.references'),
            rule.references.length > 0 && <Verbatim key="r">{rule.references.join(' · ')}</Verbatim>,
          ],
          [t('admission.id'), <code key="i">{rule.id}</code>],
          [t('why.revision'), <code key="h">{detail.revision.slice(0, 12)}</code>],
        ]}
      />
    </Section>
  );
};

/** Everything about one rule, what matters first. */
export const RuleBody = ({ detail }: { detail: Detail }) => {
  const t = useT();
  const { text } = useFormat();
  const { rule } = detail;
  return (
    <>
      {detail.refused !== undefined && (
        <p className="banner anywhere" data-tone="warning" role="status">
          {t('admission.rule.refused', { reason: detail.refused })}
        </p>
      )}
      <Section title={t('admission.words')}>
        {detail.words.map((sentence) => (
          <p key={sentence.en} className="anywhere">
            {text(sentence)}
          </p>
        ))}
      </Section>
      <Section title={t('admission.matters')}>
        <p>{text(rule.description)}</p>
      </Section>
      {rule.fix !== undefined && (
        <Section title={t('finding.fix')}>
          <p>{text(rule.fix.action)}</p>
          {rule.fix.patch !== undefined && rule.fix.patch.length > 0 && (
            <CommandBlock text={JSON.stringify(rule.fix.patch, null, 2)} />
          )}
        </Section>
      )}
      <Bindings detail={detail} />
      <Parameters rule={rule} />
      <Match rule={rule} />
      <Marks detail={detail} />
      <Examples rule={rule} />
      {detail.nativePolicy !== undefined && (
        <Section title={t('admission.native-policy')}>
          <CommandBlock text={detail.nativePolicy} />
        </Section>
      )}
    </>
  );
};
