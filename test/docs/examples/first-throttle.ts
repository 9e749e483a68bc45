import http from 'node:http';
import { ANONYMOUS, type Incoming, openThrottle, throttleHandler } from '../../../runtime/index.ts';

const { throttle } = openThrottle({
  application: 'shop',
  resource: 'quotes',
  capacityPerS: 100,
  region: 'eu-west-1',
  table: process.env['UNDERSTUDY_THROTTLE_TABLE']!,
});

export function quotes(
  verified: (token: string | undefined) => Promise<Incoming | null>,
  handler: http.RequestListener,
): http.Server {
  const identify = async ({ headers }: http.IncomingMessage): Promise<Incoming> =>
    (await verified(headers.authorization)) ?? ANONYMOUS;
  return http.createServer(throttleHandler(throttle, identify, handler));
}
