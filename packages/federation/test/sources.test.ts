import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const folder = new URL('../src/', import.meta.url);
/** ECMA-262 leaves all others to the engine, or (round and its kin apart) they are not needed. */
const EXACT = ['abs', 'floor', 'imul', 'max', 'min', 'round', 'sqrt'];

describe('the sources', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  it.each(files.filter((file) => file.endsWith('.ts')))(
    '%s uses no arithmetic that differs between engines (rule 7.1)',
    (file) => {
      const code = readFileSync(new URL(file, folder), 'utf8').replace(
        /\/\*[\s\S]*?\*\/|\/\/.*$/gm,
        '',
      );
      const used = [...code.matchAll(/\bMath\s*(?:\?\.|\.)?\s*(\w+|\[)/g)].map(([, name]) => name);
      expect(used.filter((name) => !EXACT.includes(name!))).toEqual([]);
      // Math taken apart or passed on would slip by.
      expect(code.replace(/\bMath\.\w+\(/g, '')).not.toMatch(/\bMath\b/);
      expect(code).not.toContain('**');
      expect(code).not.toMatch(/localeCompare|toLocale|Intl\b|Date\.now|new Date\(\)/);
    },
  );
});
