// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** A sentence whose `commands` are set as code. */
export const Prose = ({ text }: { text: string }) => (
  <>
    {text.split('`').map((part, index) =>
      index % 2 === 1 ? (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never move
        <code key={index} translate="no" className="prose-code">
          {part}
        </code>
      ) : (
        part
      ),
    )}
  </>
);
