// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ToldText, visibleText } from '@bartizan/contracts/words';
import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { Children, Fragment, type ReactNode, useContext } from 'react';
import { cutMiddle } from '../format/numbers.ts';
import { useFormat, useNow } from '../format/use-format.ts';
import { useLanguage, useT } from '../i18n/language.ts';
import { CutRoom } from './cut-room.ts';

/** Unseen characters of names are shown as what they are, so that a name cannot turn around what is read. */
const shown = (children: ReactNode): ReactNode =>
  Children.map(children, (child) => (typeof child === 'string' ? visibleText(child) : child));

/** A name, path or answer of a machine: shown as it is, never translated. */
export const Verbatim = ({ children, mono = false }: { children: ReactNode; mono?: boolean }) => (
  <span translate="no" className={mono ? 'mono anywhere' : 'anywhere'}>
    {shown(children)}
  </span>
);

/** What a kernel, a registry or a parser said: it has no other language than English, and is named as such. */
export const MachineWords = ({ children }: { children: string }) => {
  const t = useT();
  const language = useLanguage();
  return (
    <span className="anywhere">
      {language !== 'en' && t('error.detail')}{' '}
      <span lang="en" translate="no">
        {visibleText(children)}
      </span>
    </span>
  );
};

/** A sentence of the product, in the language of the reader, or what is there in English only. */
export const Told = ({ children }: { children: ToldText }) => {
  const { text } = useFormat();
  if (typeof children === 'string') return <MachineWords>{children}</MachineWords>;
  return <span className="anywhere">{text(children)}</span>;
};

/** A name of an image that breaks behind its separators first: a version stays in one piece where it can. */
export const Breakable = ({ name }: { name: string }) =>
  visibleText(name)
    .split(/(?<=[/:@])/)
    .map((part, index, parts) => (
      <Fragment key={parts.slice(0, index + 1).join('')}>
        {index > 0 && <wbr />}
        {part}
      </Fragment>
    ));

/** A long name with its middle cut out, so that its end stands there also in a narrow column; the title has all of it. */
export const Cut = ({ text, most = 44, mono = false }: { text: string; most?: number; mono?: boolean }) => (
  <span translate="no" className={mono ? 'mono' : ''} title={visibleText(text)}>
    {cutMiddle(text, Math.min(most, useContext(CutRoom)))}
  </span>
);

/** The present of a page moves in steps; what happened since the last step is now, not in the future. */
const TICK_MS = 15_000;

/** An instant: how long ago, exact on hover and for copying. */
export const When = ({ at }: { at: number }) => {
  const { relative, exact } = useFormat();
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)} className="nowrap">
      {relative(at, at - now > 0 && at - now < TICK_MS ? at : now)}
    </time>
  );
};

/** Copies text whole. */
export const Copy = ({ value, label }: { value: string; label?: string }) => {
  const t = useT();
  return (
    <CopyButton value={value} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t('copy.done') : (label ?? t('copy.do'))}>
          <ActionIcon className="copy" size="sm" onClick={copy} aria-label={label ?? t('copy.do')}>
            {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
};

/** A command or patch, with a copy button. */
export const CommandBlock = ({ text }: { text: string }) => (
  <div style={{ position: 'relative' }}>
    <pre translate="no" style={{ paddingRight: 40 }}>
      {visibleText(text)}
    </pre>
    <span style={{ position: 'absolute', top: 6, right: 6 }}>
      <Copy value={text} />
    </span>
  </div>
);

/** A titled part of a page or panel. */
export const Section = ({
  title,
  children,
  aside,
}: {
  title: string;
  children: ReactNode;
  aside?: ReactNode;
}) => (
  <section className="section">
    <div className="row apart">
      <h3 className="second small">{title}</h3>
      {aside}
    </div>
    {children}
  </section>
);

/** Names with values, one a line; entries without a value are left out. */
export const Facts = ({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) => (
  <dl className="facts">
    {rows
      .filter(([, value]) => value !== undefined && value !== null && value !== false)
      .map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);
