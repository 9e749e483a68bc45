import { afterEach, describe, expect, it } from 'vitest';
import { CallersClient, type Attempted } from '../../../../proving/drills/throttle/load/client.ts';
import { Answering, quote, SHED, type Asked, type Reply } from './answering.ts';

const servers: Answering[] = [];
let client: CallersClient | undefined;

afterEach(() => {
  client?.close();
  for (const server of servers.splice(0)) server.close();
});

async function answering(replyTo: (asked: Asked, index: number) => Reply): Promise<Answering> {
  const server = await new Answering(replyTo).listen();
  servers.push(server);
  return server;
}

/** An address at which nobody listens any more. */
async function gone(): Promise<string> {
  const server = await answering(quote);
  server.close();
  return server.url;
}

function get(retriesAtOnce = 0): Promise<Attempted> {
  const deadline = performance.timeOrigin + performance.now() + 5000;
  return client!.get({ path: '/quotes/7', token: 't', deadline, retriesAtOnce, attemptMsMax: 5000 });
}

describe('the client of the load', () => {
  it('takes turns over the addresses', async () => {
    const both = [await answering(quote), await answering(quote)];
    client = new CallersClient(both.map(({ url }) => url));
    for (let i = 0; i < 6; i += 1) expect((await get()).attempts).toBe(1);
    expect(both.map(({ asked }) => asked.length)).toEqual([3, 3]);
  });

  it('tries the next address at once when one refuses the connection', async () => {
    const alive = await answering(quote);
    client = new CallersClient([await gone(), alive.url]);
    for (let i = 0; i < 40; i += 1) expect((await get()).answer.status).toBe(200);
    expect(alive.asked).toHaveLength(40);
  });

  it('tries a GET that failed once more, at the next address', async () => {
    const broken = await answering(() => ({ status: 200, breaks: true }));
    const alive = await answering(quote);
    client = new CallersClient([alive.url, broken.url]);
    const answers = [await get(), await get()];
    expect(answers.map(({ answer }) => answer.status)).toEqual([200, 200]);
    expect(answers.map(({ attempts }) => attempts).toSorted((a, b) => a - b)).toEqual([1, 2]);
  });

  it('I-23: tries again within a budget of 10 %', async () => {
    const broken = await answering(() => ({ status: 500 }));
    client = new CallersClient([broken.url]);
    const requests = 300;
    for (let i = 0; i < requests; i += 20) await Promise.all(Array.from({ length: 20 }, () => get()));
    // Twenty were saved up before.
    expect(broken.asked.length - requests).toBeLessThanOrEqual(20 + requests / 10 + 1);
    expect(broken.asked.length).toBeGreaterThan(requests);
  });

  it.each([
    [429, 'caller-limit'],
    [503, 'shed'],
    [503, 'queue-full'],
    [503, 'deadline-passed'],
  ])('takes %i %s for an answer, and does not try again', async (status, error) => {
    const server = await answering(() => ({ status, body: { error } }));
    client = new CallersClient([server.url]);
    expect(await get()).toMatchObject({ refused: true, attempts: 1 });
  });

  it('takes a 503 without a reason for a failure', async () => {
    const server = await answering(() => ({ status: 503, body: { code: 'no-member' } }));
    client = new CallersClient([server.url]);
    expect(await get()).toMatchObject({ refused: false, attempts: 2 });
  });

  it('without manners sends it again at once until it is served, so often at most', async () => {
    const server = await answering((asked, index) => (index === 3 ? quote(asked) : SHED));
    client = new CallersClient([server.url]);
    expect(await get(5)).toMatchObject({ answer: { status: 200 }, attempts: 4 });
    expect(await get(5)).toMatchObject({ answer: { status: 503 }, attempts: 6, refused: true });
  });
});
