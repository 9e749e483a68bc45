/** Answers that a balancer gives by itself. */

import { STATUS_CODES } from 'node:http';
import type http from 'node:http';
import type { Action } from '../model.ts';
import type { Exchange } from './exchange.ts';

const SERVER = 'awselb/2.0';

/** Redirects and fixed answers. @returns the URL that a redirect leads to, else an empty text */
export function answerAction(
  response: http.ServerResponse,
  action: Exclude<Action, { kind: 'forward' }>,
  request: Exchange,
): string {
  if (action.kind === 'fixed-response') {
    send(response, action.status, { 'content-type': `${action.contentType}; charset=utf-8` }, action.body);
    return '';
  }
  const location = redirectUrl(action, request);
  send(response, action.status, { 'content-type': 'text/html', location }, page(action.status));
  return location;
}

export function answerError(response: http.ServerResponse, status: number): void {
  // What is left of the request's body is not read, so the connection cannot be used again.
  if (!response.req.complete) response.shouldKeepAlive = false;
  send(response, status, { 'content-type': 'text/html' }, page(status));
}

function send(
  response: http.ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, { server: SERVER, ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function page(status: number): string {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
}

/** `#{host}` and the like stand for what the request has; `#{path}` comes without its first slash. */
function redirectUrl(
  action: Extract<Action, { kind: 'redirect' }>,
  { host, path, query, arrival }: Exchange,
): string {
  const fill = (text: string) =>
    text
      .replaceAll('#{protocol}', arrival.protocol.toUpperCase())
      .replaceAll('#{host}', host)
      .replaceAll('#{port}', String(arrival.port))
      .replaceAll('#{path}', path.replace(/^\//, ''))
      .replaceAll('#{query}', query);
  const filled = fill(action.query);
  const authority = `${fill(action.host)}:${fill(action.port)}`;
  const end = filled === '' ? '' : `?${filled}`;
  return `${fill(action.protocol).toLowerCase()}://${authority}${fill(action.path)}${end}`;
}
