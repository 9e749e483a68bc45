import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** The commit of the checkout that this runs from, with `-dirty` where files differ from it; null elsewhere. */
export function commitOf(folder = path.resolve(import.meta.dirname, '../..')): string | null {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    // An installed package may lie inside another project's checkout.
    if (path.relative(folder, git('rev-parse', '--show-toplevel')) !== '') return null;
    return `${git('rev-parse', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '-dirty'}`;
  } catch {
    return null;
  }
}
