// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { useT } from '../../i18n/language.ts';
import { Reachable } from '../../widgets/reachable.tsx';
import { CommandBlock } from '../../widgets/text.tsx';
import { diffLines, isDiff } from './diff-lines.ts';

/** A repair: a diff line by line, or a command to copy. */
export const FixView = ({ fix }: { fix: string }) => {
  const t = useT();
  if (!isDiff(fix)) return <CommandBlock text={fix} />;
  return (
    <Reachable className="fix-diff" label={t('compliance.fix')}>
      <pre translate="no">
        {diffLines(fix).map(({ key, kind, line }) => (
          <div key={key} data-line={kind}>
            {line === '' ? ' ' : line}
          </div>
        ))}
      </pre>
    </Reachable>
  );
};
