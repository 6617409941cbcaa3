import { CommandError } from '@omega-tv/command-line';
import { describe, expect, it } from '@jest/globals';
import { withNeeded, type PublishedPackage } from '../src/published-packages.js';

const published: readonly PublishedPackage[] = [
  { name: '@a/top', folder: 'packages/top', dependencies: ['@a/left', 'rxjs', '@a/right'] },
  { name: '@a/left', folder: 'packages/left', dependencies: ['@a/bottom'] },
  { name: '@a/right', folder: 'packages/right', dependencies: ['@a/bottom', 'axios'] },
  { name: '@a/bottom', folder: 'packages/bottom', dependencies: [] },
];

function needed(name: string): readonly string[] {
  return withNeeded(published, name).map((one) => one.name);
}

describe('withNeeded', () => {
  it('names each package once, after those that it needs', () => {
    expect(needed('@a/top')).toEqual(['@a/bottom', '@a/left', '@a/right', '@a/top']);
    expect(needed('@a/bottom')).toEqual(['@a/bottom']);
  });

  it('takes the name without its scope', () => {
    expect(needed('right')).toEqual(['@a/bottom', '@a/right']);
  });

  it('refuses a name that is not published, and lists those that are', () => {
    expect(() => needed('rxjs')).toThrow(CommandError);
    expect(() => needed('rxjs')).toThrow(
      'rxjs is no published package; there are top, left, right, bottom.',
    );
  });
});
