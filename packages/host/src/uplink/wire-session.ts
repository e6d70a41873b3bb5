// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import type {
  AgentMessage,
  Command,
  Configure,
  ErrorCode,
  Failure,
  LocalText,
  Node,
  Stream,
} from '@bartizan/contracts';
import { failure, toldFailure, unreachable } from '@bartizan/contracts/result';
import { ControllerMessage, parser, WIRE_STREAM_PATH, WIRE_VERSION_STATE } from '@bartizan/contracts/wire';
import type { DiskBuffer, PendingBatch } from '../buffer/disk-buffer.ts';
import type { Clock } from '../clock/clock.ts';
import { encodeFrame, FrameReader } from './frame.ts';

type Message<K extends ControllerMessage['type']> = Extract<ControllerMessage, { type: K }>;

/** What one connection needs and tells. */
export interface WireSessionOptions {
  readonly session: ClientHttp2Session;
  readonly hello: () => Extract<AgentMessage, { type: 'hello' }>;
  /** How the node is now: told beside the records while they are not taken. */
  readonly describe: () => Node;
  readonly buffer: DiskBuffer;
  readonly clock: Clock;
  readonly onWelcome: (welcome: Message<'welcome'>) => void;
  readonly onConfigure: (configure: Configure) => void;
  readonly onCommand: (command: Command) => void;
  readonly onAcknowledged: (records: number) => void;
  readonly onRejected: (stream: Stream, records: number) => void;
  /** Called once, with why the connection ended. */
  readonly onEnd: (reason: Failure<ErrorCode>) => void;
}

/** One connection with the controller. */
export interface WireSession {
  /** Tells that the buffer has something new. */
  readonly pump: () => void;
  readonly close: (reason: LocalText) => void;
}

const CLOSED: LocalText = { en: 'the connection was closed', ja: '接続が閉じられました' };
const WELCOME_WITHIN_MS = 10_000;
const PING_EVERY_MS = 10_000;
const SILENT_AFTER_MS = 35_000;

interface InFlight {
  readonly stream: Stream;
  readonly bootId: string;
  readonly first: number;
  readonly last: number;
}

const parseMessage = parser(ControllerMessage);
const placeKey = (stream: Stream, bootId: string): string => `${stream}\n${bootId}`;

class Session implements WireSession {
  readonly #options: WireSessionOptions;
  readonly #stream: ClientHttp2Stream;
  readonly #reader = new FrameReader();
  readonly #sent = new Map<string, number>();
  readonly #stops: (() => void)[] = [];
  #inFlight: InFlight[] = [];
  #credit = 0;
  #blocked = false;
  #ended = false;
  #welcomed = false;
  #version = 0;
  #heardAtMs: number;
  /** When nothing was under way, or something that was under way was stored. */
  #movedAtMs: number;

  constructor(options: WireSessionOptions) {
    this.#options = options;
    this.#heardAtMs = performance.now();
    this.#movedAtMs = this.#heardAtMs;
    this.#stream = options.session.request(
      { ':method': 'POST', ':path': WIRE_STREAM_PATH, 'content-type': 'application/octet-stream' },
      { endStream: false },
    );
    this.#listen();
    this.#send(options.hello());
    this.#stops.push(
      options.clock.after(WELCOME_WITHIN_MS, () => {
        if (!this.#welcomed) this.close({ en: 'no welcome in time', ja: '時間内に応答がありません' });
      }),
      options.clock.every(PING_EVERY_MS, () => this.#beat()),
    );
  }

