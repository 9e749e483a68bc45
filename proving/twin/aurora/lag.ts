/**
 * Replica lag as a time: how long ago the writer was where the reader is now. From positions alone, so a reader
 * of an idle cluster has no lag, and one that hangs falls behind only while there is something to replay.
 */

export interface Position {
  /** Epoch ms. */
  readonly at: number;
  /** A log position as a number of bytes. */
  readonly lsn: bigint;
}

const SAMPLES_MAX = 4_096;

export class WriterHistory {
  private samples: Position[] = [];

  record(sample: Position): void {
    const last = this.samples.at(-1);
    if (last !== undefined && sample.lsn < last.lsn) this.samples = [];
    this.samples.push(sample);
    if (this.samples.length > SAMPLES_MAX) this.samples.splice(0, SAMPLES_MAX / 4);
  }

  /** Milliseconds by which a reader at `lsn` trails the writer at `now`; null before the first sample. */
  lagMs(lsn: bigint, now: number): number | null {
    const last = this.samples.at(-1);
    if (last === undefined) return null;
    if (lsn >= last.lsn) return 0;
    const passedAt = this.samples.findLast((sample) => sample.lsn <= lsn)?.at;
    return Math.max(0, now - (passedAt ?? this.samples[0]?.at ?? now));
  }
}
