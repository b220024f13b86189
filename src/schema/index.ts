export {
  compileParts,
  compileSchema,
  copyOf,
  type Declaration,
  type Normalizer,
  type SchemaOptions,
  validatorOf,
} from './declaration.ts'
export { type Dialect, type DialectRules, dialects, type Rewrite, strictDialect } from './dialects.ts'
export { thrown } from './issues.ts'
