/** A standard queue without consumers: it keeps what it is sent until the retention period ends. */

export interface QueueMessage {
  readonly id: string;
  readonly sentAt: number;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface QueueSettings {
  /** 60 to 1209600. */
  readonly retentionS: number;
  /** 0 to 900: a message is visible this long after it was sent. */
  readonly delayS: number;
  /** 1024 to 1048576. */
  readonly messageBytesMax: number;
}

export const DEFAULT_QUEUE_SETTINGS: QueueSettings = {
  retentionS: 345_600,
  delayS: 0,
  messageBytesMax: 1_048_576,
};

/** Bounds what a report must hold; the oldest go first, as if their retention had ended. */
const MESSAGES_MAX = 10_000;

export class Queue {
  readonly settings: QueueSettings;
  readonly #messages: QueueMessage[] = [];

  constructor(settings: QueueSettings, messages: readonly QueueMessage[] = []) {
    this.settings = settings;
    this.#messages.push(...messages);
  }

  send(message: QueueMessage): void {
    this.#messages.push(message);
    if (this.#messages.length > MESSAGES_MAX) this.#messages.shift();
  }

  /** All messages still kept at `now`, oldest first. */
  messages(now: number): readonly QueueMessage[] {
    const oldest = now - this.settings.retentionS * 1000;
    return this.#messages.filter(({ sentAt }) => sentAt > oldest);
  }

  /** ApproximateNumberOfMessagesVisible. */
  visible(now: number): number {
    const latest = now - this.settings.delayS * 1000;
    return this.messages(now).filter(({ sentAt }) => sentAt <= latest).length;
  }
}
