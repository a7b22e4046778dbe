/** What TypeScript says of a student's code, in the field's words: a tensor of rank 4, an array of numbers. */
import type * as TS from 'typescript';
import { nearest } from './options';
import { preferred, say } from './sentences';

type Compiler = typeof TS;

/** One fault, where TypeScript found it. */
export interface Found {
  code: number;
  /** Place in the source file. */
  start: number;
  /** The first line of TypeScript's text. */
  message: string;
}

/** How many there are of what a call is given, or a function takes. */
export const counted = (what: 'argument' | 'parameter', count: number | string): string =>
  String(count) === '1' ? say(what) : say(what === 'argument' ? 'arguments' : 'parameters', { count });

/** A fault in the field's words, without a full stop; undefined where they are not known. */
export function faultWords(
  ts: Compiler,
  { code, start, message }: Found,
  source: TS.SourceFile,
  checker: TS.TypeChecker,
): string | undefined {
  const node = nodeAt(ts, source, start);
  const quoted = [...message.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, text]) => text);
  const meant = /Did you mean (?:the [a-z ]+ )?'(.+?)'\?/.exec(message)?.[1];
  const guessed = (text: string, name = meant): string => (name ? say('didYouMean', { text, name }) : text);
  switch (code) {
    case 2322:
    case 2739:
    case 2740:
    case 2741:
      return mismatch(ts, node, message, checker);
    case 2345:
      return say('givenInstead', {
        name: calleeOf(ts, node, source),
        ...{ type: typeWords(quoted[0]), expected: typeWords(quoted[1]) },
      });
    case 2304:
    case 2552:
      return guessed(say('noName', { name: quoted[0] }));
    case 2305:
    case 2614:
    case 2724:
      return noExport(ts, node, message, checker, guessed);
    case 2339:
    case 2551:
      return guessed(say('noProperty', { name: quoted[0], type: typeWords(quoted[1]) }));
    case 2554:
    case 2555: {
      const [asked, given] = [...message.matchAll(/[\d-]+/g)].map(([number]) => number);
      const expected = code === 2555 ? say('atLeast', { count: asked }) : asked;
      return say('givenCount', { name: calleeOf(ts, node, source), arguments: counted('argument', given), expected });
    }
    case 2355:
    case 2366:
    case 2847: {
      const { name, type } = functionAround(ts, node, checker);
      return say('givesNothing', { name, expected: typeWords(type) });
    }
    case 2362:
    case 2363: {
      const type = typeWords(checker.typeToString(checker.getTypeAtLocation(node)));
      return say('isInstead', { name: node.getText(source), type, expected: say('aNumber') });
    }
    case 18047:
    case 18048:
    case 18049:
      return say('mayBe', { name: quoted[0], type: code === 18047 ? 'null' : 'undefined' });
    case 2531:
    case 2532:
    case 2533:
      return say('mayBe', { name: node.getText(source), type: code === 2531 ? 'null' : 'undefined' });
    default:
      return undefined;
  }
}

/** A value of one type where another one is expected: what a function gives, or a variable is. */
function mismatch(ts: Compiler, node: TS.Node, message: string, checker: TS.TypeChecker): string | undefined {
  const isGiven = ts.findAncestor(node, ts.isReturnStatement) !== undefined || isBodyOfArrow(ts, node);
  const returned = ts.findAncestor(node, parent => ts.isReturnStatement(parent) || ts.isFunctionLike(parent));
  const types = /^Type '(.*)' is (?:not assignable to|missing the following properties from) type '(.*?)'/.exec(
    message,
  );
  if (!types) return undefined;
  const [type, expected] = types.slice(1).map(type => typeWords(type));
  if ((returned && ts.isReturnStatement(returned) && isGiven) || isBodyOfArrow(ts, node))
    return say('givesInstead', { name: functionAround(ts, node, checker).name, type, expected });
  return ts.isIdentifier(node)
    ? say('isInstead', { name: node.text, type, expected })
    : say('thisInstead', { type, expected });
}

