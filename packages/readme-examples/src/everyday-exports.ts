import { readFile } from 'node:fs/promises';
import ts from 'typescript';

export interface EverydayExport {
  readonly name: string;
  /** Its doc comment without the stars; empty where there is none. */
  readonly doc: string;
}

/**
 * What an index.ts exports for everyday use, types excepted: the names after the comment
 * `// Everyday`, up to the comment of another tier (`// Advanced`, `// Errors`, `// From elsewhere`).
 * @throws Error where an index has no such comment, or a name is not declared where it comes from.
 */
export async function listEverydayExports(index: URL): Promise<readonly EverydayExport[]> {
  const source = await parse(index);
  const found: EverydayExport[] = [];
  let tier: string | undefined;
  for (const statement of source.statements) {
    tier = tierBefore(source, statement) ?? tier;
    if (tier !== 'Everyday') continue;
    if (ts.isExportDeclaration(statement)) found.push(...(await listReExports(index, statement)));
    else found.push(...declaredBy(source, statement));
  }
  if (tier === undefined) throw new Error(`${index.pathname} has no comment "// Everyday"`);
  return found;
}

async function parse(file: URL): Promise<ts.SourceFile> {
  const text = await readFile(file, 'utf8');
  return ts.createSourceFile(file.pathname, text, ts.ScriptTarget.ES2022, true);
}

function tierBefore(source: ts.SourceFile, statement: ts.Statement): string | undefined {
  const comments = ts.getLeadingCommentRanges(source.text, statement.getFullStart()) ?? [];
  const tiers = comments.flatMap(({ pos, end }) => {
    const tier = /^\/\/ (Everyday|Advanced|Errors|From elsewhere)\b/.exec(
      source.text.slice(pos, end),
    )?.[1];
    return tier ?? [];
  });
  return tiers.at(-1);
}

async function listReExports(
  index: URL,
  declaration: ts.ExportDeclaration,
): Promise<readonly EverydayExport[]> {
  const { exportClause: clause, moduleSpecifier: from } = declaration;
  if (declaration.isTypeOnly || clause === undefined || !ts.isNamedExports(clause)) return [];
  const names = clause.elements.filter((one) => !one.isTypeOnly).map((one) => one.name.text);
  if (names.length === 0 || from === undefined || !ts.isStringLiteral(from)) return [];
  const source = await parse(new URL(from.text.replace(/\.js$/, '.ts'), index));
  const declared = source.statements.flatMap((statement) => declaredBy(source, statement));
  return names.map((name) => {
    const found = declared.find((one) => one.name === name);
    if (found === undefined) throw new Error(`${name} is not declared in ${source.fileName}`);
    return found;
  });
}

/** The exported functions, classes and constants of a statement. */
function declaredBy(source: ts.SourceFile, statement: ts.Statement): readonly EverydayExport[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (isExported !== true) return [];
  const doc = docOf(source, statement);
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => ({
      name: name.getText(),
      doc,
    }));
  }
  if (!ts.isFunctionDeclaration(statement) && !ts.isClassDeclaration(statement)) return [];
  return statement.name === undefined ? [] : [{ name: statement.name.text, doc }];
}

function docOf(source: ts.SourceFile, statement: ts.Statement): string {
  const comments = ts.getLeadingCommentRanges(source.text, statement.getFullStart()) ?? [];
  const texts = comments.map(({ pos, end }) => source.text.slice(pos, end));
  const doc = texts.filter((text) => text.startsWith('/**')).at(-1) ?? '';
  return doc.replaceAll(/^ *\* ?/gm, '');
}
