/** Whether it is an object or a list. */
export const isComposite = <T>(value: T): value is T & object => typeof value === 'object' && value !== null
