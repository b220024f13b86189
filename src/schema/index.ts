export { compileSchema, type Declaration, type SchemaOptions } from './declaration.ts'
