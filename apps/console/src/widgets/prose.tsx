// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

interface Piece {
  readonly text: string;
  readonly isCode: boolean;
  readonly at: number;
}

/** Splits at backquotes: every second piece is code. */
const piecesOf = (text: string): Piece[] => {
  let at = 0;
  return text.split('`').map((part, index) => {
    const piece = { text: part, isCode: index % 2 === 1, at };
    at += part.length + 1;
    return piece;
  });
};

/** A sentence whose `commands` are set as code. */
export const Prose = ({ text }: { text: string }) => (
  <>
    {piecesOf(text).map((piece) =>
      piece.isCode ? (
        <code key={piece.at} translate="no" className="prose-code">
          {piece.text}
        </code>
      ) : (
        <span key={piece.at}>{piece.text}</span>
      ),
    )}
  </>
);
