/**
 * Watches what PostgreSQL says to a client, frame by frame. A commit that waits for storage can be cancelled; then
 * PostgreSQL warns and reports success, though the commit may exist on this node alone. Aurora knows no such thing:
 * here the connection is cut instead, so the client learns "outcome unknown" and never a false success (F-33).
 */

const HEADER_LENGTH = 5;
const NOTICE = 'N'.charCodeAt(0);
/** A notice longer than this is not the one we look for. */
const NOTICE_LENGTH_MAX = 4_096;
const CANCELLED_WAIT = 'canceling wait for synchronous replication';

export class CommitGuard {
  private readonly header = Buffer.alloc(HEADER_LENGTH);
  private headerFilled = 0;
  /** Bytes of the current frame's body still to come. */
  private left = 0;
  private notice: Buffer[] | null = null;

  /** True between two messages: where a message of ours may be put in. */
  get atBoundary(): boolean {
    return this.left === 0 && this.headerFilled === 0;
  }

  /** Follows the bytes; false when they report a commit that was not made durable. */
  pass(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.left > 0) {
        const taken = Math.min(this.left, chunk.length - at);
        this.notice?.push(chunk.subarray(at, at + taken));
        at += taken;
        this.left -= taken;
        if (this.left === 0 && !this.endFrame()) return false;
        continue;
      }
      const taken = Math.min(HEADER_LENGTH - this.headerFilled, chunk.length - at);
      chunk.copy(this.header, this.headerFilled, at, at + taken);
      at += taken;
      this.headerFilled += taken;
      if (this.headerFilled === HEADER_LENGTH) this.startFrame();
    }
    return true;
  }

  private startFrame(): void {
    this.headerFilled = 0;
    this.left = Math.max(0, this.header.readInt32BE(1) - 4);
    const watched = this.header[0] === NOTICE && this.left <= NOTICE_LENGTH_MAX;
    this.notice = watched ? [] : null;
  }

  private endFrame(): boolean {
    if (this.notice === null) return true;
    const text = Buffer.concat(this.notice).toString('latin1');
    this.notice = null;
    return !text.includes(CANCELLED_WAIT);
  }
}
