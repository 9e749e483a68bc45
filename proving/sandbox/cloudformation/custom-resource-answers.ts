/** Receives what the functions behind custom resources PUT to their ResponseURL. */

import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import type { HttpRoutes } from '../kernel/index.ts';
import { isRecord } from '../../twin/cloudformation/index.ts';

export interface Answer {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason: string;
  readonly physicalId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Expectation {
  readonly url: string;
  readonly answer: Promise<Answer>;
  /** Ends the wait with an error; without effect once answered. */
  abandon(why: string): void;
}

const PREFIX = '/_understudy/custom-resource/';

/** Limit of CloudFormation for the whole answer, in bytes. */
const ANSWER_BYTES_MAX = 4096;

interface Waiting {
  readonly settle: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class CustomResourceAnswers {
  readonly #routes: HttpRoutes;
  readonly #waiting = new Map<string, Waiting>();

  constructor(routes: HttpRoutes) {
    this.#routes = routes;
    routes.route(PREFIX, (request, body, response) => this.#receive(request, body, response));
  }

  /** @param waitMs how long an answer may take */
  expect(waitMs: number): Expectation {
    const token = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const timer = setTimeout(
      () => abandon('CloudFormation did not receive a response from your Custom Resource.'),
      waitMs,
    );
    const finish = () => {
      clearTimeout(timer);
      this.#waiting.delete(token);
    };
    const abandon = (why: string) => {
      finish();
      reject(new Error(why));
    };
    const settle = (answer: Answer) => {
      finish();
      resolve(answer);
    };
    this.#waiting.set(token, { settle, reject: (error) => abandon(error.message) });
    return { url: new URL(`${PREFIX}${token}`, this.#routes.url).href, answer: promise, abandon };
  }

  /** The first answer counts; later ones, and those to unknown addresses, are taken and dropped, as S3 does. */
  #receive(request: http.IncomingMessage, body: Buffer, response: http.ServerResponse): void {
    if (request.method !== 'PUT') {
      response.writeHead(405).end();
      return;
    }
    const token = new URL(request.url ?? '/', 'http://localhost').pathname.slice(PREFIX.length);
    const waiting = this.#waiting.get(token);
    response.writeHead(200).end();
    if (waiting === undefined) return;
    try {
      waiting.settle(parseAnswer(body));
    } catch (error) {
      waiting.reject(error as Error);
    }
  }
}

function parseAnswer(body: Buffer): Answer {
  if (body.length > ANSWER_BYTES_MAX) throw new Error('Response object is too long.');
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString());
  } catch {
    throw new Error('Response is not valid JSON.');
  }
  if (!isRecord(parsed)) throw new Error('Response is not a JSON object.');
  const { Status: status, Reason: reason, PhysicalResourceId: physicalId, Data: data } = parsed;
  if (status !== 'SUCCESS' && status !== 'FAILED')
    throw new Error('Response Status must be SUCCESS or FAILED.');
  return {
    status,
    reason: typeof reason === 'string' ? reason : '',
    physicalId: typeof physicalId === 'string' && physicalId !== '' ? physicalId : null,
    data: isRecord(data) ? data : {},
  };
}
