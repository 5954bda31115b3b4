/**
 * How a process that knocks gets its plans from the one that keeps the profiles. It asks when it needs one, and again for each try,
 * with what the last one has shown; it tells how the knock goes. No profile, key or secret crosses: plans only, which hold what goes
 * on the wire. Used by the window's terminal sessions (`run-channel.ts`) and by the agent (`agent.ts`).
 */
import type { Socket } from 'node:net';
import * as z from 'zod';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { text } from '../text/text';
import { errorInfoSchema, fromErrorInfo, SesamyError, toErrorInfo } from '../domain/errors';
import { knockEventSchema, learnedSchema } from '../domain/plan/knock-event';
import type { KnockEvent } from '../domain/plan/knock-event';
import { preparedKnockSchema } from '../domain/plan/prepared-knock';
import type { PreparedKnock } from '../domain/plan/prepared-knock';
import type { Prepare } from '../engine/prepare';
import { MAX_LINE, readLines, sendLine } from './wire';

/** @param request what is asked for, besides what is known of the session */
const questionSchema = <Request>(request: z.ZodType<Request>) =>
  z.discriminatedUnion('say', [
    z.strictObject({
      say: z.literal('prepare'),
      request,
      /** In hex; null: none are known. */
      firstBytes: z
        .string()
        .regex(/^(?:[0-9a-f]{2}){1,255}$/)
        .nullable(),
      learned: learnedSchema.nullable(),
    }),
    z.strictObject({ say: z.literal('event'), event: knockEventSchema }),
  ]);

const replySchema = z.discriminatedUnion('say', [
  z.strictObject({ say: z.literal('prepared'), prepared: preparedKnockSchema }),
  z.strictObject({ say: z.literal('failed'), error: errorInfoSchema }),
  /** Whoever keeps the profiles wants it to end. */
  z.strictObject({ say: z.literal('stop') }),
]);
type Reply = z.infer<typeof replySchema>;

/** The keeper's end of a conversation. */
export interface Answering {
  /** Asks the other end to stop. */
  stop(): void;
}

/**
 * Answers whoever is at the other end, until it hangs up. One question at a time: a second one before the answer ends the
 * conversation.
 * @param keeper `request` is the schema of what is asked for; `prepare` may throw any SesamyError, which the asker gets; its signal is aborted when the asker has gone. `onEvent` is
 * called with each event, and with the knock that was handed out last
 */
export function answerQuestions<Request>(
  socket: Socket,
  keeper: {
    readonly request: z.ZodType<Request>;
    readonly prepare: (request: Request, ...asked: Parameters<Prepare>) => Promise<PreparedKnock>;
    readonly onEvent: (event: KnockEvent, prepared: PreparedKnock | null) => void;
    readonly maxLine?: number;
  },
): Answering {
  const gone = new AbortController();
  socket.once('close', () => {
    gone.abort();
  });
  const reply = (message: Reply): void => {
    sendLine(socket, message);
  };
  let busy = false;
  let latest: PreparedKnock | null = null;
  readLines(
    socket,
    questionSchema(keeper.request),
    (question) => {
      if (question.say === 'event') {
        keeper.onEvent(question.event, latest);
        return;
      }
      if (busy) {
        socket.destroy();
        return;
      }
      busy = true;
      const { firstBytes, learned } = question;
      const asked = { firstBytes: firstBytes === null ? null : hexToBytes(firstBytes), learned };
      void Promise.resolve()
        .then(() => keeper.prepare(question.request, asked, gone.signal))
        .then(
          (prepared): Reply => {
            latest = prepared;
            return { say: 'prepared', prepared };
          },
          (thrown: unknown): Reply => ({ say: 'failed', error: toErrorInfo(thrown) }),
        )
        .then((answer) => {
          busy = false;
          reply(answer);
        });
    },
    keeper.maxLine ?? MAX_LINE,
  );
  return {
    stop() {
      reply({ say: 'stop' });
    },
  };
}

/** The asker's end of a conversation. */
export interface Asking {
  readonly prepare: Prepare;
  tell(event: KnockEvent): void;
  /** Says goodbye once everything told has been taken. */
  end(): Promise<void>;
}

/** A name service and a lookup may take their time; who waits longer than this, in milliseconds, waits in vain. */
const ANSWER_TIMEOUT_MS = 20_000;

/**
 * Speaks for a process that knocks.
 * @param options `request` goes with each question; `onStop` is called when the other end wants it to stop; `gone` is the error of a question that nobody answers;
 * `timeoutMs` is how long an answer may take
 */
export function askQuestions(
  socket: Socket,
  options: {
    readonly request: unknown;
    readonly onStop: () => void;
    readonly gone: () => SesamyError;
    readonly timeoutMs?: number;
  },
): Asking {
  const { request, onStop, gone, timeoutMs = ANSWER_TIMEOUT_MS } = options;
  let waiting: ((reply: Exclude<Reply, { say: 'stop' }> | null) => void) | null = null;
  let over = false;
  const settle = (reply: Exclude<Reply, { say: 'stop' }> | null): void => {
    const resolve = waiting;
    waiting = null;
    resolve?.(reply);
  };
  socket.on('error', () => undefined);
  socket.once('close', () => {
    over = true;
    settle(null);
  });
  readLines(socket, replySchema, (reply) => {
    if (reply.say === 'stop') onStop();
    else settle(reply);
  });
  return {
    async prepare({ firstBytes, learned }, signal) {
      if (over) throw gone();
      const answered = new Promise<Exclude<Reply, { say: 'stop' }> | null>((resolve) => {
        waiting = resolve;
      });
      const giveUp = (): void => {
        settle(null);
      };
      const timer = setTimeout(giveUp, timeoutMs);
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
      const known = { firstBytes: firstBytes === null ? null : bytesToHex(firstBytes), learned };
      sendLine(socket, { say: 'prepare', request, ...known });
      try {
        const reply = await answered;
        if (signal.aborted) throw new SesamyError('cancelled', text('knock.cancelled'));
        if (reply === null) throw gone();
        if (reply.say === 'failed') throw fromErrorInfo(reply.error);
        return reply.prepared;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      }
    },
    tell(event) {
      sendLine(socket, { say: 'event', event });
    },
    end: () =>
      new Promise((done) => {
        socket.once('close', () => {
          done();
        });
        if (over) done();
        else socket.end();
      }),
  };
}
