export { compileParts, compileSchema, type Declaration, type SchemaOptions, validatorOf } from './declaration.ts'
export { thrown } from './issues.ts'