/** An import of a name that the module has not, with the nearest that it has. */
function noExport(
  ts: Compiler,
  node: TS.Node,
  message: string,
  checker: TS.TypeChecker,
  guessed: (text: string, name?: string) => string,
): string | undefined {
  const [, module, name] = /'"(.+?)"' has no exported member(?: named)? '(.+?)'/.exec(message) ?? [];
  if (!name) return undefined;
  const declaration = ts.findAncestor(node, ts.isImportDeclaration);
  const symbol = declaration && checker.getSymbolAtLocation(declaration.moduleSpecifier);
  const names = symbol ? checker.getExportsOfModule(symbol).map(one => one.name) : [];
  return guessed(say('noExport', { name, module }), nearestExport(name, names));
}

/** By its letters, or by its words: `loadCifar10` is near to `cifar10`. */
function nearestExport(name: string, names: string[]): string | undefined {
  const wordsOf = (text: string): string[] =>
    (text.match(/[A-Z]?[a-z0-9]+|[A-Z0-9]+/g) ?? []).map(word => word.toLowerCase());
  const own = wordsOf(name);
  const ranked = names.map(known => {
    const shared = wordsOf(known).filter(word => own.includes(word));
    return { known, share: (2 * shared.join('').length) / (known.length + name.length) };
  });
  const [best] = ranked.sort((a, b) => b.share - a.share);
  return best?.share >= MOST_OF_IT ? best.known : nearest(name, names);
}

/** The share of the letters of two names that is in words of both, from which on one is taken for the other. */
const MOST_OF_IT = 0.6;

const isBodyOfArrow = (ts: Compiler, node: TS.Node): boolean =>
  ts.isArrowFunction(node.parent) && node.parent.body === node;

function functionAround(ts: Compiler, node: TS.Node, checker: TS.TypeChecker): { name: string; type: string } {
  const around = ts.findAncestor(node, ts.isFunctionLike);
  const name =
    around?.name?.getText() ??
    (around && ts.isVariableDeclaration(around.parent) ? around.parent.name.getText() : say('theFunction'));
  return { name, type: around?.type?.getText() ?? checker.typeToString(checker.getTypeAtLocation(around ?? node)) };
}

function calleeOf(ts: Compiler, node: TS.Node, source: TS.SourceFile): string {
  const call = ts.findAncestor(node, parent => ts.isCallExpression(parent) || ts.isNewExpression(parent));
  return (call as TS.CallExpression | undefined)?.expression.getText(source) ?? say('theCall');
}

function nodeAt(ts: Compiler, source: TS.SourceFile, place: number): TS.Node {
  let found: TS.Node = source;
  const visit = (node: TS.Node): void => {
    if (place < node.getStart(source) || place >= node.end) return;
    found = node;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return found;
}

const WORDS: Record<string, () => string> = {
  string: () => say('aString'),
  number: () => say('aNumber'),
  boolean: () => say('trueOrFalse'),
  void: () => say('nothing'),
  never: () => say('nothing'),
  unknown: () => say('anyValue'),
};

/** A type as the field says it: `number[]` is an array of numbers, `Tensor<Rank.R4>` a tensor of rank 4. */
export function typeWords(type: string): string {
  if (Object.hasOwn(WORDS, type)) return WORDS[type]();
  if (type === 'undefined' || type === 'null') return type;
  const rank = /^(?:tf\.)?Tensor(?:<(?:tf\.)?Rank\.R(\d)>|(\d)D)$/.exec(type);
  if (rank) return say('tensorOfRank', { rank: rank[1] ?? rank[2] });
  if (/^(?:tf\.)?Tensor(?:<(?:tf\.)?Rank>)?$/.test(type)) return say('aTensor');
  const list = /^(?:readonly )?([\w.<>]+)\[\]$/.exec(type);
  if (list) return say('arrayOf', { items: plural(list[1]) });
  const promise = /^Promise<(.+)>$/.exec(type);
  if (promise) return say('promiseOf', { type: typeWords(promise[1]) });
  if (/^".*"$/.test(type)) return say('theString', { text: type });
  if (/^-?[\d.]+$/.test(type)) return say('theNumber', { text: type });
  if (type.startsWith('{')) return say('anObject', { text: type.replace(/; \}$/, ' }') });
  return /^[A-Z]\w*$/.test(type) ? say(/^[AEIOU]/.test(type) ? 'an' : 'a', { type }) : `\`${type}\``;
}

function plural(type: string): string {
  const one = typeWords(type);
  if (preferred() === 'ko') return one;
  return type === 'boolean' ? 'true and false' : one.replace(/^an? /, '').replace(/^(\w+)/, '$1s');
}
