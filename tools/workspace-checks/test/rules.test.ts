import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from '@jest/globals';
import { listFiles, root } from './workspace.js';

const TEST_FUNCTIONS = new Set(['it', 'describe', 'itUnless', 'describeUnless']);
/** What a title ends with, such as `(rule 4.7)` or `(rules 4.7, 11.4)`. */
const QUOTE = /\((?:rule|rules) (\d+\.\d+(?:, \d+\.\d+)*)\)$/;

/** A title of a test, or of a group of tests, and the rules that it quotes. */
interface Quote {
  readonly place: string;
  readonly title: string;
  readonly rules: readonly string[];
}

/** The numbers of the rules in a text such as docs/SPEC.md, in its order. */
function numberedRules(text: string): readonly string[] {
  return [...text.matchAll(/^- \*\*(\d+\.\d+)\*\* /gm)].map(([, rule = '']) => rule);
}

function quotesIn(file: string, code: string): readonly Quote[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  const quotes: Quote[] = [];
  const visit = (node: ts.Node): void => {
    const title = titleOf(node);
    const [, numbers] = QUOTE.exec(title ?? '') ?? [];
    if (title !== undefined && numbers !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      quotes.push({ place: `${file}:${line}`, title, rules: numbers.split(', ') });
    }
    node.forEachChild(visit);
  };
  visit(source);
  return quotes;
}

/** The title that a call gives to a test: `it('...')`, `it.each(...)('...')`, `itUnless(..., '...')`. */
function titleOf(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  let called: ts.Expression = node.expression;
  while (ts.isCallExpression(called) || ts.isPropertyAccessExpression(called)) {
    called = called.expression;
  }
  if (!ts.isIdentifier(called) || !TEST_FUNCTIONS.has(called.text)) return undefined;
  const title = node.arguments.find(
    (argument) => ts.isStringLiteralLike(argument) || ts.isTemplateExpression(argument),
  );
  if (title === undefined) return undefined;
  return ts.isStringLiteralLike(title) ? title.text : title.getText().slice(1, -1);
}

/** What is wrong, a line each; nothing where each rule is quoted and each quote names a rule. */
function complaints(rules: readonly string[], quotes: readonly Quote[]): readonly string[] {
  const quoted = new Set(quotes.flatMap((quote) => quote.rules));
  return [
    ...rules.filter((rule) => !quoted.has(rule)).map((rule) => `no test quotes rule ${rule}`),
    ...quotes.flatMap(({ place, title, rules: named }) =>
      named
        .filter((rule) => !rules.includes(rule))
        .map((rule) => `there is no rule ${rule}: ${place} "${title}"`),
    ),
  ];
}

/** Each rule with the tests that quote it. */
function table(rules: readonly string[], quotes: readonly Quote[]): string {
  const linesOf = (rule: string): readonly string[] =>
    quotes
      .filter((quote) => quote.rules.includes(rule))
      .map(({ place, title }) => `  ${place} "${title}"`);
  return rules.flatMap((rule) => [rule, ...linesOf(rule)]).join('\n');
}

it('each rule of docs/SPEC.md is quoted by a test, and each quote names a rule', () => {
  const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
  const rules = numberedRules(read('docs/SPEC.md'));
  const quotes = listFiles()
    .filter((file) => file.includes('/test/') && file.endsWith('.ts'))
    .flatMap((file) => quotesIn(file, read(file)));
  expect(rules.length).toBeGreaterThan(70);
  const wrong = complaints(rules, quotes);
  if (wrong.length === 0) return;
  throw new Error(
    `A title ends with the rules that its test proves, as in "(rules 4.7, 11.4)":\n` +
      `${wrong.join('\n')}\n\nThe rules, and the tests that quote them:\n${table(rules, quotes)}`,
  );
});

describe('the check of the rules', () => {
  const code = `
    describe('a group (rule 1.1)', () => {
      it('a test (rules 1.2, 1.3)', () => {});
      it.each([['(rule 1.9)']])('a row of %s (rule 1.4)', () => {});
      itUnless(missing(), 'where it can run (rule 1.5)', () => {});
    });
    describe.each(kinds)(\`kind \${name} (rule 1.6)\`, () => {});
    it('of (rule 1.7) in the middle', () => {});
    log('no test (rule 1.8)');
  `;
  const quotes = quotesIn('a.test.ts', code);

  it('reads what titles end with, and nothing else', () => {
    const found = quotes.flatMap(({ rules }) => rules);
    expect(found).toEqual(['1.1', '1.2', '1.3', '1.4', '1.5', '1.6']);
  });

  it('names rules that no test quotes, and quotes of no rule', () => {
    const rules = numberedRules(
      '- **1.1** One.\n- **1.2** Two,\n  as in **1.3**.\n- **2.1** More.',
    );
    expect(rules).toEqual(['1.1', '1.2', '2.1']);
    expect(complaints(rules, quotes)).toEqual([
      'no test quotes rule 2.1',
      'there is no rule 1.3: a.test.ts:3 "a test (rules 1.2, 1.3)"',
      'there is no rule 1.4: a.test.ts:4 "a row of %s (rule 1.4)"',
      'there is no rule 1.5: a.test.ts:5 "where it can run (rule 1.5)"',
      'there is no rule 1.6: a.test.ts:7 "kind ${name} (rule 1.6)"',
    ]);
  });
});
