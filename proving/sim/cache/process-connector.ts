/** Connections to the database of a process that can stand still and die: what it is told waits for it, or is lost. */

import type { Connection, Connector } from '../../../runtime/ports.ts';
import type { ProcessClock } from '../service/process-clock.ts';

export interface ProcessConnector extends Connector {
  /** The process is gone, and its host closes its sockets. */
  kill(): void;
}

export function processConnector(real: Connector, owner: ProcessClock): ProcessConnector {
  const open = new Set<Connection>();
  let isDead = false;
  const told = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      work.then(
        (value) => owner.deliver(() => resolve(value)),
        (error: unknown) => owner.deliver(() => reject(error)),
      );
    });
  const owned = (connection: Connection): Connection => {
    if (isDead) connection.destroy();
    else open.add(connection);
    return {
      memberId: connection.memberId,
      query: (text, values) => told(connection.query(text, values)),
      get reusable() {
        return connection.reusable;
      },
      destroy: () => {
        open.delete(connection);
        connection.destroy();
      },
      close: () => {
        open.delete(connection);
        return told(connection.close());
      },
      onLost: (listener) => connection.onLost(() => owner.deliver(listener)),
    };
  };
  return {
    connect: (member, options) => told(real.connect(member, options).then(owned)),
    close: () => real.close?.(),
    kill: () => {
      isDead = true;
      real.close?.();
      for (const connection of open) connection.destroy();
    },
  };
}
