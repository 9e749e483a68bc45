/** Older tools speak awsQuery to services whose SDK has moved on to JSON. */

import * as CloudWatch from '@aws-sdk/client-cloudwatch';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '@aws-crypto/sha256-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsError, operation } from '../../../../proving/sandbox/kernel/index.ts';
import { type Endpoint, createEndpoint } from '../../../../proving/sandbox/wire/index.ts';
import { OPERATOR_KEY, REGION, testIdentity, testWorld } from './world.ts';

let endpoint: Endpoint;
const received: unknown[] = [];

beforeAll(async () => {
  endpoint = createEndpoint(testWorld(), { identity: testIdentity() });
  endpoint.add({
    signingName: 'monitoring',
    sdk: CloudWatch,
    client: new CloudWatch.CloudWatchClient({ region: REGION, credentials: OPERATOR_KEY }),
    operations: {
      DescribeAlarms: operation({
        authorize: () => [],
        handle: (input) => {
          received.push(input);
          return { MetricAlarms: [{ AlarmName: 'a & b', StateValue: 'OK' }] };
        },
      }),
      SetAlarmState: operation({
        authorize: () => [],
        handle: () => {
          throw new AwsError('ResourceNotFound', 'no <such> alarm');
        },
      }),
    },
  });
  await endpoint.listen(0);
});

afterAll(() => endpoint.stop());

async function post(form: string): Promise<Response> {
  const signer = new SignatureV4({
    service: 'monitoring',
    region: REGION,
    credentials: OPERATOR_KEY,
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: '/',
    headers: {
      host: new URL(endpoint.addressUrl).host,
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    },
    body: form,
  });
  return fetch(`${endpoint.addressUrl}/`, { method: 'POST', headers, body: form });
}

describe('a form sent to CloudWatch', () => {
  it('is read and answered in XML', async () => {
    const answer = await post(
      'Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=a&AlarmNames.member.2=b&MaxRecords=5',
    );
    expect(received).toEqual([{ AlarmNames: ['a', 'b'], MaxRecords: 5 }]);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/xml');
    expect(text).toContain('<DescribeAlarmsResult><MetricAlarms><member><AlarmName>a &amp; b</AlarmName>');
    expect(text).toContain('xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"');
  });

  it('is refused in XML', async () => {
    const answer = await post('Action=SetAlarmState&AlarmName=a&StateValue=OK&StateReason=x');
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain(
      '<Code>ResourceNotFound</Code><Message>no &lt;such&gt; alarm</Message>',
    );
  });

  it.each([
    ['Version=2010-08-01', "A request whose form has no 'Action' is no operation of this service"],
    ['Action=Nothing', 'Nothing is no operation of this service'],
    ['Action=DescribeAlarms&MaxRecords=many', '&apos;MaxRecords&apos; must be a number'],
    ['Action=SetAlarmState&AlarmName=a', 'StateValue'],
  ])('%s is refused by name', async (form, message) => {
    const text = await (await post(form)).text();
    expect(text.replaceAll("'", '&apos;')).toContain(message.replaceAll("'", '&apos;'));
  });
});
