/** A document with one operation, and the types of its variables and of its answer. */
export interface Operation<Data, Variables> {
  readonly document: string;
  readonly operationName: string;
  /** Only in types: nothing has it. */
  readonly types?: { readonly data: Data; readonly variables: Variables };
}