  pump(): void {
    while (this.#welcomed && !this.#ended && !this.#blocked && this.#inFlight.length < this.#credit) {
      const batch = this.#options.buffer.next(
        (stream, bootId) => this.#sent.get(placeKey(stream, bootId)) ?? 0,
      );
      if (!batch) return;
      this.#sendBatch(batch);
    }
  }

  close(reason: LocalText): void {
    this.#end(toldFailure('E_CONTROLLER_UNREACHABLE', reason));
  }

  #listen(): void {
    this.#stream.on('response', (headers) => {
      const status = headers[':status'] ?? 0;
      if (status === 200) return;
      const code = status === 401 || status === 403 ? 'E_CERTIFICATE' : 'E_CONTROLLER_UNREACHABLE';
      const told = {
        en: `the stream was refused with status ${status}`,
        ja: `接続が拒否されました（ステータス ${status}）`,
      };
      this.#end(toldFailure(code, told));
    });
    this.#stream.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#stream.on('drain', () => {
      this.#blocked = false;
      this.pump();
    });
    this.#stream.on('error', (cause: Error) =>
      this.#end(failure('E_CONTROLLER_UNREACHABLE', cause.message, cause)),
    );
    this.#stream.on('close', () => this.close(CLOSED));
    this.#options.session.on('close', () => this.close(CLOSED));
  }

  #beat(): void {
    if (performance.now() - this.#heardAtMs > SILENT_AFTER_MS) {
      this.close({ en: 'the controller is silent', ja: 'コントローラーから応答がありません' });
      return;
    }
    this.#send({ type: 'ping', clockMs: this.#options.clock.wallMs() });
    if (this.#version >= WIRE_VERSION_STATE && this.#isStuck())
      this.#send({ type: 'state', node: this.#options.describe() });
  }

  /** Whether a report written now would not be stored soon, or not be kept at all. */
  #isStuck(): boolean {
    if (this.#options.buffer.status().full) return true;
    return this.#inFlight.length > 0 && performance.now() - this.#movedAtMs >= PING_EVERY_MS;
  }

  #send(message: AgentMessage): void {
    const frame = encodeFrame(Buffer.from(JSON.stringify(message)));
    if (frame.ok) this.#write(frame.value);
  }

  #write(frame: Buffer): void {
    if (this.#ended || !this.#stream.writable) return;
    if (!this.#stream.write(frame)) this.#blocked = true;
  }

  /** A batch whose frame is too large is cut in two; a single record that is too large can never be sent and is passed over. */
  #sendBatch(batch: PendingBatch): void {
    const head = `{"type":"batch","stream":${JSON.stringify(batch.stream)},"bootId":${JSON.stringify(batch.bootId)},"firstSequence":${batch.firstSequence},"records":[`;
    const json = Buffer.from(
      `${head}${batch.payloads.map((payload) => payload.toString('utf8')).join(',')}]}`,
    );
    const frame = encodeFrame(json);
    const last = batch.firstSequence + batch.payloads.length - 1;
    if (!frame.ok) {
      const half = Math.floor(batch.payloads.length / 2);
      if (half > 0) {
        this.#sendBatch({ ...batch, payloads: batch.payloads.slice(0, half) });
        return;
      }
      this.#options.onRejected(batch.stream, 1);
      this.#sent.set(placeKey(batch.stream, batch.bootId), last);
      return;
    }
    this.#sent.set(placeKey(batch.stream, batch.bootId), last);
    if (this.#inFlight.length === 0) this.#movedAtMs = performance.now();
    this.#inFlight.push({ stream: batch.stream, bootId: batch.bootId, first: batch.firstSequence, last });
    this.#write(frame.value);
  }

  #take(chunk: Buffer): void {
    this.#heardAtMs = performance.now();
    const messages = this.#reader.push(chunk);
    if (!messages.ok) {
      this.#end(messages.error);
      return;
    }
    for (const message of messages.value) {
      const parsed = parseMessage(message);
      if (parsed.ok) this.#handle(parsed.value);
      else
        this.#end(
          failure(
            'E_WIRE_FRAME',
            `a message of the controller is not of the form: ${parsed.error[0]?.pointer}`,
          ),
        );
      if (this.#ended) return;
    }
  }

  #handle(message: ControllerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#welcome(message);
        break;
      case 'refused':
        this.#end(failure(refusalCode(message.code), message.detail));
        break;
      case 'ack':
        this.#acknowledge(message);
        break;
      case 'configure':
        this.#options.onConfigure(message);
        break;
      case 'command':
        this.#options.onCommand(message);
        break;
      case 'pong':
        break;
      default:
        unreachable(message);
    }
  }

  #welcome(welcome: Message<'welcome'>): void {
    const settled = this.#options.buffer.settle(welcome.acknowledged);
    if (!settled.ok) {
      this.#end(settled.error);
      return;
    }
    for (const { stream, bootId, sequence } of welcome.acknowledged)
      this.#sent.set(placeKey(stream, bootId), sequence);
    this.#welcomed = true;
    this.#version = welcome.version;
    this.#credit = welcome.credit;
    this.#options.onWelcome(welcome);
    this.pump();
  }

  #acknowledge(ack: Message<'ack'>): void {
    let records = 0;
    this.#inFlight = this.#inFlight.filter((batch) => {
      const isStored =
        batch.stream === ack.stream && batch.bootId === ack.bootId && batch.last <= ack.sequence;
      if (isStored) records += batch.last - batch.first + 1;
      return !isStored;
    });
    if (records > 0) this.#movedAtMs = performance.now();
    this.#credit = ack.credit;
    this.#options.buffer.acknowledge(ack.stream, ack.bootId, ack.sequence);
    this.#options.onAcknowledged(records);
    if (ack.rejected > 0) this.#options.onRejected(ack.stream, ack.rejected);
    this.pump();
  }

  #end(reason: Failure<ErrorCode>): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const stop of this.#stops) stop();
    this.#stream.close();
    this.#options.session.destroy();
    this.#options.onEnd(reason);
  }
}

const REFUSALS = [
  'E_CERTIFICATE',
  'E_NODE_MISMATCH',
  'E_WIRE_VERSION',
  'E_WIRE_FRAME',
  'E_JOIN_TOKEN',
] as const;
const refusalCode = (code: string): ErrorCode =>
  REFUSALS.find((one) => one === code) ?? 'E_CONTROLLER_UNREACHABLE';

/** Opens the stream on a session and speaks the protocol until it ends. */
export const openWireSession = (options: WireSessionOptions): WireSession => new Session(options);
