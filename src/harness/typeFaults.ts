/** The type errors of a student's file in the field's words: what its functions give and take, against what the exercise asks for. */
import path from 'node:path';
import ts from 'typescript';
import { say } from '../base/sentences';
import { counted, faultWords, typeWords } from '../base/typeWords';

export interface TypeFault {
  /** From 1. */
  line: number;
  /** The student's line, without the white space around it. */
  source: string;
  /** What is wrong, without a full stop. */
  text: string;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: ['node'],
  strict: true,
  noImplicitAny: false,
  noEmit: true,
  skipLibCheck: true,
  esModuleInterop: true,
};

/** Finds type errors; what it read of the library is kept for the next file. */
export class TypeChecker {
  private file = '';
  private readonly texts = new Map<string, string>();
  private readonly versions = new Map<string, number>();
  private readonly service: ts.LanguageService;

  /** @param root where packages are found */
  constructor(private readonly root: string) {
    const snapshot = (name: string): ts.IScriptSnapshot | undefined => {
      const text = this.texts.get(name) ?? ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    };
    this.service = ts.createLanguageService({
      getScriptFileNames: () => [this.file, expectedFile(this.file)],
      getScriptVersion: name => String(this.versions.get(name) ?? ts.sys.getModifiedTime?.(name)?.getTime() ?? 0),
      getScriptSnapshot: snapshot,
      getCurrentDirectory: () => this.root,
      getCompilationSettings: () => OPTIONS,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: name => this.texts.has(name) || ts.sys.fileExists(name),
      readFile: name => this.texts.get(name) ?? ts.sys.readFile(name),
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
    });
  }

  /**
   * The type errors of `text`, which is in `file`, in the order of its lines, one for each line.
   * @param types what the exercise declares, as a declaration file
   * @param asked the functions that it asks for
   */
  faultsOf(file: string, text: string, types: string, asked: string[]): TypeFault[] {
    this.file = file;
    this.set(file, text);
    this.set(expectedFile(file), types);
    const program = this.service.getProgram()!;
    const source = program.getSourceFile(file)!;
    if (this.service.getSyntacticDiagnostics(file).length) return [];
    const checker = program.getTypeChecker();
    const found = [
      ...this.service.getSemanticDiagnostics(file).map(diagnostic => inWords(diagnostic, source, checker)),
      ...signatureFaults(source, program.getSourceFile(expectedFile(file))!, checker, asked),
    ];
    const lines = new Map<number, TypeFault>();
    for (const { place, text: said } of found) {
      const line = source.getLineAndCharacterOfPosition(place).line + 1;
      if (!lines.has(line)) lines.set(line, { line, source: text.split('\n')[line - 1].trim(), text: said });
    }
    return [...lines.values()].sort((a, b) => a.line - b.line);
  }

  private set(file: string, text: string): void {
    if (this.texts.get(file) === text) return;
    this.texts.set(file, text);
    this.versions.set(file, (this.versions.get(file) ?? 0) + 1);
  }
}

/** Beside the student's file, so that it finds the same packages. */
const expectedFile = (file: string): string => path.posix.join(path.posix.dirname(file), 'expected.d.ts');

interface Said {
  place: number;
  text: string;
}

/** Where the functions give or take something else than the exercise says. */
function signatureFaults(
  source: ts.SourceFile,
  expected: ts.SourceFile,
  checker: ts.TypeChecker,
  asked: string[],
): Said[] {
  const exportsOf = (file: ts.SourceFile): Map<string, ts.Symbol> => {
    const module = checker.getSymbolAtLocation(file);
    return new Map((module ? checker.getExportsOfModule(module) : []).map(symbol => [symbol.name, symbol]));
  };
  const [own, wanted] = [exportsOf(source), exportsOf(expected)];
  return asked.flatMap((name): Said[] => {
    const declaration = own.get(name)?.declarations?.[0];
    const [mine] = signaturesOf(own.get(name), source, checker);
    const [theirs] = signaturesOf(wanted.get(name), expected, checker);
    if (!declaration || !mine || !theirs) return [];
    const place = (ts.getNameOfDeclaration(declaration) ?? declaration).getStart(source);
    const words = (type: ts.Type): string => typeWords(checker.typeToString(type));
    const [gives, asks] = [mine.getReturnType(), theirs.getReturnType()];
    if (!(gives.flags & ts.TypeFlags.Never) && !checker.isTypeAssignableTo(gives, asks))
      return [{ place, text: say('givesInstead', { name, type: words(gives), expected: words(asks) }) }];
    const required = mine.parameters.filter(parameter => !isOptional(parameter)).length;
    if (required > theirs.parameters.length)
      return [
        {
          place,
          text: say('takesCount', {
            name,
            parameters: counted('parameter', required),
            expected: theirs.parameters.length,
          }),
        },
      ];
    for (const [i, parameter] of mine.parameters.slice(0, theirs.parameters.length).entries()) {
      const [takes, given] = [
        checker.getTypeOfSymbolAtLocation(parameter, source),
        // Without undefined: of an optional parameter, a default is seen from inside as what it stands for.
        checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(theirs.parameters[i], expected)),
      ];
      if (!checker.isTypeAssignableTo(given, takes))
        return [
          {
            place,
            text: say('takesInstead', { parameter: parameter.name, name, type: words(takes), expected: words(given) }),
          },
        ];
    }
    return [];
  });
}

function signaturesOf(
  symbol: ts.Symbol | undefined,
  place: ts.SourceFile,
  checker: ts.TypeChecker,
): readonly ts.Signature[] {
  return symbol
    ? checker.getSignaturesOfType(checker.getTypeOfSymbolAtLocation(symbol, place), ts.SignatureKind.Call)
    : [];
}

function isOptional({ valueDeclaration }: ts.Symbol): boolean {
  return (
    valueDeclaration !== undefined &&
    ts.isParameter(valueDeclaration) &&
    Boolean(valueDeclaration.questionToken ?? valueDeclaration.initializer ?? valueDeclaration.dotDotDotToken)
  );
}

/** What TypeScript says, in the field's words where they are known. */
function inWords(
  { code, start = 0, messageText }: ts.Diagnostic,
  source: ts.SourceFile,
  checker: ts.TypeChecker,
): Said {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')[0];
  const text = faultWords(ts, { code, start, message }, source, checker);
  return { place: start, text: text ?? message.replace(/\.$/, '') };
}
