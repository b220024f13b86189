export { compileSchema, type Declaration, type SchemaOptions, validatorOf } from './declaration.ts'
