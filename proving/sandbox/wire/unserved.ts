/** Answers requests that no service can be given: unsigned ones, and those to services that nobody added. */

import type { WireRequest, WireResponse } from './message.ts';
import type { SignedScope } from './signature.ts';

/** Services whose protocol is restXml: neither their requests' bodies nor their headers tell it. */
const REST_XML_SERVICES = new Set(['s3', 'cloudfront']);

/** In the protocol that the caller reads, so that its user meets the words and not a parser's complaint. */
export function unserved(
  request: WireRequest,
  scope: SignedScope | null,
  served: readonly string[],
): WireResponse {
  const status = scope ? 501 : 403;
  const code = scope ? 'UnknownService' : 'MissingAuthenticationToken';
  const message = scope
    ? `The sandbox has no service '${scope.service}'. It serves: ${served.join(', ')}.`
    : 'Request is missing Authentication Token';
  if (readsXml(request, scope)) {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
    return {
      status,
      headers: { 'content-type': 'text/xml' },
      body: `<ErrorResponse>${error}</ErrorResponse>`,
    };
  }
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message }),
  };
}

function readsXml(request: WireRequest, scope: SignedScope | null): boolean {
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return isForm || (scope !== null && REST_XML_SERVICES.has(scope.service));
}
