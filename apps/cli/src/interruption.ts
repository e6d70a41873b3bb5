// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Where signals come from: the process, or a stand-in. */
interface Signals {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
}

const LEAVE_MS = 2000;
const ENDING = ['SIGTERM', 'SIGHUP'] as const;

/**
 * Ctrl-C: the command is told, and ended when it has not ended by itself two seconds later, or at once by a second one.
 * Work that must not be left half done is brought to its end first, whatever signal asks for it.
 */
export class Interruption {
  readonly #signals: Signals;
  readonly #end: () => void;
  readonly #aborter = new AbortController();
  #unbroken = 0;

  constructor(signals: Signals, end: () => void) {
    this.#signals = signals;
    this.#end = end;
    signals.on('SIGINT', () => {
      if (this.signal.aborted) this.#leave();
      this.#aborter.abort();
      this.#leaveSoon();
    });
  }

  /** Aborted by the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  /** Does work from which the program does not go away before it is done. */
  async unbroken<T>(work: () => Promise<T>): Promise<T> {
    const note = (): void => this.#aborter.abort();
    this.#unbroken += 1;
    for (const signal of ENDING) this.#signals.on(signal, note);
    try {
      return await work();
    } finally {
      for (const signal of ENDING) this.#signals.off(signal, note);
      this.#unbroken -= 1;
      if (this.signal.aborted) this.#leaveSoon();
    }
  }

  #leave(): void {
    if (this.#unbroken === 0) this.#end();
  }

  #leaveSoon(): void {
    setTimeout(() => this.#leave(), LEAVE_MS).unref();
  }
}
