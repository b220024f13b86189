export {
  compileParts,
  compileSchema,
  type Declaration,
  type Normalizer,
  type SchemaOptions,
  validatorOf,
} from './declaration.ts'
export { type Dialect, type DialectRules, dialects, strictDialect } from './dialects.ts'
export { thrown } from './issues.ts'
export type { Rewrite } from './rewrite.ts'
