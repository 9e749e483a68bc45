import { afterEach, describe, expect, it, vi } from 'vitest';
import { ZonalShiftApi } from '../../../../lambdas/shared/aws/zonal-shift.ts';
import { closeEndpoints, endpoint, OUTCOMES, type Answer, type Said, REQUEST_MS } from './endpoint.ts';

afterEach(closeEndpoints);

const BALANCER = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/demo/1';
const ZONE_IDS = { 'eu-west-1a': 'euw1-az3', 'eu-west-1b': 'euw1-az1' };
const SHIFT = { balancer: BALANCER, zone: 'eu-west-1a', minutes: 120, comment: 'understudy demo' };
const STARTED: Said = { status: 201, body: '{"zonalShiftId": "s-1", "status": "ACTIVE"}' };

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };

async function arc(answer: Answer, zoneIds: Readonly<Record<string, string>> = ZONE_IDS) {
  const { asked, url } = await endpoint(answer);
  const options = { region: 'eu-west-1', requestMs: REQUEST_MS, zoneIds, endpoint: url, credentials };
  return { asked, arc: new ZonalShiftApi(options) };
}

/** A refusal as AWS's REST protocol writes it. */
function refuse(code: string, status = 400): Said {
  return { status, headers: { 'x-amzn-errortype': `${code}:http://internal.amazon.com/` }, body: '{}' };
}

const told = (resource: object): Said => ({ body: JSON.stringify({ arn: BALANCER, ...resource }) });
const shiftAway = (awayFrom: string, more: object = {}) => ({
  zonalShiftId: 's-1',
  resourceIdentifier: BALANCER,
  awayFrom,
  startTime: 1_700_000_000,
  expiryTime: 1_700_007_200,
  comment: 'understudy demo',
  ...more,
});

describe('what is shifted on a balancer', () => {
  it('is asked of its ARN, with zones by the names of the tasks and times in milliseconds', async () => {
    const zonalShifts = [shiftAway('euw1-az3', { appliedStatus: 'APPLIED' })];
    const rig = await arc(() => told({ zonalShifts }));
    expect(await rig.arc.managed(BALANCER)).toEqual({
      balancer: BALANCER,
      shifts: [
        {
          shiftId: 's-1',
          zone: 'eu-west-1a',
          startedAt: 1_700_000_000_000,
          expiresAt: 1_700_007_200_000,
          comment: 'understudy demo',
        },
      ],
      autoshifted: [],
    });
    expect(rig.asked).toEqual([`GET /managedresources/${encodeURIComponent(BALANCER)} `]);
  });

  it('leaves out what is not in force, and tells of what AWS itself leads away from', async () => {
    const rig = await arc(() =>
      told({
        zonalShifts: [shiftAway('euw1-az3', { appliedStatus: 'NOT_APPLIED' })],
        autoshifts: [
          { awayFrom: 'euw1-az1', appliedStatus: 'APPLIED' },
          { awayFrom: 'euw1-az3', appliedStatus: 'NOT_APPLIED' },
        ],
      }),
    );
    expect(await rig.arc.managed(BALANCER)).toMatchObject({ shifts: [], autoshifted: ['eu-west-1b'] });
  });

  it('keeps a zone that it knows no name of, and a shift without a comment', async () => {
    const rig = await arc(() => told({ zonalShifts: [shiftAway('euw1-az2', { comment: undefined })] }));
    expect((await rig.arc.managed(BALANCER)).shifts).toMatchObject([{ zone: 'euw1-az2', comment: '' }]);
  });

  it('is nothing where nothing is told, and an error with its name where ARC refuses', async () => {
    const nothing = await arc(() => told({}));
    expect(await nothing.arc.managed(BALANCER)).toMatchObject({ shifts: [], autoshifted: [] });
    const unknown = await arc(() => refuse('ResourceNotFoundException', 404));
    await expect(unknown.arc.managed(BALANCER)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('is asked where AWS_ENDPOINT_URL says, as by every other client', async () => {
    const { asked, url } = await endpoint(() => told({}));
    vi.stubEnv('AWS_ENDPOINT_URL', url);
    const options = { region: 'eu-west-1', requestMs: REQUEST_MS, zoneIds: {}, credentials };
    await new ZonalShiftApi(options).managed(BALANCER).finally(() => vi.unstubAllEnvs());
    expect(asked).toHaveLength(1);
  });
});

describe('a shift', () => {
  it('SEC-09: names balancer and zone id, ends by itself, and is asked for once', async () => {
    const rig = await arc(() => STARTED);
    expect(await rig.arc.start(SHIFT)).toEqual({ outcome: 'accepted' });
    expect(rig.asked).toHaveLength(1);
    const [method, path, ...body] = rig.asked[0]!.split(' ');
    expect([method, path]).toEqual(['POST', '/zonalshifts']);
    expect(JSON.parse(body.join(' '))).toEqual({
      resourceIdentifier: BALANCER,
      awayFrom: 'euw1-az3',
      expiresIn: '120m',
      comment: 'understudy demo',
    });
  });

  it('names the zone as it is where no id is known', async () => {
    const rig = await arc(() => STARTED, {});
    await rig.arc.start(SHIFT);
    expect(rig.asked[0]).toContain('"awayFrom":"eu-west-1a"');
  });

  it('is cancelled by its id', async () => {
    const rig = await arc(() => ({ body: '{"zonalShiftId": "s-1", "status": "CANCELED"}' }));
    expect(await rig.arc.cancel('s-1')).toEqual({ outcome: 'accepted' });
    expect(rig.asked).toEqual(['DELETE /zonalshifts/s-1 ']);
  });

  it('is signed for ARC in its Region, with the session token', async () => {
    let seen: Readonly<Record<string, unknown>> = {};
    const rig = await arc((_request, headers) => {
      seen = headers;
      return STARTED;
    });
    await rig.arc.start(SHIFT);
    expect(seen['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/arc-zonal-shift\/aws4_request, SignedHeaders=[^,]*x-amz-security-token/,
    );
    expect(seen).toMatchObject({ 'x-amz-security-token': 'token', 'content-type': 'application/json' });
  });

  const MINE = [
    [
      'a shift that stands already is a conflict',
      () => refuse('ConflictException', 409),
      { outcome: 'refused', code: 'ConflictException', conflict: true, retryable: true },
    ],
    [
      'so is one whose code stands in the body',
      () => ({ status: 409, body: '{"__type": "com.amazonaws.arczonalshift#ConflictException"}' }),
      { outcome: 'refused', code: 'ConflictException', conflict: true },
    ],
    [
      'a refusal that is no JSON is a refusal',
      () => ({ status: 400, body: '<html>' }),
      { outcome: 'refused', code: 'UnknownError', retryable: false },
    ],
    [
      'an accepted shift whose answer is not readable leaves it open',
      () => ({ status: 201, body: 'oops' }),
      { outcome: 'unknown' },
    ],
    [
      'a redirection is not followed',
      () => ({ status: 307, headers: { location: '/zonalshifts/other' }, body: '' }),
      { outcome: 'unknown' },
    ],
  ] as const;

  it.each([...MINE, ...OUTCOMES])('F-16: %s, and nothing is repeated', async (_name, say, outcome) => {
    const starting = await arc(() => say(refuse));
    expect(await starting.arc.start(SHIFT)).toMatchObject(outcome);
    expect(starting.asked).toHaveLength(1);
    const cancelling = await arc(() => say(refuse));
    expect(await cancelling.arc.cancel('s-1')).toMatchObject(outcome);
    expect(cancelling.asked).toHaveLength(1);
  });
});
