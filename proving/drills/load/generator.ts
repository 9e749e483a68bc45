/** Open-loop load: requests leave on schedule whatever became of those before. */

import { randomBytes, randomUUID } from 'node:crypto';
import type { Sample } from '../model.ts';
import { ANSWER_MS_MAX, failed, now, type Answer, type Client } from './client.ts';

export interface LoadOptions {
  readonly readsPerS: number;
  readonly writesPerS: number;
  /** Products that exist, from 1. */
  readonly products: number;
  /** Products of the catalogue, from 1, which one read in four asks for. @default - none is asked for */
  readonly catalog?: number;
  /** First eight hex digits of every order id, so that one load's orders can be told from another's. */
  readonly tag: string;
}

const TICK_MS = 2;
/** One read in so many asks for an order that was acknowledged before, with the position that came with it. */
const OWN_READ_EVERY = 10;
const CATALOG_READ_EVERY = 4;
/** Of so many acknowledged orders one is chosen: young ones are the hardest to show. */
const ACKNOWLEDGED_KEPT = 50;

interface Acknowledged {
  readonly id: string;
  readonly position: string;
}

export function newTag(): string {
  return randomBytes(4).toString('hex');
}

export class Generator {
  readonly #options: LoadOptions;
  readonly #client: Client;
  readonly #sink: (sample: Sample) => void;
  readonly #started = now();
  #sentReads = 0;
  #sentWrites = 0;
  #acknowledged: Acknowledged[] = [];
  #inFlight = 0;
  #lagMsMax = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: Client, options: LoadOptions, sink: (sample: Sample) => void) {
    this.#client = client;
    this.#options = options;
    this.#sink = sink;
  }

  get lagMsMax(): number {
    return this.#lagMsMax;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Sends nothing more and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const deadline = now() + ANSWER_MS_MAX + 1000;
    while (this.#inFlight > 0 && now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    this.#client.close();
  }

  #tick(): void {
    const elapsedS = (now() - this.#started) / 1000;
    const readsDue = Math.floor(elapsedS * this.#options.readsPerS);
    for (; this.#sentReads < readsDue; this.#sentReads += 1)
      this.#send('read', this.#due(this.#sentReads, this.#options.readsPerS));
    const writesDue = Math.floor(elapsedS * this.#options.writesPerS);
    for (; this.#sentWrites < writesDue; this.#sentWrites += 1)
      this.#send('write', this.#due(this.#sentWrites, this.#options.writesPerS));
  }

  #due(index: number, perS: number): number {
    return this.#started + ((index + 1) * 1000) / perS;
  }

  #send(kind: 'read' | 'write', scheduledAt: number): void {
    this.#lagMsMax = Math.max(this.#lagMsMax, now() - scheduledAt);
    this.#inFlight += 1;
    void this.#request(kind, scheduledAt).then((sample) => {
      this.#inFlight -= 1;
      this.#sink(sample);
    });
  }

  #request(kind: 'read' | 'write', scheduledAt: number): Promise<Sample> {
    if (kind === 'write') return this.#write(scheduledAt);
    const own = this.#sentReads % OWN_READ_EVERY === 0 ? oneOf(this.#acknowledged) : undefined;
    return own ? this.#readOwn(scheduledAt, own) : this.#read(scheduledAt);
  }

  async #read(scheduledAt: number): Promise<Sample> {
    const { products, catalog } = this.#options;
    const isOfCatalog = catalog !== undefined && this.#sentReads % CATALOG_READ_EVERY === 1;
    const id = 1 + Math.floor(Math.random() * (isOfCatalog ? catalog : products));
    const path = isOfCatalog ? `/catalog/${id}` : `/products/${id}`;
    const answer = await this.#client.read(path, scheduledAt + ANSWER_MS_MAX);
    const sample = toSample('read', scheduledAt, answer, null);
    return { ...sample, catalog: isOfCatalog, wrong: sample.ok && field(answer.body, 'id') !== id };
  }

  /** An order that was acknowledged must be there: "not found" is an answer, and a stale one. */
  async #readOwn(scheduledAt: number, { id, position }: Acknowledged): Promise<Sample> {
    const path = `/orders/${id}?after=${encodeURIComponent(position)}`;
    const answer = await this.#client.read(path, scheduledAt + ANSWER_MS_MAX);
    const missing = answer.status === 404;
    const sample = toSample('read', scheduledAt, missing ? { ...answer, status: 200 } : answer, null);
    const told = { ...sample, own: true, status: answer.status };
    if (missing) return { ...told, stale: sample.ok };
    return { ...told, wrong: sample.ok && field(answer.body, 'id') !== id };
  }

  async #write(scheduledAt: number): Promise<Sample> {
    const id = this.#options.tag + randomUUID().slice(8);
    const order = { id, productId: 1 + Math.floor(Math.random() * this.#options.products), quantity: 1 };
    const answer = await this.#client.write('/orders', order, scheduledAt + ANSWER_MS_MAX);
    const sample = toSample('write', scheduledAt, answer, id);
    const position = field(answer.body, 'position');
    // Without a number the application says that only the writer has it: such a read fails while there is none.
    if (sample.ok && typeof position === 'string' && /^\d+$/.test(position)) {
      this.#acknowledged = [...this.#acknowledged.slice(1 - ACKNOWLEDGED_KEPT), { id, position }];
    }
    return sample;
  }
}

function toSample(kind: Sample['kind'], scheduledAt: number, answer: Answer, id: string | null): Sample {
  const completedAt = now();
  const late = completedAt - scheduledAt > ANSWER_MS_MAX;
  const refused = answer.status === 429;
  const ok = !late && !refused && !failed(answer) && answer.status < 400;
  const code = ok ? null : (answer.error ?? errorCode(answer));
  const told = { own: false, catalog: false, wrong: false, stale: false };
  const { status, attempts = 1, firstFailed = failed(answer) } = answer;
  return { kind, scheduledAt, completedAt, ok, refused, ...told, status, code, id, attempts, firstFailed };
}

function oneOf<T>(list: readonly T[]): T | undefined {
  return list[Math.floor(Math.random() * list.length)];
}

function errorCode(answer: Answer): string {
  const code = field(answer.body, 'code');
  return typeof code === 'string' ? code : `http ${answer.status}`;
}

function field(body: string, name: string): unknown {
  try {
    return (JSON.parse(body) as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}
