/**
 * Passes one request to one target. There is no second try (fact 39): a connection that is refused or reset is a 502,
 * a target that says nothing for the idle time-out a 504. Sources: guide "Troubleshoot your Application Load
 * Balancers" (the reasons of 408, 460, 502, 504) and "Connection idle timeout".
 */

import http from 'node:http';
import { type Exchange, bytesOf } from './exchange.ts';
import { toClient, toTarget } from './headers.ts';
import { answerError } from './pages.ts';
import type { Target } from './targets.ts';

/** "Failed to establish a connection to the target before the connection timeout expired (10 seconds)." */
const CONNECT_MS_MAX = 10_000;
const CLIENT_GONE = 460;

export interface ForwardOptions {
  /** The node's own address: where the connection to the target comes from. */
  readonly from: string;
  readonly idleMs: number;
  readonly told: {
    /** The target could not be connected to. */
    connectionError(): void;
    answered(status: number, tookMs: number): void;
    /** The balancer answered by itself. */
    failed(status: number): void;
    /** The request is over, whatever became of it. */
    ended(): void;
  };
}

export function forward(exchange: Exchange, target: Target, options: ForwardOptions): void {
  new Forwarding(exchange, target, options).start();
}

class Forwarding {
  private readonly exchange: Exchange;
  private readonly target: Target;
  private readonly options: ForwardOptions;
  private readonly upstream: http.ClientRequest;
  private failure = 502;
  private connected = false;
  private ended = false;
  private connectTimer: NodeJS.Timeout | undefined;

  constructor(exchange: Exchange, target: Target, options: ForwardOptions) {
    this.exchange = exchange;
    this.target = target;
    this.options = options;
    const { request, arrival } = exchange;
    const { address, port } = target.config;
    this.upstream = http.request({
      host: address,
      port,
      localAddress: options.from,
      agent: target.agent,
      method: exchange.method,
      path: request.url ?? '/',
      headers: toTarget(request.rawHeaders, arrival),
      setHost: false,
      timeout: options.idleMs,
    });
  }

  start(): void {
    const { exchange, target, upstream } = this;
    target.open.add(upstream);
    exchange.times.sentAt = Date.now();
    upstream.on('socket', (socket) => {
      this.connected = !socket.connecting;
      if (this.connected) return;
      this.connectTimer = setTimeout(() => this.giveUp(504), CONNECT_MS_MAX);
      socket.once('connect', () => {
        this.connected = true;
        clearTimeout(this.connectTimer);
      });
    });
    upstream.on('timeout', () => this.giveUp(exchange.request.complete ? 504 : 408));
    upstream.on('response', (answer) => this.passBack(answer));
    upstream.on('error', () => this.targetFailed());
    upstream.on('close', () => this.end());
    exchange.response.on('close', () => this.clientDone());
    exchange.request.on('data', (chunk: Buffer) => (exchange.receivedBytes += chunk.length));
    exchange.request.on('error', () => upstream.destroy());
    exchange.request.pipe(upstream);
  }

  private passBack(answer: http.IncomingMessage): void {
    const { exchange } = this;
    const { response, times } = exchange;
    const status = answer.statusCode ?? 502;
    times.answeredAt = Date.now();
    exchange.targetStatus = status;
    this.options.told.answered(status, times.answeredAt - (times.sentAt ?? times.arrivedAt));
    const headers = toClient(answer.rawHeaders);
    exchange.sentBytes = bytesOf(headers);
    response.sendDate = false;
    response.writeHead(status, answer.statusMessage, headers);
    answer.on('data', (chunk: Buffer) => (exchange.sentBytes += chunk.length));
    // An answer that breaks off must not look whole to the client.
    answer.on('error', () => response.destroy());
    answer.on('close', () => {
      if (!answer.complete) response.destroy();
    });
    answer.pipe(response);
  }

  private giveUp(status: number): void {
    this.failure = status;
    this.upstream.destroy(new Error(`given up with ${status}`));
  }

  private targetFailed(): void {
    const { exchange, options } = this;
    const { response } = exchange;
    if (response.destroyed) return;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (!this.connected) options.told.connectionError();
    exchange.request.unpipe(this.upstream);
    exchange.request.resume();
    exchange.status = this.failure;
    options.told.failed(this.failure);
    answerError(response, this.failure);
  }

  /** The client has its answer, or is gone: then nobody needs the target's. */
  private clientDone(): void {
    const { exchange, upstream } = this;
    const { response } = exchange;
    if (!response.writableFinished && exchange.status === 0) {
      exchange.status = response.headersSent ? response.statusCode : CLIENT_GONE;
    }
    if (!response.writableFinished) upstream.destroy();
    this.end();
  }

  /** Once both sides are done. */
  private end(): void {
    const { exchange, target, upstream, options } = this;
    if (upstream.destroyed || upstream.closed) {
      target.open.delete(upstream);
      clearTimeout(this.connectTimer);
    }
    const isClientDone = exchange.response.closed || exchange.response.writableFinished;
    if (this.ended || target.open.has(upstream) || !isClientDone) return;
    this.ended = true;
    options.told.ended();
  }
}
