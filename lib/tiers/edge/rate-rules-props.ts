import type { Duration } from 'aws-cdk-lib';
import type { ResourceQuotas } from '../../../core/throttle/index.ts';

export interface EdgeRateRulesProps {
  /** Name of the environment: part of the metrics' names. */
  readonly environmentName: string;
  /** One rule for each resource; up to 10 with `requestsPerAddress`. */
  readonly rules: readonly EdgeRateRule[];
  /** Requests of one address within the window, whatever they ask for: a rule `address`. @default - no such limit */
  readonly requestsPerAddress?: number;
  /** How far back WAF looks: 60, 120, 300 or 600 seconds. @default Duration.seconds(60) */
  readonly window?: Duration;
  /** Where the address of the client stands. @default - it is the one that the connection comes from */
  readonly forwarded?: ForwardedAddress;
  /** Blocks of addresses that no rule limits, e.g. `192.0.2.0/24`, of IPv4 or IPv6. @default - none */
  readonly allowed?: readonly string[];
  /** IP sets of yours whose addresses no rule limits, by ARN. @default - none */
  readonly allowedIpSetArns?: readonly string[];
  /** `observe` only counts what `act` would refuse (WAF's Count). @default 'act' */
  readonly mode?: 'act' | 'observe';
  /** What `Retry-After` says to whoever is refused, 1 second to 1 hour. @default - the window */
  readonly retryAfter?: Duration;
}

/** How much one address may send to one resource. */
export interface EdgeRateRule {
  /** The quotas of the resource with every default, e.g. one of `environment.profile.throttle`. */
  readonly quotas: ResourceQuotas;
  /** Only requests whose path begins so are counted and refused, e.g. `/quotes`. @default - every request */
  readonly pathPrefix?: string;
  /** Requests a second of one caller. @default - what the quotas allow the caller that may send most */
  readonly callerPerS?: number;
  /** Callers that may stand behind one address and each send as much: a company's proxy. @default 1 */
  readonly callersPerAddress?: number;
}

/** An address in a header, as a proxy in front writes it. Anybody who is not made to go through it can forge it. */
export interface ForwardedAddress {
  /** WAF takes the first address in it. @default 'X-Forwarded-For' */
  readonly headerName?: string;
  /**
   * What to do with a request whose header holds no valid address: `MATCH` refuses it, `NO_MATCH` lets it pass. One
   * that lacks the header passes in either case.
   * @default 'MATCH'
   */
  readonly fallback?: 'MATCH' | 'NO_MATCH';
}

export const WINDOW_S_DEFAULT = 60;
export const HEADER_NAME_DEFAULT = 'X-Forwarded-For';
export const FALLBACK_DEFAULT = 'MATCH';
export const CALLERS_PER_ADDRESS_DEFAULT = 1;
/** The rule of `requestsPerAddress`. */
export const ADDRESS_RULE = 'address';
