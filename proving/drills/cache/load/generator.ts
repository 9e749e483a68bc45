/** Open-loop load on the catalogue: requests leave on schedule whatever became of those before. */

import { ANSWER_MS_MAX, now } from '../../load/client.ts';
import { SOURCES, type CacheSample } from '../model.ts';
import { CatalogClient, type Attempted, type CacheAnswer } from './client.ts';
import type { Aim } from './messages.ts';

export interface CacheLoadOptions {
  /** Instances of the application, taking turns. */
  readonly urls: readonly string[];
  readonly readsPerS: number;
  readonly writesPerS: number;
}

const TICK_MS = 2;
export const READS_TOGETHER = 2;
/** A visit is closed loop: it fills what is cold and asks no more of the database than a few readers do. */
const VISITORS = 8;
const VISIT_ROUNDS_MAX = 20;
const VISIT_PAUSE_MS = 250;
const PRICE_MAX = 10_000;

type Kind = CacheSample['kind'];

/** Requests of one kind since the load began, or went on. */
interface Stream {
  readonly kind: Kind;
  readonly perS: number;
  /** So many leave at the same moment: two readers of one key that is not cached meet. */
  readonly together: number;
  products: readonly number[];
  /** What was sent of these products. */
  turn: number;
  startedAt: number;
  sent: number;
}

export class CacheGenerator {
  readonly #client: CatalogClient;
  readonly #sink: (sample: CacheSample) => void;
  readonly #streams: readonly Stream[];
  #inFlight = 0;
  #lagMsMax = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ urls, readsPerS, writesPerS }: CacheLoadOptions, sink: (sample: CacheSample) => void) {
    this.#client = new CatalogClient(urls);
    this.#sink = sink;
    const stream = (kind: Kind, perS: number, together: number): Stream => ({
      kind,
      perS,
      together,
      products: [],
      turn: 0,
      startedAt: 0,
      sent: 0,
    });
    this.#streams = [stream('read', readsPerS, READS_TOGETHER), stream('write', writesPerS, 1)];
  }

  get lagMsMax(): number {
    return this.#lagMsMax;
  }

  /** Aims the load anew. The schedule goes on where it was; after a pause it begins. */
  begin({ reads, writes }: Aim): number {
    const at = now();
    for (const stream of this.#streams) {
      stream.products = stream.kind === 'read' ? reads : writes;
      stream.turn = 0;
      if (this.#timer !== undefined) continue;
      stream.startedAt = at;
      stream.sent = 0;
    }
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    return at;
  }

  /** Sends nothing more and waits for what is under way. */
  async pause(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const deadline = now() + ANSWER_MS_MAX + 1000;
    while (this.#inFlight > 0 && now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async stop(): Promise<void> {
    await this.pause();
    this.#client.close();
  }

  /** Reads each product until it is answered; what is not after the last round is told as it was. */
  async visit(products: readonly number[]): Promise<readonly CacheSample[]> {
    const visits: CacheSample[] = [];
    let left = [...products];
    for (let round = 0; left.length > 0 && round < VISIT_ROUNDS_MAX; round += 1) {
      if (round > 0) await new Promise((resolve) => setTimeout(resolve, VISIT_PAUSE_MS));
      const queue = left.values();
      const seen: CacheSample[] = [];
      const visitor = async (): Promise<void> => {
        for (const product of queue) seen.push(await this.#request('read', product, now()));
      };
      await Promise.all(Array.from({ length: VISITORS }, visitor));
      const isLast = round === VISIT_ROUNDS_MAX - 1;
      visits.push(...seen.filter(({ ok }) => ok || isLast));
      left = seen.filter(({ ok }) => !ok).map(({ product }) => product);
    }
    return visits;
  }

  #tick(): void {
    for (const stream of this.#streams) {
      const { together, perS, startedAt } = stream;
      const due = Math.floor((((now() - startedAt) / 1000) * perS) / together) * together;
      for (; stream.sent < due; stream.sent += 1) {
        const groups = Math.floor(stream.sent / together) + 1;
        this.#send(stream, startedAt + (groups * together * 1000) / perS);
      }
    }
  }

  #send(stream: Stream, scheduledAt: number): void {
    if (stream.products.length === 0) return;
    const product = stream.products[stream.turn % stream.products.length]!;
    stream.turn += 1;
    this.#lagMsMax = Math.max(this.#lagMsMax, now() - scheduledAt);
    this.#inFlight += 1;
    void this.#request(stream.kind, product, scheduledAt).then((sample) => {
      this.#inFlight -= 1;
      this.#sink(sample);
    });
  }

  async #request(kind: Kind, product: number, scheduledAt: number): Promise<CacheSample> {
    const deadline = scheduledAt + ANSWER_MS_MAX;
    const path = `/catalog/${product}`;
    const body = { priceCents: 1 + Math.floor(Math.random() * PRICE_MAX) };
    const attempted = await this.#client.send(
      kind === 'read' ? { method: 'GET', path, deadline } : { method: 'PUT', path, body, deadline },
    );
    return toSample(kind, product, scheduledAt, attempted);
  }
}

function toSample(
  kind: Kind,
  product: number,
  scheduledAt: number,
  { answer, refused, attempts, firstSentAt, answeredSentAt }: Attempted,
): CacheSample {
  const completedAt = now();
  const isLate = completedAt - scheduledAt > ANSWER_MS_MAX;
  const { id, version, code } = bodyOf(answer);
  const isOther = id !== product || typeof version !== 'number';
  const isAnswered = !isLate && answer.status === 200;
  const ok = isAnswered && !(kind === 'write' && isOther);
  return {
    kind,
    product,
    scheduledAt,
    sentAt: kind === 'write' ? firstSentAt : answeredSentAt,
    completedAt,
    ok,
    refused: !ok && refused && !isLate,
    wrong: isAnswered && isOther,
    source: kind === 'read' && ok ? (SOURCES.find((name) => name === answer.source) ?? null) : null,
    version: ok && typeof version === 'number' ? version : null,
    status: answer.status,
    code: ok ? null : (answer.error ?? (typeof code === 'string' ? code : `http ${answer.status}`)),
    attempts,
  };
}

function bodyOf({ body }: CacheAnswer): { id?: unknown; version?: unknown; code?: unknown } {
  try {
    return (JSON.parse(body) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
