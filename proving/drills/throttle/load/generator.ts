/** Open-loop load of many callers: requests leave on schedule whatever became of those before. */

import { hash32 } from '../../../../core/hash.ts';
import { CRITICALITIES, type Criticality } from '../../../../core/shedding/index.ts';
import { ANSWER_MS_MAX, now, type Answer } from '../../load/client.ts';
import type { Phase, Stream, ThrottleSample } from '../model.ts';
import { signToken } from '../tokens.ts';
import { CallersClient, type Attempted } from './client.ts';

export interface ThrottleLoadOptions {
  /** Addresses of the application, taking turns. */
  readonly urls: readonly string[];
  /** With which tokens are signed; base64url. */
  readonly tokenKey: string;
  /** Products that exist, from 1. */
  readonly products: number;
}

interface Running {
  readonly stream: Stream;
  readonly startedAt: number;
  sent: number;
  /** Requests of this stream in the phases before: turns go on. */
  readonly offset: number;
}

interface Who {
  readonly caller: string;
  readonly user: string;
  readonly criticality: Criticality | null;
  readonly token: string;
}

const TICK_MS = 2;

export class ThrottleGenerator {
  readonly #options: ThrottleLoadOptions;
  readonly #client: CallersClient;
  readonly #sink: (sample: ThrottleSample) => void;
  readonly #who = new Map<string, readonly Who[]>();
  #phase = '';
  #running: readonly Running[] = [];
  #inFlight = 0;
  #lagMsMax = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ThrottleLoadOptions, sink: (sample: ThrottleSample) => void) {
    this.#options = options;
    this.#client = new CallersClient(options.urls);
    this.#sink = sink;
  }

  get lagMsMax(): number {
    return this.#lagMsMax;
  }

  /** Signs the tokens of a stream, which takes time, before any of them is due. */
  async prepare(streams: readonly Stream[]): Promise<void> {
    for (const stream of streams) {
      const key = identities(stream);
      if (!this.#who.has(key)) this.#who.set(key, await this.#sign(stream));
    }
  }

  /** From now on these streams. Returns when that was, epoch ms. */
  begin({ name, streams }: Pick<Phase, 'name' | 'streams'>): number {
    // What is due by now is the phase's of before, however late the generator is.
    this.#tick();
    const at = now();
    this.#phase = name;
    this.#running = streams.map((stream) => {
      const before = this.#running.find((one) => one.stream.name === stream.name);
      if (before && before.stream.perS === stream.perS) return before;
      const offset = before ? before.offset + before.sent : 0;
      return { stream, startedAt: at, sent: 0, offset };
    });
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    return at;
  }

  /** Sends nothing more and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const deadline = now() + ANSWER_MS_MAX + 1000;
    while (this.#inFlight > 0 && now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    this.#client.close();
  }

  async #sign({ callers, users, criticality }: Stream): Promise<readonly Who[]> {
    const all: Who[] = [];
    for (let user = 0; user < users; user += 1) {
      for (const caller of callers) {
        const name = `${caller}-user-${user}`;
        const named = criticality === 'by-user' ? classOf(user) : criticality;
        const token = await signToken(this.#options.tokenKey, { caller, user: name, criticality: named });
        all.push({ caller, user: name, criticality: named, token });
      }
    }
    return all;
  }

  #tick(): void {
    for (const running of this.#running) {
      const { stream, startedAt } = running;
      const due = Math.floor(((now() - startedAt) / 1000) * stream.perS);
      while (running.sent < due) {
        running.sent += 1;
        this.#send(running, startedAt + (running.sent * 1000) / stream.perS);
      }
    }
  }

  #send({ stream, offset, sent }: Running, scheduledAt: number): void {
    this.#lagMsMax = Math.max(this.#lagMsMax, now() - scheduledAt);
    const everybody = this.#who.get(identities(stream)) ?? [];
    const who = everybody[(offset + sent) % everybody.length];
    if (who === undefined) return;
    const phase = this.#phase;
    this.#inFlight += 1;
    void this.#request(who, stream, scheduledAt).then((sample) => {
      this.#inFlight -= 1;
      this.#sink({ phase, ...sample });
    });
  }

  async #request(who: Who, stream: Stream, scheduledAt: number): Promise<Omit<ThrottleSample, 'phase'>> {
    const product = 1 + Math.floor(Math.random() * this.#options.products);
    const attempted = await this.#client.get({
      path: `/quotes/${product}`,
      token: who.token,
      deadline: scheduledAt + ANSWER_MS_MAX,
      retriesAtOnce: stream.retriesAtOnce ?? 0,
      attemptMsMax: stream.attemptMsMax ?? ANSWER_MS_MAX,
    });
    const { caller, user, criticality } = who;
    const outcome = outcomeOf(attempted, scheduledAt, product);
    return { stream: stream.name, caller, user, criticality, scheduledAt, ...outcome };
  }
}

/**
 * Equally many users of each class, but in no fixed order: users take turns and so do addresses, and one instance
 * must not get all requests of a class.
 */
export function classOf(user: number): Criticality {
  const classes = CRITICALITIES.length;
  const turned = hash32(String(Math.floor(user / classes)));
  return CRITICALITIES[(user + turned) % classes]!;
}

/** Streams with the same identities share their tokens. */
function identities({ callers, users, criticality }: Stream): string {
  return JSON.stringify([callers, users, criticality]);
}

type Outcome = Pick<
  ThrottleSample,
  'completedAt' | 'ok' | 'refused' | 'wrong' | 'status' | 'code' | 'attempts'
>;

function outcomeOf({ answer, refused, attempts }: Attempted, scheduledAt: number, product: number): Outcome {
  const completedAt = now();
  const isLate = completedAt - scheduledAt > ANSWER_MS_MAX;
  const ok = answer.status === 200 && !isLate;
  const wrong = ok && fieldOf(answer, 'productId') !== product;
  const code = ok ? null : codeOf(answer, refused);
  return { completedAt, ok, refused, wrong, status: answer.status, code, attempts };
}

function codeOf(answer: Answer, refused: boolean): string {
  if (answer.error !== null) return answer.error;
  const code = fieldOf(answer, refused ? 'error' : 'code');
  return typeof code === 'string' ? code : `http ${answer.status}`;
}

function fieldOf({ body }: Answer, name: string): unknown {
  try {
    return (JSON.parse(body) as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}
