/** The type errors of a student's file in the field's words: what its functions give and take, against what the exercise asks for. */
import path from 'node:path';
import ts from 'typescript';

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
      return [{ place, text: `\`${name}\` gives ${words(gives)}, expected ${words(asks)}` }];
    const required = mine.parameters.filter(parameter => !isOptional(parameter)).length;
    if (required > theirs.parameters.length)
      return [
        { place, text: `\`${name}\` takes ${count(required, 'parameter')}, expected ${theirs.parameters.length}` },
      ];
    for (const [i, parameter] of mine.parameters.slice(0, theirs.parameters.length).entries()) {
      const [takes, given] = [
        checker.getTypeOfSymbolAtLocation(parameter, source),
        // Without undefined: of an optional parameter, a default is seen from inside as what it stands for.
        checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(theirs.parameters[i], expected)),
      ];
      if (!checker.isTypeAssignableTo(given, takes))
        return [{ place, text: `\`${parameter.name}\` of \`${name}\` is ${words(takes)}, expected ${words(given)}` }];
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

const count = (n: number | string, what: string): string => `${n} ${what}${String(n) === '1' ? '' : 's'}`;

/** What TypeScript says, in the field's words where they are known. */
function inWords(
  { code, start = 0, messageText }: ts.Diagnostic,
  source: ts.SourceFile,
  checker: ts.TypeChecker,
): Said {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')[0];
  const node = nodeAt(source, start);
  const quoted = [...message.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, text]) => text);
  const meant = /Did you mean (?:the [a-z ]+ )?'(.+?)'\?/.exec(message)?.[1];
  const guess = meant ? `; did you mean \`${meant}\`?` : '';
  const known = ((): string | undefined => {
    switch (code) {
      case 2322:
      case 2739:
      case 2740:
      case 2741:
        return mismatch(node, message, checker);
      case 2345:
        return `\`${calleeOf(node, source)}\` is given ${typeWords(quoted[0])}, expected ${typeWords(quoted[1])}`;
      case 2304:
      case 2552:
        return `there is no \`${quoted[0]}\` here${guess}`;
      case 2339:
      case 2551:
        return `\`${quoted[0]}\` is no property of ${typeWords(quoted[1])}${guess}`;
      case 2554:
      case 2555: {
        const [asked, given] = [...message.matchAll(/[\d-]+/g)].map(([number]) => number);
        return `\`${calleeOf(node, source)}\` is given ${count(given, 'argument')}, expected ${code === 2555 ? 'at least ' : ''}${asked}`;
      }
      case 2355:
      case 2366:
      case 2847: {
        const { name, type } = functionAround(node, checker);
        return `\`${name}\` gives nothing where it ends, expected ${typeWords(type)}`;
      }
      case 2362:
      case 2363:
        return `\`${node.getText(source)}\` is ${typeWords(checker.typeToString(checker.getTypeAtLocation(node)))}, expected a number`;
      case 18047:
      case 18048:
      case 18049:
        return `\`${quoted[0]}\` may be ${code === 18047 ? 'null' : 'undefined'} here, expected a value`;
      case 2531:
      case 2532:
      case 2533:
        return `\`${node.getText(source)}\` may be ${code === 2531 ? 'null' : 'undefined'} here, expected a value`;
      default:
        return undefined;
    }
  })();
  return { place: start, text: known ?? message.replace(/\.$/, '') };
}

/** A value of one type where another one is expected: what a function gives, or a variable is. */
function mismatch(node: ts.Node, message: string, checker: ts.TypeChecker): string | undefined {
  const isGiven = ts.findAncestor(node, ts.isReturnStatement) !== undefined || isBodyOfArrow(node);
  const returned = ts.findAncestor(node, parent => ts.isReturnStatement(parent) || ts.isFunctionLike(parent));
  const types = /^Type '(.*)' is (?:not assignable to|missing the following properties from) type '(.*?)'/.exec(
    message,
  );
  if (!types) return undefined;
  const [is, asked] = types.slice(1).map(typeWords);
  if (returned && ts.isReturnStatement(returned) && isGiven)
    return `\`${functionAround(node, checker).name}\` gives ${is}, expected ${asked}`;
  if (isBodyOfArrow(node)) return `\`${functionAround(node, checker).name}\` gives ${is}, expected ${asked}`;
  const name = ts.isIdentifier(node) ? `\`${node.text}\`` : 'this';
  return `${name} is ${is}, expected ${asked}`;
}

const isBodyOfArrow = (node: ts.Node): boolean => ts.isArrowFunction(node.parent) && node.parent.body === node;

function functionAround(node: ts.Node, checker: ts.TypeChecker): { name: string; type: string } {
  const around = ts.findAncestor(node, ts.isFunctionLike);
  const name =
    around?.name?.getText() ??
    (around && ts.isVariableDeclaration(around.parent) ? around.parent.name.getText() : 'the function');
  return { name, type: around?.type?.getText() ?? checker.typeToString(checker.getTypeAtLocation(around ?? node)) };
}

function calleeOf(node: ts.Node, source: ts.SourceFile): string {
  const call = ts.findAncestor(node, parent => ts.isCallExpression(parent) || ts.isNewExpression(parent));
  return (call as ts.CallExpression | undefined)?.expression.getText(source) ?? 'the call';
}

function nodeAt(source: ts.SourceFile, place: number): ts.Node {
  let found: ts.Node = source;
  const visit = (node: ts.Node): void => {
    if (place < node.getStart(source) || place >= node.end) return;
    found = node;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return found;
}

const WORDS: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  void: 'nothing',
  undefined: 'undefined',
  null: 'null',
  never: 'nothing',
  unknown: 'a value of any type',
};

/** A type as the field says it: `number[]` is an array of numbers, `Tensor<Rank.R4>` a tensor of rank 4. */
export function typeWords(type: string): string {
  if (Object.hasOwn(WORDS, type)) return WORDS[type];
  const rank = /^(?:tf\.)?Tensor(?:<(?:tf\.)?Rank\.R(\d)>|(\d)D)$/.exec(type);
  if (rank) return `a tensor of rank ${rank[1] ?? rank[2]}`;
  if (/^(?:tf\.)?Tensor(?:<(?:tf\.)?Rank>)?$/.test(type)) return 'a tensor';
  const list = /^(?:readonly )?([\w.<>]+)\[\]$/.exec(type);
  if (list) return `an array of ${plural(list[1])}`;
  const promise = /^Promise<(.+)>$/.exec(type);
  if (promise) return `a promise of ${typeWords(promise[1])}`;
  if (/^".*"$/.test(type)) return `the string ${type}`;
  if (/^-?[\d.]+$/.test(type)) return `the number ${type}`;
  if (type.startsWith('{')) return `an object ${type.replace(/; \}$/, ' }')}`;
  return /^[A-Z]\w*$/.test(type) ? `${/^[AEIOU]/.test(type) ? 'an' : 'a'} ${type}` : `\`${type}\``;
}

function plural(type: string): string {
  const one = typeWords(type).replace(/^an? /, '');
  return type === 'boolean' ? 'true and false' : one.replace(/^(\w+)/, '$1s');
}
