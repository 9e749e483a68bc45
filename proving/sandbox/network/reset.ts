/** What is needed of a connection to reset it. */
export interface Resettable {
  readonly writableEnded: boolean;
  resetAndDestroy(): unknown;
  destroy(): unknown;
}

/**
 * Resets a connection. One whose end is under way is closed instead: Node gives up such a reset with EINVAL, keeps the
 * socket for ever, and then spins when the process wants to end.
 */
export function resetConnection(socket: Resettable): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
