/** Credentials of task roles, handed out as Fargate does: by HTTP, to whoever knows the task's own path and token. */

import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import type { Credentials, HttpRoutes, Identity, World } from '../../kernel/index.ts';

const PREFIX = '/ecs/credentials/';
const CREDENTIALS_S = 12 * 3600;
/** New ones are issued while the old ones still last this long. */
const RENEW_MS = 3_600_000;

interface Holder {
  readonly taskId: string;
  readonly roleArn: string;
  readonly token: string;
  /** Every key that the task was given, the newest last. */
  readonly issued: Credentials[];
}

export class TaskCredentials {
  private readonly world: World;
  private readonly identity: Identity;
  private readonly holders = new Map<string, Holder>();

  constructor(world: World, identity: Identity, routes: HttpRoutes) {
    this.world = world;
    this.identity = identity;
    routes.route(PREFIX, (request, _body, response) => this.answer(request, response));
  }

  /** Opens a task's own path. */
  open(taskId: string, roleArn: string, endpointUrl: string): { uri: string; token: string } {
    const key = randomUUID();
    const token = randomUUID();
    this.holders.set(key, { taskId, roleArn, token, issued: [] });
    return { uri: `${endpointUrl}${PREFIX}${key}`, token };
  }

  /** The task is gone: nobody gets its credentials any more. */
  close(taskId: string): void {
    for (const [key, holder] of this.holders) if (holder.taskId === taskId) this.holders.delete(key);
  }

  taskOf(accessKeyId: string): string | null {
    for (const { taskId, issued } of this.holders.values()) {
      if (issued.some((one) => one.accessKeyId === accessKeyId)) return taskId;
    }
    return null;
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const holder = this.holders.get((request.url ?? '').slice(PREFIX.length));
    if (holder === undefined || request.headers.authorization !== holder.token) {
      const code = { code: 'AccessDenied', message: 'no credentials for this path and token' };
      response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(code));
      return;
    }
    try {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = this.current(holder);
      const body = {
        RoleArn: holder.roleArn,
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        Token: sessionToken,
        Expiration: expiration.toISOString().replace(/\.\d+Z$/, 'Z'),
      };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
    }
  }

  private current(holder: Holder): Credentials {
    const last = holder.issued.at(-1);
    if (last && last.expiration.getTime() - this.world.now() > RENEW_MS) return last;
    const fresh = this.identity.issueForRole(holder.roleArn, holder.taskId, CREDENTIALS_S);
    holder.issued.push(fresh);
    return fresh;
  }
}
