import { describe, expect, it } from 'vitest';
import { sources } from './source.ts';

/** A file aims at 150 lines, is due for a split at 300 and refused above it; long lines are dense code. */
const FILE_LINES_MAX = 300;
const TEST_FILE_LINES_MAX = 500;
const LINE_COLUMNS_MAX = 140;
const WIDE_LINES_MAX = 3;

describe('the size of things', () => {
  it('no source file is longer than 300 lines, no test longer than 500', () => {
    const long = sources()
      .map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }))
      .filter(({ file, lines }) => lines > (file.startsWith('test/') ? TEST_FILE_LINES_MAX : FILE_LINES_MAX));
    expect(long).toEqual([]);
  });

  it('no file has more than three lines over 140 columns', () => {
    const wide = sources()
      .map(({ file, text }) => ({
        file,
        wide: text.split('\n').filter((line) => line.length > LINE_COLUMNS_MAX).length,
      }))
      .filter(({ wide }) => wide > WIDE_LINES_MAX);
    expect(wide).toEqual([]);
  });
});
