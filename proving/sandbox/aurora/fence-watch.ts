/**
 * An instance host that was frozen must not tell its clients, when it wakes, what its engine said before: another
 * instance may have been promoted meanwhile. The supervisor leaves a mark before it promotes; whoever notices that
 * time has passed without him looks for the mark before he says anything.
 */

import fs from 'node:fs';

const BEAT_MS = 50;
/** A gap this long may have been a freeze; on a busy machine it only costs a look. */
const GAP_MS = 200;

export class FenceWatch {
  private readonly markFile: string;
  private readonly onFenced: () => never;
  private lastAt = performance.now();

  /** @param onFenced ends the process, at once */
  constructor(markFile: string, onFenced: () => never) {
    this.markFile = markFile;
    this.onFenced = onFenced;
    // Timers run before or after the sockets are read, so both look.
    setInterval(() => this.look(), BEAT_MS).unref();
  }

  /** To be called before anything of the engine's is passed on. */
  look(): void {
    const now = performance.now();
    const gapMs = now - this.lastAt;
    this.lastAt = now;
    if (gapMs > GAP_MS && fs.existsSync(this.markFile)) this.onFenced();
  }
}
