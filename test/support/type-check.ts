import { dirname, join } from 'node:path';
import ts from 'typescript';

const root = new URL('../..', import.meta.url).pathname;

/**
 * What the compiler says about sources that stand in no file, under the project's settings; unused names are no fault there.
 *
 * @param sources text by path, relative to the repository: imports resolve from there
 */
export function typeErrors(sources: Readonly<Record<string, string>>): string[] {
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const options = { ...config.options, noUnusedLocals: false, noUnusedParameters: false };
  const texts = new Map(Object.entries(sources).map(([path, text]) => [join(root, path), text]));
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.getSourceFile = (path, language) => {
    const text = texts.get(path);
    return text === undefined ? getSourceFile(path, language) : ts.createSourceFile(path, text, language);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((found) => {
      const { line } = ts.getLineAndCharacterOfPosition(found.file!, found.start!);
      return `${path.slice(dirname(root).length)}:${line + 1} ${ts.flattenDiagnosticMessageText(found.messageText, '\n')}`;
    });
  });
}
