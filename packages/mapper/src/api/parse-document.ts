import {
  GraphQLError,
  Lexer,
  MaxIntrospectionDepthRule,
  parse,
  Source,
  specifiedRules,
  TokenKind,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { documentExcess } from './document-cost.ts';

/** A document that is not GraphQL, does not fit the schema, or asks for too much. Answered with 422. */
export class DocumentError extends Error {
  readonly errors: readonly GraphQLError[];
  readonly code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED';

  constructor(errors: readonly GraphQLError[], code: DocumentError['code']) {
    super(errors[0]?.message ?? code);
    this.errors = errors;
    this.code = code;
  }
}

/** Characters of a document at the most. */
const maxLength = 50_000;
/** Tokens of a document at the most: more than any client writes by hand, few enough to check in milliseconds. */
const maxTokens = 4_000;
/** Brackets of all kinds within each other. */
const maxNesting = 64;
const validationRules = [...specifiedRules, MaxIntrospectionDepthRule];

/** Parses and checks a document; each step has bounds that the step before it made sure of. Throws DocumentError. */
export function parseDocument(schema: GraphQLSchema, text: string): DocumentNode {
  const document = parsed(text);
  const excess = documentExcess(document);
  if (excess !== undefined) throw new DocumentError([new GraphQLError(excess)], 'GRAPHQL_VALIDATION_FAILED');
  const errors = validate(schema, document, validationRules, { maxErrors: 20 });
  if (errors.length > 0) throw new DocumentError(errors, 'GRAPHQL_VALIDATION_FAILED');
  return document;
}

function parsed(text: string): DocumentNode {
  try {
    checkTokens(text);
    return parse(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new DocumentError([error], 'GRAPHQL_PARSE_FAILED');
  }
}

/**
 * The parser goes down a level for each bracket: here they are counted first, by the lexer, which knows strings and
 * comments.
 */
function checkTokens(text: string): void {
  if (text.length > maxLength) throw new GraphQLError(`the document is longer than ${maxLength} characters`);
  const lexer = new Lexer(new Source(text));
  let nesting = 0;
  for (let tokens = 0; tokens <= maxTokens; tokens++) {
    const { kind } = lexer.advance();
    if (kind === TokenKind.EOF) return;
    if (isOpening(kind) && ++nesting > maxNesting) throw new GraphQLError('the document is nested too deeply');
    if (isClosing(kind)) nesting--;
  }
  throw new GraphQLError(`the document has more than ${maxTokens} tokens`);
}

function isOpening(kind: TokenKind): boolean {
  return kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L;
}

function isClosing(kind: TokenKind): boolean {
  return kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R;
}
