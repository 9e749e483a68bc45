/**
 * The client that comes in by the public name, as stated in every report. It resolves the name with its time to live and
 * takes the addresses in turns, over keep-alive HTTPS connections that verify the name. An answer after 5 s is a failure.
 *
 * - Connecting takes 1 s at most; where it fails nothing was sent, so any request goes on to the next address.
 * - A GET whose connection breaks before an answer goes on to the next address, too.
 * - A GET that failed otherwise, or has no answer within 2 s, is sent once more after 1 to 1.5 s. These retries stay within 10 %
 *   of what was asked in the last 10 s.
 * - An address that failed so is taken last for 10 s. A POST without an answer says nothing of its address.
 * - A POST of which something was sent is never sent again.
 */

import { Pool } from 'undici';
import { failed, now, type Answer, type Client } from '../../load/client.ts';
import type { Door } from '../ports.ts';
import { Addresses } from './addresses.ts';
import { attempt, type Attempt, type Request } from './attempt.ts';

const CONNECT_MS_MAX = 1000;
const GET_ATTEMPT_MS_MAX = 2000;
/** So many that no request ever waits for another one's connection: it stands for many clients, not for one. */
const CONNECTIONS_MAX = 1024;
const DOUBTFUL_MS = 10_000;
const RETRY_RATIO = 0.1;
const RETRY_WINDOW_S = 10;
/** Longer than a dead target is asked: sooner, every third retry would meet it again. */
const RETRY_BACKOFF_MS = 1000;

export interface DoorClientOptions {
  /** Requests a second that it will send: what the retry budget is a share of. */
  readonly perS: number;
  /** What a team has before it has more: each address in turn, and nothing is ever sent again. @default false */
  readonly plain?: boolean;
}

export class DoorClient implements Client {
  readonly #door: Door;
  readonly #plain: boolean;
  readonly #addresses: Addresses;
  readonly #pools = new Map<string, Pool>();
  readonly #doubtful = new Map<string, number>();
  readonly #tokensMax: number;
  #tokens: number;
  #turn = 0;

  constructor(door: Door, { perS, plain = false }: DoorClientOptions) {
    this.#door = door;
    this.#plain = plain;
    this.#addresses = new Addresses(new URL(door.url).hostname, door.dns);
    this.#tokensMax = RETRY_RATIO * RETRY_WINDOW_S * perS;
    this.#tokens = this.#tokensMax;
  }

  read(path: string, deadline: number): Promise<Answer> {
    return this.#send({ method: 'GET', path }, deadline);
  }

  write(path: string, body: unknown, deadline: number): Promise<Answer> {
    return this.#send({ method: 'POST', path, body: JSON.stringify(body) }, deadline);
  }

  close(): void {
    for (const pool of this.#pools.values()) void pool.destroy();
  }

  async #send(request: Request, deadline: number): Promise<Answer> {
    this.#tokens = Math.min(this.#tokensMax, this.#tokens + RETRY_RATIO);
    let attempts = 0;
    let first: Attempt | null = null;
    const once = async (address: string): Promise<Attempt> => {
      attempts += 1;
      const answer = await this.#attempt(address, request, deadline);
      return ((first ??= answer), answer);
    };
    const answer = await this.#tryAddresses(await this.#inTurn(), request, once);
    const last = this.#mayRetry(answer, request, deadline) ? await this.#again(request, once) : answer;
    return { ...last, attempts, firstFailed: first === null || failed(first) };
  }

  /** The first address that takes the request and answers, or breaks where it must not be sent again. */
  async #tryAddresses(
    addresses: readonly string[],
    request: Request,
    once: (address: string) => Promise<Attempt>,
  ): Promise<Attempt> {
    let answer: Attempt = { status: 0, body: '', error: 'the name does not resolve', sent: false };
    for (const address of this.#plain ? addresses.slice(0, 1) : addresses) {
      answer = await once(address);
      if (!mayGoOn(answer, request)) break;
    }
    return answer;
  }

  async #again(request: Request, once: (address: string) => Promise<Attempt>): Promise<Attempt> {
    await new Promise((resolve) => setTimeout(resolve, RETRY_BACKOFF_MS * (1 + Math.random() / 2)));
    return this.#tryAddresses(await this.#inTurn(), request, once);
  }

  #mayRetry(answer: Attempt, { method }: Request, deadline: number): boolean {
    if (this.#plain || method !== 'GET' || !failed(answer) || this.#tokens < 1) return false;
    if (now() + RETRY_BACKOFF_MS >= deadline) return false;
    this.#tokens -= 1;
    return true;
  }

  async #attempt(address: string, request: Request, deadline: number): Promise<Attempt> {
    const until = request.method === 'GET' && !this.#plain ? now() + GET_ATTEMPT_MS_MAX : deadline;
    const answer = await attempt(this.#poolOf(address), request, Math.min(until, deadline));
    if (answer.error !== null && (request.method === 'GET' || !answer.sent))
      this.#doubtful.set(address, now());
    return answer;
  }

  /** All addresses, beginning with the one whose turn it is; those in doubt last. */
  async #inTurn(): Promise<readonly string[]> {
    const known = await this.#addresses.list();
    const turn = (this.#turn += 1) % Math.max(1, known.length);
    const turned = [...known.slice(turn), ...known.slice(0, turn)];
    const isDoubtful = (address: string): boolean =>
      now() - (this.#doubtful.get(address) ?? -Infinity) < DOUBTFUL_MS;
    if (this.#plain) return turned;
    return [...turned.filter((a) => !isDoubtful(a)), ...turned.filter(isDoubtful)];
  }

  #poolOf(address: string): Pool {
    const known = this.#pools.get(address);
    if (known) return known;
    const { url, ca, from } = this.#door;
    const pool = new Pool(url, {
      connections: CONNECTIONS_MAX,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        ca,
        timeout: CONNECT_MS_MAX,
        lookup: (_name, options, callback) => {
          if (options.all) callback(null, [{ address, family: 4 }]);
          else callback(null, address, 4);
        },
        ...(from === undefined ? {} : { localAddress: from }),
      },
    });
    this.#pools.set(address, pool);
    return pool;
  }
}

/** Nothing of it can have been acted on, or acting twice does no harm. */
function mayGoOn({ sent, error }: Attempt, { method }: Request): boolean {
  if (error === null || error === 'no answer in time') return false;
  return !sent || method === 'GET';
}
