/** An endpoint in AWS's place, on a free port of loopback: it answers each request as told. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Said {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `<method> <path> <body>` of a request, and its headers. */
export type Answer = (request: string, headers: http.IncomingHttpHeaders) => Said | null;

export interface AnsweringEndpoint {
  /** Every request, as `<method> <path> <body>`. */
  readonly asked: string[];
  readonly url: string;
  readonly connection: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
}

/** Long enough for an answer on a busy machine: it is waited for only where none comes. */
export const REQUEST_MS = 2000;

const servers: http.Server[] = [];

/** @param answer null for an answer that never comes */
export async function endpoint(answer: Answer): Promise<AnsweringEndpoint> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = `${request.method} ${request.url} ${Buffer.concat(parts).toString()}`;
      asked.push(text);
      const said = answer(text, request.headers);
      if (said === null) return;
      response.writeHead(said.status ?? 200, { ...said.headers }).end(said.body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const url = `http://127.0.0.1:${port}`;
  return { asked, url, connection: { endpoint: url, region: 'eu-west-1', credentials } };
}

/** For `afterEach`. */
export function closeEndpoints(): void {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}

/** A refusal as AWS's Query and XML protocols write it. */
export function refusal(code: string, status = 400): Said {
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>m</Message></Error></ErrorResponse>`;
  return { status, body };
}

/** What an answer of a mutating call says about its effect, in every protocol alike (F-16). */
export const OUTCOMES: readonly (readonly [string, (refuse: typeof refusal) => Said | null, object])[] = [
  [
    'a denial is for good',
    (refuse) => refuse('AccessDenied', 403),
    { outcome: 'refused', conflict: false, retryable: false },
  ],
  [
    'a throttle may be tried again, by us and not by the SDK',
    (refuse) => refuse('Throttling', 400),
    { outcome: 'refused', conflict: false, retryable: true },
  ],
  ['a server error leaves it open', (refuse) => refuse('InternalFailure', 500), { outcome: 'unknown' }],
  ['so does an answer that never comes', () => null, { outcome: 'unknown' }],
];
