/** Walks over the tokens of one expression; reads the parts that all kinds of expression share. */

import { validation } from '../errors.ts';
import type { Path } from '../path.ts';
import type { AttributeValue } from '../value.ts';
import { isReserved } from './reserved-words.ts';
import type { Substitutions } from './substitutions.ts';
import { type Token, syntaxError, tokenize } from './tokens.ts';

export class Cursor {
  /** The request's member the expression came in, e.g. `ConditionExpression`; part of every error. */
  readonly label: string;
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #substitutions: Substitutions;
  #position = 0;

  constructor(label: string, text: string, substitutions: Substitutions) {
    this.label = label;
    this.#text = text;
    this.#tokens = tokenize(label, text);
    this.#substitutions = substitutions;
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#position + ahead, this.#tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.#position++;
    return token;
  }

  atSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === text;
  }

  /** Keywords are known in any case. */
  atKeyword(word: string): boolean {
    const token = this.peek();
    return token.kind === 'word' && token.text.toUpperCase() === word;
  }

  acceptSymbol(text: string): boolean {
    const found = this.atSymbol(text);
    if (found) this.#position++;
    return found;
  }

  acceptKeyword(word: string): boolean {
    const found = this.atKeyword(word);
    if (found) this.#position++;
    return found;
  }

  expectSymbol(text: string): void {
    if (!this.acceptSymbol(text)) throw this.unexpected();
  }

  expectKeyword(word: string): void {
    if (!this.acceptKeyword(word)) throw this.unexpected();
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') throw this.unexpected();
  }

  unexpected(token: Token = this.peek()): Error {
    return syntaxError(this.label, this.#text, token);
  }

  refuse(why: string): Error {
    return validation(`Invalid ${this.label}: ${why}`);
  }

  atPath(): boolean {
    const { kind } = this.peek();
    return kind === 'word' || kind === 'name';
  }

  path(): Path {
    const steps: (string | number)[] = [this.#attributeName()];
    for (;;) {
      if (this.acceptSymbol('.')) {
        steps.push(this.#attributeName());
      } else if (this.acceptSymbol('[')) {
        const index = this.next();
        if (index.kind !== 'index') throw this.unexpected(index);
        steps.push(Number(index.text));
        this.expectSymbol(']');
      } else {
        return steps;
      }
    }
  }

  value(): AttributeValue {
    const token = this.next();
    if (token.kind !== 'value') throw this.unexpected(token);
    return this.#substitutions.value(this.label, token.text);
  }

  /** One or more things parted by commas. */
  list<T>(read: () => T): T[] {
    const found = [read()];
    while (this.acceptSymbol(',')) found.push(read());
    return found;
  }

  #attributeName(): string {
    const token = this.next();
    if (token.kind === 'name') return this.#substitutions.name(this.label, token.text);
    if (token.kind !== 'word') throw this.unexpected(token);
    if (isReserved(token.text)) {
      throw this.refuse(`Attribute name is a reserved keyword; reserved keyword: ${token.text}`);
    }
    return token.text;
  }
}
