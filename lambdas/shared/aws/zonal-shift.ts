/**
 * ARC zonal shift over its REST API. The SDK's client of it is no dependency: its three calls are signed here.
 * API: "Zonal Shift and Zonal Autoshift API Reference", operations StartZonalShift, CancelZonalShift and
 * GetManagedResource.
 */

import { Sha256 } from '@aws-crypto/sha256-js';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ActiveShift, ManagedBalancer } from '../../../core/front/index.ts';
import type { CallOutcome, ZonalShift } from '../../../core/ports/index.ts';
import { outcomeOf } from './outcomes.ts';

const SERVICE = 'arc-zonal-shift';
const READ_MS = 2000;
const ERROR_STATUS = 300;
const SECOND_MS = 1000;

export interface ZonalShiftOptions {
  readonly region: string;
  /** How long a mutating request may take, in ms. */
  readonly requestMs: number;
  /** Ids of zones by their names; a name that is not here is sent as it is. */
  readonly zoneIds: Readonly<Record<string, string>>;
  /** @default - AWS's own, or `AWS_ENDPOINT_URL` as the SDK reads it */
  readonly endpoint?: string;
  /** @default - as the SDK finds them in its environment */
  readonly credentials?: ConstructorParameters<typeof SignatureV4>[0]['credentials'];
}

interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly timeoutMs: number;
}

export class ZonalShiftApi implements ZonalShift {
  readonly #signer: SignatureV4;
  readonly #endpoint: URL;
  readonly #options: ZonalShiftOptions;

  constructor(options: ZonalShiftOptions) {
    const { region } = options;
    this.#options = options;
    this.#endpoint = new URL(
      options.endpoint ?? process.env['AWS_ENDPOINT_URL'] ?? `https://${SERVICE}.${region}.amazonaws.com`,
    );
    // The client is never asked for anything: it knows where the SDK's credentials come from, and when to renew them.
    const credentials =
      options.credentials ?? new ElasticLoadBalancingV2Client({ region }).config.credentials;
    this.#signer = new SignatureV4({ service: SERVICE, region, credentials, sha256: Sha256 });
  }

  async managed(balancer: string): Promise<ManagedBalancer> {
    const path = `/managedresources/${encodeURIComponent(balancer)}`;
    const answer = (await this.#send({ method: 'GET', path, timeoutMs: READ_MS })) as ManagedResource;
    const applied = (answer.zonalShifts ?? []).filter(({ appliedStatus }) => appliedStatus !== 'NOT_APPLIED');
    const autoshifts = (answer.autoshifts ?? []).filter(
      ({ appliedStatus }) => appliedStatus !== 'NOT_APPLIED',
    );
    return {
      balancer,
      shifts: applied.map((shift) => this.#shiftOf(shift)),
      autoshifted: autoshifts.map(({ awayFrom }) => this.#nameOf(awayFrom)),
    };
  }

  start(shift: Parameters<ZonalShift['start']>[0]): Promise<CallOutcome> {
    const { balancer, zone, minutes, comment } = shift;
    const body = {
      resourceIdentifier: balancer,
      awayFrom: this.#options.zoneIds[zone] ?? zone,
      expiresIn: `${minutes}m`,
      comment,
    };
    const { requestMs } = this.#options;
    return outcomeOf(() => this.#send({ method: 'POST', path: '/zonalshifts', body, timeoutMs: requestMs }));
  }

  cancel(shiftId: string): Promise<CallOutcome> {
    const path = `/zonalshifts/${encodeURIComponent(shiftId)}`;
    return outcomeOf(() => this.#send({ method: 'DELETE', path, timeoutMs: this.#options.requestMs }));
  }

  #shiftOf({ zonalShiftId, awayFrom, startTime, expiryTime, comment }: AppliedShift): ActiveShift {
    return {
      shiftId: zonalShiftId,
      zone: this.#nameOf(awayFrom),
      startedAt: startTime * SECOND_MS,
      expiresAt: expiryTime * SECOND_MS,
      comment: comment ?? '',
    };
  }

  #nameOf(id: string): string {
    const known = Object.entries(this.#options.zoneIds).find(([, zoneId]) => zoneId === id);
    return known?.[0] ?? id;
  }

  /** Sent once. Throws as the SDK does: the error has the name of AWS's, and `$metadata` where AWS answered. */
  async #send({ method, path, body, timeoutMs }: Request): Promise<unknown> {
    const { protocol, hostname, port, host } = this.#endpoint;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request = new HttpRequest({
      method,
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path,
      headers: { host, ...(text === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(text === undefined ? {} : { body: text }),
    });
    const { headers } = await this.#signer.sign(request);
    const { host: _host, ...sent } = headers;
    const answer = await fetch(new URL(path, this.#endpoint), {
      method,
      headers: sent,
      ...(text === undefined ? {} : { body: text }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (answer.status >= ERROR_STATUS) throw await errorOf(answer);
    return answer.json();
  }
}

/** Named as AWS names it, so that a conflict, a throttle and a denial are known for what they are. */
async function errorOf(answer: Response): Promise<Error> {
  const body = (await answer.json().catch(() => ({}))) as {
    readonly message?: string;
    readonly __type?: string;
  };
  const named = answer.headers.get('x-amzn-errortype') ?? body.__type ?? 'UnknownError';
  const name = named.split(':')[0]!.split('#').at(-1)!;
  const error = new Error(body.message ?? `${SERVICE} answered ${answer.status}`);
  return Object.assign(error, { name, $metadata: { httpStatusCode: answer.status } });
}

interface AppliedShift {
  readonly zonalShiftId: string;
  readonly awayFrom: string;
  /** Epoch seconds. */
  readonly startTime: number;
  readonly expiryTime: number;
  readonly comment?: string;
  readonly appliedStatus?: 'APPLIED' | 'NOT_APPLIED';
}

interface ManagedResource {
  readonly zonalShifts?: readonly AppliedShift[];
  readonly autoshifts?: readonly { readonly awayFrom: string; readonly appliedStatus?: string }[];
}
