/** One request of one health checker: real HTTP, HTTPS or TCP. */

import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { EndpointCheck } from './settings.ts';

export interface ProbeLimits {
  /** Until the connection stands, for HTTPS with its handshake. */
  readonly connectMs: number;
  /** From then until the status; and once more until enough of the body, where text is looked for. */
  readonly answerMs: number;
  readonly tcpConnectMs: number;
}

/** Route 53 looks for the text within so much of the body. */
const SEARCHED_BYTES = 5_120;
const AGENT = 'Amazon-Route53-Health-Check-Service (the sandbox)';

/** True where the endpoint is healthy by this request. Never rejects. */
export function probe(check: EndpointCheck, address: string, limits: ProbeLimits): Promise<boolean> {
  return check.type === 'TCP' ? connects(check, address, limits) : answers(check, address, limits);
}

function connects(check: EndpointCheck, address: string, limits: ProbeLimits): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: address, port: check.port });
    const finish = (succeeded: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(succeeded);
    };
    const timer = setTimeout(() => finish(false), limits.tcpConnectMs);
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

function answers(check: EndpointCheck, address: string, limits: ProbeLimits): Promise<boolean> {
  return new Promise((resolve) => {
    const request = open(check, address);
    let timer = setTimeout(() => finish(false), limits.connectMs);
    const finish = (succeeded: boolean) => {
      clearTimeout(timer);
      request.destroy();
      resolve(succeeded);
    };
    const within = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => finish(false), ms);
    };
    const stands = check.type.startsWith('HTTPS') ? 'secureConnect' : 'connect';
    request.once('socket', (socket) => socket.once(stands, () => within(limits.answerMs)));
    request.once('error', () => finish(false));
    request.once('response', (response) => {
      response.on('error', () => finish(false));
      if (!isGood(response.statusCode)) return finish(false);
      if (check.search === null) return finish(true);
      within(limits.answerMs);
      return look(response, check.search, finish);
    });
    request.end();
  });
}

function isGood(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 400;
}

/** The certificate is not validated, as Route 53 does not. */
function open(check: EndpointCheck, address: string): http.ClientRequest {
  const isTls = check.type.startsWith('HTTPS');
  const options = {
    host: address,
    port: check.port,
    path: check.path.startsWith('/') ? check.path : `/${check.path}`,
    agent: false as const,
    headers: { host: check.name ?? address, 'user-agent': AGENT, connection: 'close' },
  };
  if (!isTls) return http.request(options);
  const servername = check.sendsName && check.name !== null ? check.name : '';
  return https.request({ ...options, servername, rejectUnauthorized: false });
}

function look(response: http.IncomingMessage, search: string, finish: (found: boolean) => void): void {
  let body = Buffer.alloc(0);
  const found = () => body.subarray(0, SEARCHED_BYTES).includes(search);
  response.on('data', (chunk: Buffer) => {
    body = Buffer.concat([body, chunk]);
    if (body.length >= SEARCHED_BYTES || found()) finish(found());
  });
  response.on('end', () => finish(found()));
}
