/** The tokens of a submission for comparing it: what can be changed without changing the program is not told apart. */
import ts from 'typescript';
import { parse } from '../../harness/declarations';
import { limited } from '../../node/limited';

const { SyntaxKind: Kind } = ts;
const MILLISECONDS = 2000;

export interface Tokens {
  /** The kind of each token: names and literals count as such, whatever they say. */
  kinds: string[];
  /** Where each token starts and ends in the source, in characters. */
  starts: number[];
  ends: number[];
}

interface Scan extends Tokens {
  slashes: number;
}

/** What formatters, notebooks and people in disguise add or leave out. */
const DROPPED = new Set([Kind.SemicolonToken, Kind.ExportKeyword, Kind.Unknown]);
const TAKEN_FOR = new Map([
  [Kind.NoSubstitutionTemplateLiteral, Kind.StringLiteral],
  [Kind.LetKeyword, Kind.ConstKeyword],
  [Kind.VarKeyword, Kind.ConstKeyword],
]);

/**
 * The tokens of a source of any content, in time that grows with its length. `isGuessed` tells that TypeScript could not
 * parse it, so that what is a regular expression was told from the tokens around it.
 * @throws LimitError where the tokens take more than 2 s
 */
export function tokensOf(source: string): Tokens & { isGuessed: boolean } {
  const guessed = limited(MILLISECONDS, 'the source', () => scan(source));
  if (guessed.slashes === 0) return { ...guessed, isGuessed: false };
  try {
    // Only a parser knows division from regular expression, which may hold quotes and the beginnings of comments.
    const patterns = limited(MILLISECONDS, 'the source', () => patternsIn(source));
    return { ...limited(MILLISECONDS, 'the source', () => scan(source, patterns)), isGuessed: false };
  } catch {
    // Nested too deep, or one of the texts at which TypeScript's parser fails an assertion of its own.
    return { ...guessed, isGuessed: true };
  }
}

/** Where the regular expressions begin. */
function patternsIn(source: string): Set<number> {
  const file = parse(source);
  const found = new Set<number>();
  const open: ts.Node[] = [file];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.kind === Kind.RegularExpressionLiteral) found.add(node.getStart(file));
    ts.forEachChild(node, child => void open.push(child));
  }
  return found;
}

function scan(source: string, patterns?: Set<number>): Scan {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, true, ts.LanguageVariant.Standard, source);
  const result: Scan = { kinds: [], starts: [], ends: [], slashes: 0 };
  const context = new Context();
  for (let kind = scanner.scan(); kind !== Kind.EndOfFileToken; kind = scanner.scan()) {
    if (kind === Kind.CloseBraceToken && context.isInTemplate) kind = scanner.reScanTemplateToken(false);
    if (kind === Kind.SlashToken || kind === Kind.SlashEqualsToken) {
      result.slashes++;
      const isPattern = patterns ? patterns.has(scanner.getTokenStart()) : context.expectsOperand;
      if (isPattern) kind = scanner.reScanSlashToken();
    }
    context.add(kind);
    if (DROPPED.has(kind)) continue;
    result.kinds.push(nameOf(kind));
    result.starts.push(scanner.getTokenStart());
    result.ends.push(scanner.getTokenEnd());
  }
  return result;
}

/** A name may also be a word that is reserved only in places, such as `type` or `of`. */
function nameOf(kind: ts.SyntaxKind): string {
  const plain = TAKEN_FOR.get(kind) ?? kind;
  return Kind[plain > Kind.LastReservedWord && plain <= Kind.LastKeyword ? Kind.Identifier : plain];
}

/** What stands before a token, as far as it decides what a slash or a closing brace is. */
class Context {
  private previous?: ts.SyntaxKind;
  /** Of every bracket that is open: what stands before it, and whether it is that of a template. */
  private readonly open: { before?: ts.SyntaxKind; isTemplate: boolean }[] = [];
  /** The bracket that was closed last. */
  private closed?: { before?: ts.SyntaxKind };

  get isInTemplate(): boolean {
    return this.open[this.open.length - 1]?.isTemplate ?? false;
  }

  /** Whether a slash here begins a regular expression. */
  get expectsOperand(): boolean {
    const { previous } = this;
    const before = this.closed?.before;
    if (previous === undefined) return true;
    if (previous === Kind.CloseParenToken) return before !== undefined && HEADS.has(before);
    if (previous === Kind.CloseBraceToken) return before === undefined || BEFORE_BLOCK.has(before);
    if (previous >= Kind.FirstReservedWord && previous <= Kind.LastReservedWord) return !VALUES.has(previous);
    return previous < Kind.Identifier && !ENDS.has(previous);
  }

  add(kind: ts.SyntaxKind): void {
    const endsPart = kind === Kind.TemplateTail || kind === Kind.TemplateMiddle;
    // A bracket that closes nothing does not end the part of a template.
    if (endsPart || (CLOSING.has(kind) && !this.isInTemplate)) this.closed = this.open.pop();
    if (kind === Kind.TemplateHead || kind === Kind.TemplateMiddle) this.open.push({ isTemplate: true });
    if (OPENING.has(kind)) this.open.push({ before: this.previous, isTemplate: false });
    this.previous = kind;
  }
}

const OPENING = new Set([Kind.OpenParenToken, Kind.OpenBraceToken, Kind.OpenBracketToken]);
const CLOSING = new Set([Kind.CloseParenToken, Kind.CloseBraceToken, Kind.CloseBracketToken]);
const HEADS = new Set([Kind.IfKeyword, Kind.WhileKeyword, Kind.ForKeyword, Kind.WithKeyword]);
const VALUES = new Set([Kind.ThisKeyword, Kind.SuperKeyword, Kind.TrueKeyword, Kind.FalseKeyword, Kind.NullKeyword]);
const BEFORE_BLOCK = new Set([
  ...[Kind.CloseParenToken, Kind.SemicolonToken, Kind.OpenBraceToken, Kind.CloseBraceToken],
  ...[Kind.EqualsGreaterThanToken, Kind.ElseKeyword, Kind.DoKeyword, Kind.TryKeyword, Kind.FinallyKeyword],
]);
/** Tokens that end an operand, beside names. */
const ENDS = new Set([
  ...[Kind.NumericLiteral, Kind.BigIntLiteral, Kind.StringLiteral, Kind.RegularExpressionLiteral],
  ...[Kind.NoSubstitutionTemplateLiteral, Kind.TemplateTail, Kind.CloseBracketToken],
  ...[Kind.PlusPlusToken, Kind.MinusMinusToken],
]);
