/** A pattern that EventBridge would refuse. */
export class InvalidPattern extends Error {
  readonly code = 'InvalidEventPatternException';

  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
    this.name = this.code;
  }
}
