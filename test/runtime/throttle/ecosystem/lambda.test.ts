/** Lambda behind an HTTP API, with the events and answers of payload format 2.0, and behind a REST API (1.0). */

import { describe, expect, it } from 'vitest';
import { aimd } from '../../../../core/limits/index.ts';
import { systemClock, Throttle, throttleLambda } from '../../../../runtime/index.ts';
import { callerOf } from './contract.ts';

/** The parts of an event of an HTTP API with a JWT authorizer: the gateway has verified the claims. */
interface HttpApiEvent {
  readonly version: '2.0';
  readonly rawPath: string;
  readonly requestContext: {
    readonly authorizer?: { readonly jwt: { readonly claims: Readonly<Record<string, string>> } };
  };
}
interface HttpApiAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly cookies?: string[];
}

const event = (caller?: string): HttpApiEvent => ({
  version: '2.0',
  rawPath: '/quotes/1',
  requestContext: caller === undefined ? {} : { authorizer: { jwt: { claims: { client_id: caller } } } },
});
const context = (ms = 3000) => ({
  getRemainingTimeInMillis: () => ms,
  functionName: 'shop',
  awsRequestId: 'r-1',
});

function open(handler: (event: HttpApiEvent) => Promise<HttpApiAnswer>) {
  const limit = { perSecond: 0.01, burst: 1 };
  const throttle = new Throttle({
    clock: systemClock,
    limitOf: () => limit,
    shared: limit,
    concurrency: aimd({ start: 10 }),
  });
  const identify = ({ requestContext }: HttpApiEvent) =>
    callerOf(requestContext.authorizer?.jwt.claims['client_id']);
  return { throttle, handler: throttleLambda(throttle, identify, handler) };
}

const hello = async (): Promise<HttpApiAnswer> => ({
  statusCode: 200,
  headers: { 'x-own': 'kept' },
  body: 'hello',
  cookies: ['a=1'],
});

describe('the throttle in front of Lambda', () => {
  it('tells what is left and keeps the answer whole, then refuses with 429', async () => {
    const { handler } = open(hello);
    expect(await handler(event('alpha'), context())).toEqual({
      ...(await hello()),
      headers: { 'x-own': 'kept', 'ratelimit-policy': '"caller";q=2;w=100', ratelimit: '"caller";r=1' },
    });
    await handler(event('alpha'), context());
    const refused = await handler(event('alpha'), context());
    expect(refused).toMatchObject({ statusCode: 429, headers: { 'retry-after': '100' } });
    expect(JSON.parse(refused.body!)).toMatchObject({ error: 'caller-limit', retryAfterS: 100 });
    expect((await handler(event(), context())).statusCode).toBe(200);
  });

  it('frees the place of a handler that throws, and passes its error on', async () => {
    const { handler, throttle } = open(() => Promise.reject(new Error('expected')));
    await expect(handler(event('alpha'), context())).rejects.toThrow('expected');
    expect(throttle.describe().gate).toMatchObject({ inFlight: 0, limit: 10 });
  });

  it('lowers the limit when the handler says that it has too much', async () => {
    const { handler, throttle } = open(async () => ({ ...(await hello()), statusCode: 503 }));
    await handler(event('alpha'), context());
    expect(throttle.describe().gate).toMatchObject({ inFlight: 0, limit: 9 });
  });

  it('begins nothing that the function has no time for', async () => {
    let begun = 0;
    const { handler } = open(() => {
      begun += 1;
      return hello();
    });
    const answer = await handler(event('alpha'), context(-1));
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
    expect(begun).toBe(0);
  });

  it('is typed by the events and answers of other sources too', async () => {
    interface RestApiEvent {
      readonly httpMethod: string;
      readonly requestContext: { readonly identity: { readonly apiKeyId: string | null } };
    }
    const { throttle } = open(hello);
    const handler = throttleLambda(
      throttle,
      ({ requestContext }: RestApiEvent) => callerOf(requestContext.identity.apiKeyId),
      async ({ httpMethod }) => ({ statusCode: 200, body: httpMethod, isBase64Encoded: false }),
    );
    const answer = await handler(
      { httpMethod: 'GET', requestContext: { identity: { apiKeyId: 'key-1' } } },
      context(),
    );
    expect(answer).toMatchObject({ statusCode: 200, body: 'GET', isBase64Encoded: false });
  });
});
