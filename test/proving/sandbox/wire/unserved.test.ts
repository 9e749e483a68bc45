/** A service that is not there says so in the protocol that its caller reads. */

import { describe, expect, it } from 'vitest';
import { unserved } from '../../../../proving/sandbox/wire/unserved.ts';

const SCOPE = { accessKeyId: 'K', date: '20260101', region: 'us-east-1' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

function answerTo(service: string | null, headers: Record<string, string>) {
  const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers, body: Buffer.alloc(0) };
  const scope = service === null ? null : { ...SCOPE, service };
  return unserved(request, scope as never, ['rds', 'ssm']);
}

describe('a service that the sandbox does not have', () => {
  it.each([
    ['sns', FORM],
    ['cloudfront', {}],
  ])('%s reads XML', (service, headers) => {
    const { status, headers: sent, body } = answerTo(service, headers);
    expect(status).toBe(501);
    expect(sent['content-type']).toBe('text/xml');
    expect(body).toContain(
      `<Message>The sandbox has no service '${service}'. It serves: rds, ssm.</Message>`,
    );
  });

  it.each([
    [
      'logs',
      { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.DescribeLogGroups' },
    ],
    ['apigateway', {}],
  ])('%s reads JSON', (service, headers) => {
    const { status, headers: sent, body } = answerTo(service, headers);
    expect(status).toBe(501);
    expect(sent['x-amzn-errortype']).toBe('UnknownService');
    expect(JSON.parse(String(body))).toEqual({
      __type: 'UnknownService',
      message: `The sandbox has no service '${service}'. It serves: rds, ssm.`,
    });
  });
});

describe('a request without a signature', () => {
  it('is refused as such', () => {
    expect(answerTo(null, {}).status).toBe(403);
    expect(answerTo(null, FORM).body).toContain('<Code>MissingAuthenticationToken</Code>');
  });
});
